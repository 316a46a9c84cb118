//! What events mean for agents.

use super::agent::{attach, restart_node};
use super::{Agent, AgentEvent, AgentStatus, Agents, Health, Intent};
use crate::id::{AgentId, Fence};
use crate::tasks::{AttemptOutcome, TaskEvent};

impl Agents {
    pub(crate) fn evolve(&mut self, seq: u64, now_ms: u64, epoch: u64, event: &AgentEvent) {
        match event {
            AgentEvent::AgentRegistered { spec } => {
                self.enter(AgentId(seq), Agent::new(spec, now_ms, epoch));
            }
            AgentEvent::AgentProvisioned { spec, until_ms } => {
                let mut agent = Agent::new(spec, now_ms, epoch);
                agent.status = AgentStatus::Starting;
                agent.start = Some(Fence(seq));
                agent.wake_ms = Some(*until_ms);
                self.enter(AgentId(seq), agent);
            }
            AgentEvent::AgentAttached {
                agent,
                spec,
                until_ms,
            } => {
                self.turn(*agent, now_ms, AgentStatus::Starting, Some(*until_ms), |entry| {
                    attach(entry, spec, epoch);
                });
            }
            AgentEvent::AgentStarting { agent, until_ms } => {
                let is_restart = self.get(*agent).is_some_and(Agent::is_restarting);
                self.turn(*agent, now_ms, AgentStatus::Starting, Some(*until_ms), |entry| {
                    entry.restarts = if is_restart { entry.restarts } else { 0 };
                    entry.epoch = epoch;
                    entry.health = Health::Healthy;
                    entry.start = Some(Fence(seq));
                    entry.end = None;
                    entry.started_ms = None;
                });
            }
            AgentEvent::AgentStarted { agent } => {
                self.turn(*agent, now_ms, AgentStatus::Idle, None, |entry| {
                    entry.epoch = epoch;
                    entry.started_ms = Some(now_ms);
                    entry.idle_ms = now_ms;
                    entry.settle();
                });
            }
            AgentEvent::AgentDraining { agent, until_ms, .. } => {
                self.turn(*agent, now_ms, AgentStatus::Draining, Some(*until_ms), |_| {});
            }
            AgentEvent::AgentStopped { agent, end_by_ms, .. } => {
                self.end(*agent, seq, now_ms, AgentStatus::Stopped, *end_by_ms);
            }
            AgentEvent::AgentFailed { agent, end_by_ms, .. } => {
                self.end(*agent, seq, now_ms, AgentStatus::Failed, *end_by_ms);
            }
            AgentEvent::AgentLost {
                agent, remove_at_ms, ..
            } => {
                self.end(*agent, seq, now_ms, AgentStatus::Failed, Some(*remove_at_ms));
                self.change(*agent, |entry| entry.health = Health::Unhealthy);
            }
            AgentEvent::AgentHealthChanged { agent, health, .. } => self.change(*agent, |entry| {
                entry.health = *health;
                entry.changed_ms = now_ms;
            }),
            AgentEvent::AgentPaused { agent, until_ms, .. } => self.change(*agent, |entry| {
                entry.wake_ms = Some(*until_ms);
                entry.changed_ms = now_ms;
            }),
            AgentEvent::AgentResumed { agent } => self.change(*agent, |entry| {
                entry.wake_ms = None;
                entry.changed_ms = now_ms;
            }),
            AgentEvent::AgentRestarting {
                agent,
                restart,
                at_ms,
            } => self.change(*agent, |entry| {
                entry.restarts = *restart;
                entry.intent = Intent::Restart;
                entry.wake_ms = Some(*at_ms);
            }),
            AgentEvent::AgentGivenUp { agent, .. } => {
                self.change(*agent, |entry| entry.intent = Intent::GiveUp);
            }
            AgentEvent::AgentEnded { agent, .. } => self.change(*agent, |entry| {
                entry.end = None;
                // The wait before a restart, and the memory of a lost agent, go on.
                if entry.intent != Intent::Restart && !entry.is_lost() {
                    entry.wake_ms = None;
                }
            }),
            AgentEvent::AgentOverdue { agent } => self.change(*agent, |entry| {
                entry.intent = Intent::Revoke;
                entry.wake_ms = None;
            }),
            AgentEvent::AgentDeregistered { agent, .. } => self.leave(*agent),
            AgentEvent::AllStopping { .. } => self.stop_all(),
            AgentEvent::PoolDefined { .. }
            | AgentEvent::PoolRedefined { .. }
            | AgentEvent::PoolScaled { .. }
            | AgentEvent::PoolClosing { .. }
            | AgentEvent::PoolRemoved { .. } => self.pools.evolve(seq, event),
            AgentEvent::AgentStateSaved { agent, fence, state } => {
                self.remember(seq, now_ms, *agent, *fence, state.as_ref());
            }
            AgentEvent::AgentStateInherited { agent, from } => {
                if let Some(heir) = self.table.get(*agent) {
                    self.memory.inherit(*agent, &heir.spec, *from);
                }
            }
            AgentEvent::AgentStateErased { agent } => self.memory.save(seq, *agent, None),
            AgentEvent::AgentStateRowsErased { discards } => self.memory.erased(discards),
            AgentEvent::DemandUnserved { .. } | AgentEvent::DemandServed { .. } => {
                self.unserved.evolve(seq, now_ms, event);
            }
        }
    }

    /// What an event about tasks means for the agents that do them.
    pub(crate) fn evolve_task(&mut self, seq: u64, now_ms: u64, event: &TaskEvent) {
        match event {
            TaskEvent::TaskGranted { agent, .. } => self.change(*agent, |entry| entry.took(seq)),
            TaskEvent::TaskCompleted {
                agent, duration_ms, ..
            } => self.change(*agent, |entry| {
                entry.learn(true, *duration_ms);
                entry.gave_back(now_ms);
            }),
            TaskEvent::TaskAttemptFailed {
                agent,
                duration_ms,
                outcome,
                ..
            } => self.change(*agent, |entry| {
                // What was lost or cancelled says nothing about the agent.
                if matches!(outcome, AttemptOutcome::Failed | AttemptOutcome::Timeout) {
                    entry.learn(false, *duration_ms);
                }
                entry.gave_back(now_ms);
            }),
            _ => {}
        }
    }

    /// A node took over: local agents of the one before have ended with it, remote ones have their full time again.
    pub(crate) fn start_node(&mut self, now_ms: u64, epoch: u64) {
        let ids: Vec<AgentId> = self.table.iter().map(|(id, _)| id).collect();
        for id in ids {
            self.change(id, |agent| restart_node(agent, now_ms, epoch));
        }
        self.pools.start_node();
    }

    /// A change of status, with everything that holds for every one of them.
    fn turn(
        &mut self,
        id: AgentId,
        now_ms: u64,
        status: AgentStatus,
        wake_ms: Option<u64>,
        with: impl FnOnce(&mut Agent),
    ) {
        self.change(id, |agent| {
            agent.status = status;
            agent.intent = Intent::Stay;
            agent.wake_ms = wake_ms;
            agent.changed_ms = now_ms;
            with(agent);
        });
    }

    /// An agent is over; when the host has not seen the end, something happens at `wake_ms`.
    fn end(&mut self, id: AgentId, seq: u64, now_ms: u64, status: AgentStatus, wake_ms: Option<u64>) {
        self.turn(id, now_ms, status, wake_ms, |agent| {
            agent.health = Health::Healthy;
            agent.start = None;
            agent.end = wake_ms.map(|_| Fence(seq));
        });
    }

    fn stop_all(&mut self) {
        let live = |agent: &Agent| agent.status.is_live() || agent.is_restarting();
        let ids: Vec<AgentId> = self
            .table
            .iter()
            .filter(|(_, agent)| live(agent))
            .map(|(id, _)| id)
            .collect();
        for id in ids {
            self.change(id, |agent| agent.intent = Intent::Stop);
        }
        self.pools.suspend();
    }
}

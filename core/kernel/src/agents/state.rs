use std::collections::{BTreeMap, BTreeSet};

use super::agent::{attach, restart_node};
use super::lifecycle;
use super::pools::{Pools, Share};
use super::rank::{Ranking, Standing};
use super::unserved::Unserved;
use super::{Agent, AgentEvent, AgentStatus, Health, Intent};
use crate::id::{AgentId, Fence};
use crate::settings::Settings;
use crate::state::Table;
use crate::tasks::{AttemptOutcome, TaskEvent};

/// Every agent.
#[derive(Clone, Debug, Default)]
pub struct Agents {
    pub(crate) table: Table<AgentId, Agent>,
    /// Pools of agents.
    pub pools: Pools,
    /// Demands nobody can meet.
    pub unserved: Unserved,
    by_key: BTreeMap<String, AgentId>,
    ranking: Ranking,
    /// Those that have room, the one to be offered a task first first; derived.
    room: BTreeSet<Standing>,
    /// Those that were asked to stop together; derived, and worked off step by step.
    pub(super) stopping: BTreeSet<AgentId>,
}

impl Agents {
    /// The agent with this id.
    pub fn get(&self, agent: AgentId) -> Option<&Agent> {
        self.table.get(agent)
    }

    /// The agent of this name.
    pub fn by_key(&self, key: &str) -> Option<AgentId> {
        self.by_key.get(key).copied()
    }

    /// Every agent in order of registration.
    pub fn iter(&self) -> impl Iterator<Item = (AgentId, &Agent)> {
        self.table.iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    /// Those that have room, in the order in which they are offered a task.
    pub(crate) fn with_room(&self) -> impl Iterator<Item = (AgentId, &Agent)> {
        let entry = |standing: &Standing| Some((standing.agent, self.table.get(standing.agent)?));
        self.room.iter().filter_map(entry)
    }

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

    /// Another way to choose came into force.
    pub(crate) fn rank_by(&mut self, settings: &Settings) {
        self.ranking = Ranking::of(settings);
        let standing = |(id, agent): (AgentId, &Agent)| self.ranking.standing(id, agent);
        self.room = self.table.iter().filter_map(standing).collect();
    }

    /// Derives what is derived, after the tables were filled.
    pub(crate) fn rebuild(&mut self, settings: &Settings) {
        let key = |(id, agent): (AgentId, &Agent)| (agent.spec.key.clone(), id);
        self.by_key = self.table.iter().map(key).collect();
        let stopping = self
            .table
            .iter()
            .filter(|(_, agent)| agent.intent == Intent::Stop);
        self.stopping = stopping.map(|(id, _)| id).collect();
        self.rank_by(settings);
        self.unserved.rebuild();
        self.pools.rebuild(self.table.iter());
    }

    fn enter(&mut self, id: AgentId, agent: Agent) {
        self.by_key.insert(agent.spec.key.clone(), id);
        self.pools.enter(id, &agent);
        self.table.insert(id, agent);
    }

    fn leave(&mut self, id: AgentId) {
        // Out of the derived sets first.
        self.change(id, |agent| {
            agent.status = AgentStatus::Stopped;
            agent.intent = Intent::Stay;
        });
        if let Some(agent) = self.table.remove(id) {
            self.by_key.remove(&agent.spec.key);
            self.pools.leave(id, &agent);
        }
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

    /// The one way to change an agent: keeps everything that is derived in step.
    fn change(&mut self, id: AgentId, with: impl FnOnce(&mut Agent)) {
        let Some(agent) = self.table.get_mut(id) else {
            return;
        };
        let (standing, share) = (
            self.ranking.standing(id, agent),
            agent.spec.pool.map(|_| Share::of(agent)),
        );
        let (status, was_stopping) = (agent.status, agent.intent == Intent::Stop);
        with(agent);
        debug_assert!(
            lifecycle::allows(status, agent.status),
            "{status:?} → {:?} is no transition",
            agent.status
        );
        let after = self.ranking.standing(id, agent);
        if standing != after {
            if let Some(standing) = standing {
                self.room.remove(&standing);
            }
            self.room.extend(after);
        }
        if let Some((pool, share)) = agent.spec.pool.zip(share) {
            self.pools.recount(pool, share, Share::of(agent));
        }
        if was_stopping != (agent.intent == Intent::Stop) {
            match was_stopping {
                true => self.stopping.remove(&id),
                false => self.stopping.insert(id),
            };
        }
    }
}

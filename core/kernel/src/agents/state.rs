use std::collections::BTreeMap;

use polyphon_wire::wire;

use super::{AgentEvent, AgentSpec, HostKind};
use crate::id::AgentId;
use crate::state::Table;
use crate::tasks::TaskEvent;

wire! {
    /// Where an agent is in its life.
    pub choice AgentStatus {
        /// Known, not started.
        0 => Registered,
        /// Being started.
        1 => Starting,
        /// Ready, without work.
        2 => Idle,
        /// Ready, with work.
        3 => Busy,
        /// Finishing its work, taking no more.
        4 => Draining,
        /// Ended as asked.
        5 => Stopped,
        /// Broken.
        6 => Failed,
    }
}

wire! {
    /// What the failure detector thinks.
    pub choice Health {
        /// Heard from as often as usual.
        0 => Healthy,
        /// Later than usual.
        1 => Degraded,
        /// So late that it is probably gone.
        2 => Unhealthy,
    }
}

wire! {
    /// One agent.
    pub struct Agent {
        spec: AgentSpec,
        status: AgentStatus,
        health: Health,
        /// Tasks it works on now.
        load: u32,
        /// Epoch of the node it is attached to.
        epoch: u64,
        /// Restarts in a row.
        restarts: u32,
        /// Next thing the passing of time does to it.
        wake_ms: Option<u64>,
        /// Sequence of its last grant, for taking turns.
        granted_seq: u64,
        completed: u64,
        failed: u64,
        /// Moving average of how long its attempts take.
        mean_ms: u64,
        registered_ms: u64,
        changed_ms: u64,
    }
}

impl AgentStatus {
    /// Lower-case name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Registered => "registered",
            Self::Starting => "starting",
            Self::Idle => "idle",
            Self::Busy => "busy",
            Self::Draining => "draining",
            Self::Stopped => "stopped",
            Self::Failed => "failed",
        }
    }

    /// Whether it may be given work.
    pub fn takes_work(self) -> bool {
        matches!(self, Self::Idle | Self::Busy)
    }
}

impl Agent {
    /// Whether it runs inside a node and ends with it.
    pub fn is_local(&self) -> bool {
        self.spec.host != HostKind::Remote
    }

    fn settle(&mut self) {
        if self.status.takes_work() {
            self.status = if self.load == 0 {
                AgentStatus::Idle
            } else {
                AgentStatus::Busy
            };
        }
    }

    fn took(&mut self, seq: u64) {
        self.load += 1;
        self.granted_seq = seq;
        self.settle();
    }

    fn gave_back(&mut self) {
        self.load = self.load.saturating_sub(1);
        self.settle();
    }

    fn learn(&mut self, duration_ms: u64) {
        self.mean_ms = if self.mean_ms == 0 {
            duration_ms
        } else {
            (self.mean_ms * 7 + duration_ms) / 8
        };
    }
}

/// Every agent.
#[derive(Clone, Debug, Default)]
pub struct Agents {
    pub(crate) table: Table<AgentId, Agent>,
    by_key: BTreeMap<String, AgentId>,
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

    pub(crate) fn evolve(&mut self, seq: u64, now_ms: u64, epoch: u64, event: &AgentEvent) {
        match event {
            AgentEvent::AgentRegistered { spec } => self.enter(AgentId(seq), now_ms, epoch, spec),
            AgentEvent::AgentAttached { agent, spec } => self.change(*agent, now_ms, |entry| {
                entry.spec = spec.clone();
                entry.status = AgentStatus::Starting;
                entry.health = Health::Healthy;
                entry.epoch = epoch;
            }),
            AgentEvent::AgentStarted { agent } => self.change(*agent, now_ms, |entry| {
                entry.status = AgentStatus::Idle;
                entry.wake_ms = None;
                entry.settle();
            }),
            AgentEvent::AgentDraining { agent, until_ms, .. } => self.change(*agent, now_ms, |entry| {
                entry.status = AgentStatus::Draining;
                entry.wake_ms = Some(*until_ms);
            }),
            AgentEvent::AgentStopped { agent, .. } => self.change(*agent, now_ms, |entry| {
                entry.status = AgentStatus::Stopped;
                entry.wake_ms = None;
            }),
            AgentEvent::AgentFailed { agent, .. } => self.change(*agent, now_ms, |entry| {
                entry.status = AgentStatus::Failed;
                entry.wake_ms = None;
            }),
            AgentEvent::AgentHealthChanged { agent, health, .. } => {
                self.change(*agent, now_ms, |entry| entry.health = *health);
            }
            AgentEvent::AgentLost { agent, .. } => self.change(*agent, now_ms, |entry| {
                entry.status = AgentStatus::Failed;
                entry.health = Health::Unhealthy;
            }),
            AgentEvent::AgentRestarting {
                agent,
                restart,
                at_ms,
            } => self.change(*agent, now_ms, |entry| {
                entry.restarts = *restart;
                entry.status = AgentStatus::Starting;
                entry.wake_ms = Some(*at_ms);
            }),
            AgentEvent::AgentDeregistered { agent, .. } => {
                if let Some(entry) = self.table.remove(*agent) {
                    self.by_key.remove(&entry.spec.key);
                }
            }
        }
    }

    /// What an event about tasks means for the agents that do them.
    pub(crate) fn evolve_task(&mut self, seq: u64, event: &TaskEvent) {
        match event {
            TaskEvent::TaskGranted { agent, .. } => {
                if let Some(entry) = self.table.get_mut(*agent) {
                    entry.took(seq);
                }
            }
            TaskEvent::TaskCompleted {
                agent, duration_ms, ..
            } => {
                if let Some(entry) = self.table.get_mut(*agent) {
                    entry.completed += 1;
                    entry.learn(*duration_ms);
                    entry.gave_back();
                }
            }
            TaskEvent::TaskAttemptFailed { agent, .. } => {
                if let Some(entry) = self.table.get_mut(*agent) {
                    entry.failed += 1;
                    entry.gave_back();
                }
            }
            _ => {}
        }
    }

    pub(crate) fn rebuild(&mut self) {
        self.by_key = self
            .table
            .iter()
            .map(|(id, agent)| (agent.spec.key.clone(), id))
            .collect();
    }

    fn enter(&mut self, id: AgentId, now_ms: u64, epoch: u64, spec: &AgentSpec) {
        self.by_key.insert(spec.key.clone(), id);
        self.table.insert(
            id,
            Agent {
                spec: spec.clone(),
                status: AgentStatus::Registered,
                health: Health::Healthy,
                load: 0,
                epoch,
                restarts: 0,
                wake_ms: None,
                granted_seq: 0,
                completed: 0,
                failed: 0,
                mean_ms: 0,
                registered_ms: now_ms,
                changed_ms: now_ms,
            },
        );
    }

    fn change(&mut self, agent: AgentId, now_ms: u64, with: impl FnOnce(&mut Agent)) {
        if let Some(entry) = self.table.get_mut(agent) {
            with(entry);
            entry.changed_ms = now_ms;
        }
    }
}

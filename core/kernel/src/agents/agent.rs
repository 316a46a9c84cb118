use polyphon_wire::wire;

use super::{AgentSpec, AgentStatus, Health, HostKind, Intent};
use crate::id::Fence;

wire! {
    /// One agent.
    pub struct Agent {
        spec: AgentSpec,
        status: AgentStatus,
        health: Health,
        intent: Intent,
        /// Tasks it works on now.
        load: u32,
        /// Epoch of the node it is attached to.
        epoch: u64,
        /// Restarts in a row.
        restarts: u32,
        /// When the passing of time does something to it: ends its start, its rest, its time to finish, its host's time to
        /// confirm the end, the wait before its restart, or the time a lost agent is remembered.
        wake_ms: Option<u64>,
        /// The request to start it that is in force: sequence of its event. Reports of an earlier start count no more.
        start: Option<Fence>,
        /// The request to end it that its host has not confirmed.
        end: Option<Fence>,
        /// Sequence of its last grant, for taking turns.
        granted_seq: u64,
        completed: u64,
        failed: u64,
        /// Moving average of how long its successful attempts take.
        mean_ms: u64,
        /// Moving average of the ratio of attempts that succeeded, in millionths.
        success_ppm: u64,
        registered_ms: u64,
        /// Since when it is in service.
        started_ms: Option<u64>,
        /// Since when it has had no work; says nothing while it has some.
        idle_ms: u64,
        /// Last change of its status or health.
        changed_ms: u64,
    }
}

impl Agent {
    pub(crate) fn new(spec: &AgentSpec, now_ms: u64, epoch: u64) -> Self {
        Self {
            spec: spec.clone(),
            status: AgentStatus::Registered,
            health: Health::Healthy,
            intent: Intent::Stay,
            load: 0,
            epoch,
            restarts: 0,
            wake_ms: None,
            start: None,
            end: None,
            granted_seq: 0,
            completed: 0,
            failed: 0,
            mean_ms: 0,
            success_ppm: 1_000_000,
            registered_ms: now_ms,
            started_ms: None,
            idle_ms: now_ms,
            changed_ms: now_ms,
        }
    }

    /// Whether it runs inside a node and ends with it.
    pub fn is_local(&self) -> bool {
        self.spec.host != HostKind::Remote
    }

    /// Whether it can take one more task now.
    pub fn has_room(&self) -> bool {
        self.status.takes_work()
            && (self.paused_until_ms().is_none() || crate::planted::is(33))
            && self.health != Health::Unhealthy
            && self.load < self.spec.max_load + u32::from(crate::planted::is(15))
    }

    /// Until when one that is in service takes on nothing new. Nothing else wakes an agent in service.
    pub fn paused_until_ms(&self) -> Option<u64> {
        self.wake_ms.filter(|_| self.status.takes_work())
    }

    /// Whether it will come back by itself after a failure.
    pub fn is_restarting(&self) -> bool {
        self.status == AgentStatus::Failed && self.intent == Intent::Restart
    }

    /// Whether it failed by falling silent.
    pub fn is_lost(&self) -> bool {
        self.status == AgentStatus::Failed && self.health == Health::Unhealthy
    }

    pub(crate) fn took(&mut self, seq: u64) {
        self.load += 1;
        self.granted_seq = seq;
        self.settle();
    }

    pub(crate) fn gave_back(&mut self, now_ms: u64) {
        self.load = self.load.saturating_sub(1);
        if self.load == 0 {
            self.idle_ms = now_ms;
        }
        self.settle();
    }

    /// An attempt of it ended by itself.
    pub(crate) fn learn(&mut self, success: bool, duration_ms: u64) {
        let outcome = if success { 1_000_000 } else { 0 };
        self.success_ppm = (self.success_ppm * 15 + outcome) / 16;
        if !success {
            self.failed += 1;
            return;
        }
        self.completed += 1;
        self.mean_ms = match self.mean_ms {
            0 => duration_ms,
            mean => mean.saturating_mul(7).saturating_add(duration_ms) / 8,
        };
    }

    /// One that is ready is busy while it has work.
    pub(crate) fn settle(&mut self) {
        if self.status.takes_work() {
            self.status = if self.load == 0 {
                AgentStatus::Idle
            } else {
                AgentStatus::Busy
            };
        }
    }
}

/// Its host came by itself, perhaps with other abilities; the pool it belongs to stays.
pub(super) fn attach(agent: &mut Agent, spec: &AgentSpec, epoch: u64) {
    agent.spec = spec.clone();
    agent.health = Health::Healthy;
    agent.epoch = epoch;
    agent.restarts = 0;
    agent.start = None;
    agent.end = None;
    agent.started_ms = None;
}

/// A node took over: a local agent of the one before has ended with it, a remote one has its full time again.
pub(super) fn restart_node(agent: &mut Agent, now_ms: u64, epoch: u64) {
    if !agent.is_local() {
        // Why it rested was known to the node before.
        agent.wake_ms = agent.wake_ms.filter(|_| !agent.status.takes_work());
        let length = agent.wake_ms.map(|at_ms| at_ms.saturating_sub(agent.changed_ms));
        agent.wake_ms = length.map(|length| now_ms.saturating_add(length));
        return;
    }
    if agent.epoch >= epoch {
        return;
    }
    agent.status = match agent.status {
        AgentStatus::Starting | AgentStatus::Idle | AgentStatus::Busy => AgentStatus::Registered,
        AgentStatus::Draining => AgentStatus::Stopped,
        other => other,
    };
    agent.health = Health::Healthy;
    agent.intent = Intent::Stay;
    agent.wake_ms = None;
    agent.start = None;
    agent.end = None;
    agent.restarts = 0;
    agent.started_ms = None;
    agent.changed_ms = now_ms;
}

use std::collections::BTreeSet;

use super::Timers;
use super::timers;
use crate::agents::Agents;
use crate::event::Event;
use crate::id::{Fence, IdSpace};
use crate::journal::{Idempotency, JournalEvent, Node};
use crate::leases::Leases;
use crate::sessions::Sessions;
use crate::settings::Settings;
use crate::state::Table;
use crate::tasks::{TaskEvent, Tasks};

/// Everything replay brings back. Changes only through [`Durable::evolve`].
#[derive(Clone, Debug, Default)]
pub struct Durable {
    /// The one node record, under key 0.
    pub(crate) node: Table<u64, Node>,
    pub(crate) idempotency: Idempotency,
    /// Leases that are handed out.
    pub leases: Leases,
    /// Agents that are known.
    pub agents: Agents,
    /// Sessions that are in memory.
    pub sessions: Sessions,
    /// Their plans and tasks.
    pub tasks: Tasks,
    /// Leases of an earlier run of this node, which nobody will report on; derived.
    pub(crate) orphans: BTreeSet<Fence>,
    pub(crate) timers: Timers,
    last_seq: u64,
    last_ms: u64,
}

impl Durable {
    /// Sequence of the last event.
    pub fn last_seq(&self) -> u64 {
        self.last_seq
    }

    /// Kernel time of the last event.
    pub fn last_ms(&self) -> u64 {
        self.last_ms
    }

    /// Epoch of the node that runs, or ran last.
    pub fn epoch(&self) -> u64 {
        self.node.get(0).map_or(0, |node| node.epoch)
    }

    /// Makes and reads ids; `None` before the first start of a node.
    pub fn ids(&self) -> Option<IdSpace> {
        self.node.get(0).map(|node| IdSpace::new(node.seed))
    }

    /// The configuration in force.
    pub fn settings(&self) -> &Settings {
        static DEFAULT: std::sync::LazyLock<Settings> = std::sync::LazyLock::new(Settings::default);
        self.node.get(0).map_or(&DEFAULT, |node| &node.settings)
    }

    /// Applies one event. Total: never fails, never looks at anything but the state and the event.
    pub fn evolve(&mut self, seq: u64, now_ms: u64, event: &Event) {
        let epoch = self.epoch();
        self.last_seq = seq;
        self.last_ms = now_ms;
        match event {
            Event::Journal(event) => self.evolve_journal(seq, now_ms, event),
            Event::Agent(event) => self.agents.evolve(seq, now_ms, epoch, event),
            Event::Session(event) => {
                self.sessions.evolve(seq, now_ms, event);
                self.tasks.evolve_session(seq, event);
            }
            Event::Task(event) => self.evolve_task(seq, now_ms, epoch, event),
        }
        timers::refresh(self, seq, event);
    }

    /// Hash over everything durable but position and time, which the journal gives. Costs what changed since the last.
    pub fn hash(&mut self) -> [u8; 16] {
        let tables = [
            self.node.hash(),
            self.idempotency.table.hash(),
            self.leases.table.hash(),
            self.agents.table.hash(),
            self.sessions.table.hash(),
            self.tasks.plans.hash(),
            self.tasks.table.hash(),
        ];
        let bytes: Vec<u8> = tables.iter().flat_map(|sum| sum.to_be_bytes()).collect();
        xxhash_rust::xxh3::xxh3_128(&bytes).to_be_bytes()
    }

    /// Derives what is derived, after the tables were filled from a snapshot.
    pub(crate) fn rebuild(&mut self, last_seq: u64, last_ms: u64) {
        self.last_seq = last_seq;
        self.last_ms = last_ms;
        self.idempotency.rebuild();
        self.leases.rebuild();
        self.agents.rebuild();
        self.sessions.rebuild();
        self.tasks.rebuild();
        self.find_orphans();
        timers::rebuild(self);
    }

    fn evolve_journal(&mut self, seq: u64, now_ms: u64, event: &JournalEvent) {
        match event {
            JournalEvent::CommandRemembered { .. } => self.idempotency.evolve(seq, now_ms, event),
            JournalEvent::NodeStarted { .. } => {
                Node::evolve(&mut self.node, event);
                self.leases.renew_all(now_ms);
                self.find_orphans();
            }
            _ => Node::evolve(&mut self.node, event),
        }
    }

    fn evolve_task(&mut self, seq: u64, now_ms: u64, epoch: u64, event: &TaskEvent) {
        if let Some(change) = event.lease_change() {
            self.leases.apply(seq, now_ms, epoch, &change);
        }
        if let TaskEvent::TaskCompleted { fence, .. } | TaskEvent::TaskAttemptFailed { fence, .. } = event {
            self.orphans.remove(fence);
        }
        if let TaskEvent::PlanCommitted { session } = event {
            self.sessions.start(*session);
        }
        self.agents.evolve_task(seq, event);
        self.tasks.evolve(seq, now_ms, event);
    }

    fn find_orphans(&mut self) {
        let epoch = self.epoch();
        let is_local = |agent| self.agents.get(agent).is_none_or(crate::agents::Agent::is_local);
        let orphans = self
            .leases
            .iter()
            .filter(|(_, lease)| lease.epoch < epoch && is_local(lease.agent));
        self.orphans = orphans.map(|(fence, _)| fence).collect();
    }
}

use polyphon_sorted::SortedSet;

use super::Timers;
use super::timers;
use crate::agents::{AgentEvent, Agents, Hold};
use crate::alerts::{AlertAction, AlertEvent, Alerts};
use crate::escalations::{EscalationEvent, Escalations};
use crate::event::Event;
use crate::gather::Gather;
use crate::id::Fence;
use crate::journal::{FORMAT, Idempotency, JournalEvent, Node};
use crate::leases::Leases;
use crate::outbox::Outbox;
use crate::queues::Queues;
use crate::sessions::{SessionEvent, Sessions};
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
    /// Questions to humans.
    pub escalations: Escalations,
    /// Conditions somebody should know of.
    pub alerts: Alerts,
    /// Durable effects that are open.
    pub outbox: Outbox,
    /// Queues and their messages.
    pub queues: Queues,
    /// Leases nobody will report on, because the node or agent that held them has ended; derived.
    pub(crate) orphans: SortedSet<Fence>,
    /// Leases that are to be taken back, because their agent was lost or its time to finish is over; derived.
    pub(crate) stranded: SortedSet<Fence>,
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

    /// Wall time at a moment of kernel time, as the journal knows it: within a second.
    pub(crate) fn wall_ms(&self, now_ms: u64) -> u64 {
        now_ms.saturating_add_signed(self.offset_ms())
    }

    /// Kernel time at a moment of wall time.
    pub(crate) fn kernel_ms(&self, wall_ms: u64) -> u64 {
        wall_ms.saturating_add_signed(self.offset_ms().saturating_neg())
    }

    fn offset_ms(&self) -> i64 {
        self.node.get(0).map_or(0, |node| node.offset_ms)
    }

    /// The level of the format in force, when this version does not know it.
    pub(crate) fn newer_format(&self) -> Option<u32> {
        let level = self.node.get(0)?.format_level;
        (level > FORMAT.into()).then_some(level)
    }

    /// A random draw: a function of the journal's seed, the position in it, and `site`, which tells draws of one event
    /// apart.
    pub(crate) fn draw(&self, site: u64) -> u64 {
        let seed = self.node.get(0).map_or(0, |node| node.seed);
        let mut place = [0; 16];
        place[..8].copy_from_slice(&self.last_seq.to_be_bytes());
        place[8..].copy_from_slice(&site.to_be_bytes());
        xxhash_rust::xxh3::xxh3_64_with_seed(&place, seed)
    }

    /// The configuration in force.
    pub fn settings(&self) -> &Settings {
        static DEFAULT: std::sync::LazyLock<Settings> = std::sync::LazyLock::new(Settings::default);
        self.node.get(0).map_or(&DEFAULT, |node| &node.settings)
    }

    /// Applies one event. Total: never fails, never looks at anything but the state and the event.
    pub fn evolve(&mut self, seq: u64, now_ms: u64, event: &Event) {
        let epoch = self.epoch();
        let idle_ms = now_ms.saturating_sub(self.last_ms);
        self.last_seq = seq;
        self.last_ms = now_ms;
        match event {
            Event::Journal(event) => self.evolve_journal(seq, now_ms, idle_ms, event),
            Event::Agent(event) => {
                self.agents.evolve(seq, now_ms, epoch, event);
                self.strand(event);
            }
            Event::Session(event) => self.evolve_session(seq, now_ms, event),
            Event::Task(event) => self.evolve_task(seq, now_ms, epoch, event),
            Event::Escalation(event) => self.evolve_escalation(seq, now_ms, event),
            Event::Alert(event) => self.evolve_alert(seq, now_ms, event),
            Event::Outbox(event) => self.outbox.evolve(event),
            Event::Queue(event) => self.queues.evolve(seq, now_ms, epoch, event),
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
            self.agents.pools.table.hash(),
            self.agents.unserved.table.hash(),
            self.agents.memory.table.hash(),
            self.agents.memory.discarded.hash(),
            self.sessions.table.hash(),
            self.tasks.plans.hash(),
            self.tasks.table.hash(),
            self.escalations.table.hash(),
            self.alerts.table.hash(),
            self.outbox.table.hash(),
            self.queues.table.hash(),
            self.queues.messages.hash(),
            self.queues.batches.hash(),
            self.queues.runs.table.hash(),
            self.queues.recent.hash(),
            self.queues.numbers.hash(),
            self.queues.schedules.hash(),
            self.queues.segments.hash(),
            self.queues.cursors.hash(),
            self.sessions.values.table.hash(),
            self.sessions.locks.holds.table.hash(),
            self.sessions.locks.waits.hash(),
        ];
        let bytes: Vec<u8> = tables.iter().flat_map(|sum| sum.to_be_bytes()).gather();
        xxhash_rust::xxh3::xxh3_128(&bytes).to_be_bytes()
    }

    /// Derives what is derived, after the tables were filled from a snapshot.
    pub(crate) fn rebuild(&mut self, last_seq: u64, last_ms: u64) {
        self.last_seq = last_seq;
        self.last_ms = last_ms;
        self.idempotency.rebuild();
        self.leases.rebuild();
        let settings = self.settings().clone();
        self.agents.rebuild(&settings);
        self.sessions.rebuild(&self.leases);
        let ageing_ms = self.settings().ageing_ms;
        self.tasks.rebuild(ageing_ms);
        self.escalations.rebuild();
        self.alerts.rebuild();
        self.queues.rebuild(self.epoch());
        self.find_orphans();
        timers::rebuild(self);
    }

    fn evolve_journal(&mut self, seq: u64, now_ms: u64, idle_ms: u64, event: &JournalEvent) {
        match event {
            JournalEvent::CommandRemembered { .. } => self.idempotency.evolve(seq, now_ms, event),
            JournalEvent::NodeStarted { .. } => {
                Node::evolve(&mut self.node, event);
                self.leases.renew_all(now_ms, idle_ms);
                self.agents.start_node(now_ms, self.epoch());
                self.sessions.shift_clocks(idle_ms);
                self.sessions.locks.start_node(now_ms);
                self.tasks.shift_clocks(idle_ms);
                self.tasks.requeue(self.settings().ageing_ms);
                self.queues.find_orphans(self.epoch());
                self.find_orphans();
            }
            JournalEvent::SettingsChanged { settings } => {
                Node::evolve(&mut self.node, event);
                self.agents.rank_by(settings);
                self.tasks.requeue(settings.ageing_ms);
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
            self.sessions.locks.orphan(*fence);
        }
        if let Some(fence) = event.fence() {
            self.stranded.remove(&fence);
        }
        if let TaskEvent::PlanCommitted { session } = event {
            self.sessions.start(*session, now_ms);
        }
        self.agents.evolve_task(seq, now_ms, event);
        self.tasks.evolve(seq, now_ms, event);
    }

    /// What an event about an agent means for the leases it holds.
    fn strand(&mut self, event: &AgentEvent) {
        let Some(agent) = event.changes_hold() else { return };
        if self.agents.get(agent).is_some_and(|agent| agent.load == 0) {
            return;
        }
        let held = self.leases.iter().filter(|(_, lease)| lease.agent == agent);
        let held: Vec<Fence> = held.map(|(fence, _)| fence).gather();
        held.into_iter().for_each(|fence| self.place(fence));
    }

    fn evolve_session(&mut self, seq: u64, now_ms: u64, event: &SessionEvent) {
        if let SessionEvent::SessionResumed { session } = event
            && self.tasks.plan(*session).is_some_and(|plan| plan.alerted)
        {
            self.sessions.release(*session, now_ms);
        }
        self.sessions.evolve(seq, now_ms, event);
        self.tasks.evolve_session(seq, now_ms, event);
        if let SessionEvent::SessionEnded { evict, .. } = event {
            for session in evict {
                self.escalations.forget_session(*session);
                self.alerts.forget_session(*session);
            }
        }
    }

    fn evolve_escalation(&mut self, seq: u64, now_ms: u64, event: &EscalationEvent) {
        match event {
            EscalationEvent::EscalationRaised { session, task, .. } => {
                self.sessions.hold(*session, now_ms);
                let key = self.tasks.get(*task).map(|task| task.spec.key.as_str());
                self.outbox
                    .evolve_escalation(seq, now_ms, key.unwrap_or_default(), event);
            }
            EscalationEvent::EscalationResolved { session, .. }
            | EscalationEvent::EscalationWithdrawn { session, .. } => {
                self.sessions.release(*session, now_ms);
            }
        }
        self.escalations.evolve(seq, now_ms, event);
        self.tasks.evolve_escalation(seq, now_ms, event);
    }

    fn evolve_alert(&mut self, seq: u64, now_ms: u64, event: &AlertEvent) {
        match event {
            AlertEvent::AlertRaised {
                session: Some(session),
                action: AlertAction::PauseNewTasks,
                ..
            } if self.tasks.plan(*session).is_some_and(|plan| !plan.alerted) => {
                self.sessions.hold(*session, now_ms);
                self.tasks.alert(*session, now_ms, true);
            }
            AlertEvent::AlertCleared {
                alert,
                session: Some(session),
                ..
            } if self.tasks.plan(*session).is_some_and(|plan| plan.alerted)
                && self.alerts.alone_pauses(*alert, *session) =>
            {
                self.sessions.release(*session, now_ms);
                self.tasks.alert(*session, now_ms, false);
            }
            _ => {}
        }
        self.alerts.evolve(seq, now_ms, event);
    }

    fn find_orphans(&mut self) {
        self.orphans.clear();
        self.stranded.clear();
        let held: Vec<Fence> = self.leases.iter().map(|(fence, _)| fence).gather();
        held.into_iter().for_each(|fence| self.place(fence));
    }

    /// Puts a lease where the state of its agent says.
    fn place(&mut self, fence: Fence) {
        let Ok(lease) = self.leases.held(fence) else {
            return;
        };
        let hold = self.agents.hold(fence, lease, self.epoch());
        let (orphan, stranded) = (hold == Hold::Gone, hold == Hold::Lost && lease.revoked.is_none());
        // An agent that ended and is back at once does not know of what it had: it stays an orphan until it is settled.
        if orphan {
            self.orphans.insert(fence);
        }
        match stranded {
            true => self.stranded.insert(fence),
            false => self.stranded.remove(&fence),
        };
    }
}

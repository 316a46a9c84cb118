use polyphon_sorted::{SortedMap, SortedSet};

use polyphon_wire::wire;

use super::{Decision, EscalationEvent, EscalationReport};
use crate::gather::Gather;
use crate::id::{EscalationId, SessionId, TaskId};
use crate::state::Table;

wire! {
    /// Where an escalation is.
    pub choice EscalationStatus {
        /// A human is asked.
        0 => Open,
        /// It was decided, by a human or by its deadline.
        1 => Decided,
        /// The task ended otherwise.
        2 => Withdrawn,
    }
}

wire! {
    /// One question to a human.
    pub struct Escalation {
        task: TaskId,
        session: SessionId,
        status: EscalationStatus,
        report: EscalationReport,
        raised_ms: u64,
        /// Kernel time at which `default` is decided.
        deadline_ms: Option<u64>,
        default: Decision,
        decision: Option<Decision>,
        /// Who decided; empty when nobody did in time.
        actor: String,
        note: String,
        closed_ms: Option<u64>,
        /// Sequence of the decision, for the order in which decided escalations leave memory.
        closed_seq: Option<u64>,
    }
}

/// Escalations that are open, and the newest of those that are not.
#[derive(Clone, Debug, Default)]
pub struct Escalations {
    pub(crate) table: Table<EscalationId, Escalation>,
    /// The open one of each task; derived.
    open: SortedMap<TaskId, EscalationId>,
    /// The others, first closed first; derived.
    closed: SortedSet<(u64, EscalationId)>,
    /// All of each session; derived.
    by_session: SortedSet<(SessionId, EscalationId)>,
}

impl Escalations {
    /// One escalation.
    pub fn get(&self, escalation: EscalationId) -> Option<&Escalation> {
        self.table.get(escalation)
    }

    /// Every escalation that is in memory, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = (EscalationId, &Escalation)> {
        self.table.iter()
    }

    /// How many are open.
    pub fn open(&self) -> usize {
        self.open.len()
    }

    /// The open one of a task.
    pub fn open_of(&self, task: TaskId) -> Option<EscalationId> {
        self.open.get(&task).copied()
    }

    /// Closed ones beyond the newest `keep`, oldest first.
    pub(crate) fn beyond(&self, keep: usize) -> impl Iterator<Item = EscalationId> {
        let over = self.closed.len().saturating_sub(keep);
        self.closed.iter().take(over).map(|(_, escalation)| *escalation)
    }

    pub(crate) fn evolve(&mut self, seq: u64, now_ms: u64, event: &EscalationEvent) {
        match event {
            EscalationEvent::EscalationRaised {
                task,
                session,
                report,
                deadline_ms,
                default,
                ..
            } => {
                let id = EscalationId(seq);
                self.open.insert(*task, id);
                self.by_session.insert((*session, id));
                let escalation = Escalation {
                    task: *task,
                    session: *session,
                    status: EscalationStatus::Open,
                    report: report.clone(),
                    raised_ms: now_ms,
                    deadline_ms: *deadline_ms,
                    default: *default,
                    decision: None,
                    actor: String::new(),
                    note: String::new(),
                    closed_ms: None,
                    closed_seq: None,
                };
                self.table.insert(id, escalation);
            }
            EscalationEvent::EscalationResolved {
                escalation,
                decision,
                actor,
                note,
                evict,
                ..
            } => {
                self.close(*escalation, seq, now_ms, evict, |known| {
                    known.status = EscalationStatus::Decided;
                    known.decision = Some(*decision);
                    known.actor.clone_from(actor);
                    known.note.clone_from(note);
                });
            }
            EscalationEvent::EscalationWithdrawn {
                escalation, evict, ..
            } => {
                self.close(*escalation, seq, now_ms, evict, |known| {
                    known.status = EscalationStatus::Withdrawn;
                });
            }
        }
    }

    /// A session left memory, and its escalations with it.
    pub(crate) fn forget_session(&mut self, session: SessionId) {
        let ids = self
            .by_session
            .range_from(&(session, EscalationId(0)))
            .take_while(|(of, _)| *of == session);
        let ids: Vec<EscalationId> = ids.map(|(_, id)| *id).gather();
        ids.into_iter().for_each(|id| self.forget(id));
    }

    pub(crate) fn rebuild(&mut self) {
        let open = |(id, known): (EscalationId, &Escalation)| {
            (known.status == EscalationStatus::Open).then_some((known.task, id))
        };
        self.open = self.table.iter().filter_map(open).gather();
        let closed = |(id, known): (EscalationId, &Escalation)| known.closed_seq.map(|seq| (seq, id));
        self.closed = self.table.iter().filter_map(closed).gather();
        self.by_session = self.table.iter().map(|(id, known)| (known.session, id)).gather();
    }

    fn close(
        &mut self,
        escalation: EscalationId,
        seq: u64,
        now_ms: u64,
        evict: &[EscalationId],
        with: impl FnOnce(&mut Escalation),
    ) {
        if let Some(known) = self.table.get_mut(escalation) {
            with(known);
            known.closed_ms = Some(now_ms);
            known.closed_seq = Some(seq);
            self.open.remove(&known.task);
            self.closed.insert((seq, escalation));
        }
        evict.iter().for_each(|id| self.forget(*id));
    }

    fn forget(&mut self, escalation: EscalationId) {
        if let Some(known) = self.table.remove(escalation) {
            self.by_session.remove(&(known.session, escalation));
            self.closed
                .remove(&(known.closed_seq.unwrap_or_default(), escalation));
            if self.open.get(&known.task) == Some(&escalation) {
                self.open.remove(&known.task);
            }
        }
    }
}

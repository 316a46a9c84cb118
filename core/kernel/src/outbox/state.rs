use polyphon_wire::wire;

use super::OutboxEvent;
use crate::escalations::{EscalationEvent, EscalationReport};
use crate::id::{EffectId, EscalationId, SessionId, TaskId};
use crate::state::Table;

wire! {
    /// What the runtime has to do, and nobody has said yet that it is done.
    pub enum OpenEffect {
        /// Tell a human of an escalation.
        1 => Notify {
            escalation: EscalationId,
            task: TaskId,
            session: SessionId,
            /// Key of the task.
            key: String,
            raised_ms: u64,
            report: EscalationReport,
        },
    }
}

/// Every open effect, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Outbox {
    pub(crate) table: Table<EffectId, OpenEffect>,
}

impl Outbox {
    /// One open effect.
    pub fn get(&self, effect: EffectId) -> Option<&OpenEffect> {
        self.table.get(effect)
    }

    /// Every open effect in the order in which they were opened.
    pub fn iter(&self) -> impl Iterator<Item = (EffectId, &OpenEffect)> {
        self.table.iter()
    }

    /// How many are open.
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    pub(crate) fn evolve(&mut self, event: &OutboxEvent) {
        match event {
            OutboxEvent::EffectDone { effect, .. } => drop(self.table.remove(*effect)),
        }
    }

    /// What an event about escalations opens.
    pub(crate) fn evolve_escalation(&mut self, seq: u64, now_ms: u64, key: &str, event: &EscalationEvent) {
        if let EscalationEvent::EscalationRaised {
            task,
            session,
            report,
            notify: true,
            ..
        } = event
        {
            let effect = OpenEffect::Notify {
                escalation: EscalationId(seq),
                task: *task,
                session: *session,
                key: key.to_owned(),
                raised_ms: now_ms,
                report: report.clone(),
            };
            self.table.insert(EffectId(seq), effect);
        }
    }
}

use polyphon_wire::wire;

use super::{Decision, EscalationReport};
use crate::id::{EscalationId, SessionId, TaskId};

wire! {
    /// What happened to escalations.
    pub enum EscalationEvent {
        /// A human is asked about a task; the escalation's id is this event's sequence.
        400 => EscalationRaised {
            task: TaskId,
            session: SessionId,
            report: EscalationReport,
            /// Kernel time at which `default` is decided.
            deadline_ms: Option<u64>,
            default: Decision,
            /// A durable effect with this event's sequence as id is opened.
            notify: bool,
        },
        /// It was decided. Approved, the task has completed; retried, it is ready; aborted, it has failed.
        401 => EscalationResolved {
            escalation: EscalationId,
            task: TaskId,
            session: SessionId,
            decision: Decision,
            /// Who decided; empty when nobody did in time.
            actor: String,
            note: String,
            /// Decided escalations that leave memory now.
            evict: Vec<EscalationId>,
        },
        /// Nobody needs to decide any more: the task ended otherwise.
        402 => EscalationWithdrawn {
            escalation: EscalationId,
            task: TaskId,
            session: SessionId,
            /// Decided escalations that leave memory now.
            evict: Vec<EscalationId>,
        },
    }
}

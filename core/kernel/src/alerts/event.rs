use polyphon_wire::wire;

use super::{AlertAction, AlertCondition};
use crate::id::{AgentId, AlertId, SessionId};
use crate::severity::Severity;

wire! {
    /// What happened to alerts.
    pub enum AlertEvent {
        /// A condition holds; the alert's id is this event's sequence.
        500 => AlertRaised {
            rule: String,
            condition: AlertCondition,
            /// The session it is about, if it is about one.
            session: Option<SessionId>,
            /// The agent it is about, if it is about one.
            agent: Option<AgentId>,
            severity: Severity,
            action: AlertAction,
            /// In the unit of the condition.
            value: u64,
            threshold: u64,
            /// What to look at.
            details: String,
        },
        /// It holds no longer.
        501 => AlertCleared { alert: AlertId, session: Option<SessionId>, agent: Option<AgentId>, value: u64 },
    }
}

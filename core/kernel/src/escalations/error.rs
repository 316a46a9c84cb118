use crate::id::EscalationId;

/// Why a command about escalations is refused.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum EscalationError {
    /// No such escalation, or it left memory after it was decided. Do not retry. Code `ESCALATION_UNKNOWN`.
    #[error("there is no {escalation}")]
    Unknown {
        /// The id that was given.
        escalation: EscalationId,
    },
    /// It was decided differently, or nobody needs to decide any more. Do not retry. Code `ESCALATION_RESOLVED`.
    #[error("{escalation} is closed already: {outcome}")]
    Resolved {
        /// The escalation.
        escalation: EscalationId,
        /// `approve`, `retry`, `abort`, or `withdrawn`.
        outcome: &'static str,
    },
}

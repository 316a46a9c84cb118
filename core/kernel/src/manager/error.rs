use super::JournalError;
use crate::id::AgentId;
use crate::refusal::Refusal;

/// Why something about an agent could not be done.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum AgentError {
    /// The kernel refused it, and nothing happened. The refusal's code says whether to retry.
    #[error("{}: {}", .0.code, .0.message)]
    Refused(Refusal),
    /// The journal could not be read or written. Open a manager anew from it. Code `STORE_IO`.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

/// Why a message could not be sent.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum MessageError {
    /// No such agent. Register it first. Code `AGENT_UNKNOWN`.
    #[error("the sender, {0}, is not known")]
    UnknownSender(AgentId),
    /// No such agent. Register it first. Code `AGENT_UNKNOWN`.
    #[error("the recipient, {0}, is not known")]
    UnknownRecipient(AgentId),
    /// The kernel refused it, and nothing happened. The refusal's code says whether to retry.
    #[error("{}: {}", .0.code, .0.message)]
    Refused(Refusal),
    /// The journal could not be written. Open a manager anew from it. Code `STORE_IO`.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

impl AgentError {
    /// Stable code; see `docs/errors`.
    pub fn code(&self) -> &str {
        match self {
            Self::Refused(refusal) => &refusal.code,
            Self::Journal(_) => "STORE_IO",
        }
    }
}

impl MessageError {
    /// Stable code; see `docs/errors`.
    pub fn code(&self) -> &str {
        match self {
            Self::UnknownSender(_) | Self::UnknownRecipient(_) => "AGENT_UNKNOWN",
            Self::Refused(refusal) => &refusal.code,
            Self::Journal(_) => "STORE_IO",
        }
    }
}

impl From<AgentError> for MessageError {
    fn from(error: AgentError) -> Self {
        match error {
            AgentError::Refused(refusal) => Self::Refused(refusal),
            AgentError::Journal(error) => Self::Journal(error),
        }
    }
}

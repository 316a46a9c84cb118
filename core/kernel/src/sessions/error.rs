use crate::id::SessionId;

/// Why a command about sessions is refused.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SessionError {
    /// No such session, or it left memory after it ended. Look it up in the views. Code `SESSION_UNKNOWN`.
    #[error("there is no running {session}")]
    Unknown {
        /// The id that was given.
        session: SessionId,
    },
    /// The session has ended. Start a new one. Code `SESSION_ENDED`.
    #[error("{session} has ended")]
    Ended {
        /// The session.
        session: SessionId,
    },
    /// There are as many sessions as there may be. Retry when some have ended. Code `SESSION_LIMIT`.
    #[error("there are {limit} running sessions already")]
    Limit {
        /// The bound.
        limit: usize,
    },
    /// The context would grow beyond its bound, or a name breaks its rule. Code `SESSION_CONTEXT`.
    #[error("{session}: {rule}")]
    Context {
        /// The session.
        session: SessionId,
        /// The rule.
        rule: &'static str,
    },
}

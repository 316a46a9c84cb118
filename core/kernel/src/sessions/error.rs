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
    /// The session's state does not allow the step. Code `SESSION_TRANSITION`.
    #[error("{session} is {status}, which does not allow to {step}")]
    Transition {
        /// The session.
        session: SessionId,
        /// Its status.
        status: &'static str,
        /// What was asked for.
        step: &'static str,
    },
    /// The task ledger would grow beyond its bound, or a fact breaks its rule. Code `SESSION_LEDGER`.
    #[error("{session}: {rule}")]
    Ledger {
        /// The session.
        session: SessionId,
        /// The rule.
        rule: &'static str,
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

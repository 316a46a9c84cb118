use super::ValueKey;
use crate::id::{Fence, SessionId};

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

/// Why values are not written.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ValueError {
    /// A write breaks a rule. Do not retry. Code `VALUE_INVALID`.
    #[error("the values cannot be written: {rule}")]
    Invalid {
        /// The rule.
        rule: &'static str,
    },
    /// A value has another version than was expected. Read it again and decide anew. Code `VALUE_CONFLICT`.
    #[error("{} has version {found}, expected was {expected}", key.name)]
    Conflict {
        /// The value.
        key: ValueKey,
        /// The version it has; 0 when it is not there.
        found: u64,
        /// The version that was expected.
        expected: u64,
    },
    /// A quota of the session is used up. Delete values, or raise it. Code `VALUE_LIMIT`.
    #[error("a session has at most {limit} {what}")]
    Limit {
        /// What there may be no more of.
        what: &'static str,
        /// The bound.
        limit: u64,
    },
}

/// Why a lock is not handed out.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum LockError {
    /// A wish breaks a rule. Do not retry. Code `LOCK_INVALID`.
    #[error("the lock cannot be had: {rule}")]
    Invalid {
        /// The rule.
        rule: &'static str,
    },
    /// Somebody has it or came before. Retry later. Code `LOCK_HELD`.
    #[error("the lock {name:?} is held or waited for by {owner:?}")]
    Held {
        /// The lock.
        name: String,
        /// Who holds it, or waits for it first.
        owner: String,
        /// Fence of the hold, or handle of the wait.
        lock: Fence,
    },
    /// Whoever waits would wait for itself. Release what is held and begin again. Code `LOCK_DEADLOCK`.
    #[error("to wait would be to wait for oneself: {}", cycle.join(" → "))]
    Deadlock {
        /// Owners and the locks they wait for, in turn.
        cycle: Vec<String>,
    },
    /// There are as many as there may be. Retry when some have ended. Code `LOCK_LIMIT`.
    #[error("there are {limit} {what} already")]
    Limit {
        /// What there are.
        what: &'static str,
        /// The bound.
        limit: usize,
    },
}

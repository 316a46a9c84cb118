use crate::id::{AgentId, PoolId};

/// Why a command about agents is refused.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum AgentError {
    /// No such agent. Register it first. Code `AGENT_UNKNOWN`.
    #[error("there is no {agent}")]
    Unknown {
        /// The id that was given.
        agent: AgentId,
    },
    /// The description breaks a rule. Correct it. Code `AGENT_INVALID`.
    #[error("agent {key:?}: {rule}")]
    Invalid {
        /// The agent's key.
        key: String,
        /// The rule.
        rule: &'static str,
    },
    /// The partition has as many agents as it may. Deregister some. Code `AGENT_LIMIT`.
    #[error("there are {limit} agents already")]
    Limit {
        /// The bound.
        limit: usize,
    },
    /// The agent's state does not allow the step. Code `AGENT_TRANSITION`.
    #[error("{agent} is {status}, which does not allow to {step}")]
    Transition {
        /// The agent.
        agent: AgentId,
        /// Its status.
        status: &'static str,
        /// What was asked for.
        step: &'static str,
    },
    /// A remote agent starts by itself; only its own host can. Start it there. Code `AGENT_REMOTE`.
    #[error("{agent} runs elsewhere and is started there")]
    Remote {
        /// The agent.
        agent: AgentId,
    },
    /// Heartbeats break a rule. Send them as the rule says. Code `AGENT_HEARTBEATS`.
    #[error("{rule}")]
    Heartbeats {
        /// The rule.
        rule: &'static str,
    },
    /// What an agent wants to keep breaks a rule. Keep less. Code `AGENT_STATE_INVALID`.
    #[error("the state of {agent}: {rule}")]
    StateInvalid {
        /// The agent.
        agent: AgentId,
        /// The rule.
        rule: &'static str,
    },
    /// No row of a state waits to be erased since that event. Do not report it again. Code `AGENT_STATE_UNKNOWN`.
    #[error("no row of a state is to be erased since event {discard}")]
    DiscardUnknown {
        /// The event that was given.
        discard: u64,
    },
    /// No such pool. Define it first. Code `POOL_UNKNOWN`.
    #[error("there is no {pool}")]
    PoolUnknown {
        /// The id that was given.
        pool: PoolId,
    },
    /// The description of a pool breaks a rule. Correct it. Code `POOL_INVALID`.
    #[error("pool {key:?}: {rule}")]
    PoolInvalid {
        /// The pool's key.
        key: String,
        /// The rule.
        rule: &'static str,
    },
    /// The partition has as many pools as it may. Remove some. Code `POOL_LIMIT`.
    #[error("there are {limit} pools already")]
    PoolLimit {
        /// The bound.
        limit: usize,
    },
}

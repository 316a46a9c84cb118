use crate::id::AgentId;

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
}

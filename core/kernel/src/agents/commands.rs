//! What can be asked of agents, a file each.

mod deregister;
mod register;
mod started;
mod stop;
mod stopped;

use polyphon_wire::wire;

use super::AgentSpec;
use crate::id::AgentId;
use crate::refusal::Refusal;
use crate::state::{Sink, State};

wire! {
    /// What can be asked of agents.
    pub enum AgentCommand {
        /// Makes an agent known, or attaches a known one to this node.
        100 => RegisterAgent { spec: AgentSpec },
        /// The host says the agent is ready.
        101 => ReportAgentStarted { agent: AgentId },
        /// Lets the agent finish its work and end.
        102 => StopAgent { agent: AgentId, reason: String },
        /// The host says the agent has ended.
        103 => ReportAgentStopped { agent: AgentId, error: Option<String> },
        /// Forgets a stopped agent.
        104 => DeregisterAgent { agent: AgentId, reason: String },
    }
}

pub(crate) fn decide(state: &State<'_>, command: &AgentCommand, sink: &mut Sink) -> Result<(), Refusal> {
    match command {
        AgentCommand::RegisterAgent { spec } => register::decide(state, spec, sink),
        AgentCommand::ReportAgentStarted { agent } => started::decide(state, *agent, sink),
        AgentCommand::StopAgent { agent, reason } => stop::decide(state, *agent, reason, sink),
        AgentCommand::ReportAgentStopped { agent, error } => {
            stopped::decide(state, *agent, error.as_deref(), sink)
        }
        AgentCommand::DeregisterAgent { agent, reason } => deregister::decide(state, *agent, reason, sink),
    }
}

/// The agent, or the refusal that there is none.
fn known<'a>(state: &State<'a>, agent: AgentId) -> Result<&'a super::Agent, super::AgentError> {
    state
        .durable
        .agents
        .get(agent)
        .ok_or(super::AgentError::Unknown { agent })
}

//! What can be asked of agents and their pools, a file each.

mod define_pool;
mod deregister;
pub(super) mod fail;
mod heartbeats;
pub(super) mod register;
mod remove_pool;
mod rows_erased;
mod save_state;
mod start;
mod started;
pub(super) mod stop;
mod stop_all;
mod stopped;

use polyphon_wire::wire;

use super::{Agent, AgentError, AgentSpec, Heartbeat, PoolSpec};
use crate::id::{AgentId, Fence, PoolId};
use crate::leases::LeaseError;
use crate::payload::Payload;
use crate::refusal::Refusal;
use crate::state::{Sink, State};

wire! {
    /// What can be asked of agents and their pools.
    pub enum AgentCommand {
        /// Makes an agent known, or attaches a known one to this node.
        100 => RegisterAgent { spec: AgentSpec },
        /// The host says the agent is ready.
        101 => ReportAgentStarted {
            agent: AgentId,
            /// Fence of the request it answers; absent when the host started the agent by itself.
            start: Option<Fence>,
        },
        /// Lets the agent finish its work and end.
        102 => StopAgent { agent: AgentId, reason: String },
        /// The host says the agent has ended, by itself or as it was asked to.
        103 => ReportAgentStopped {
            agent: AgentId,
            error: Option<String>,
            /// Fence of the request that started it; absent when the host started the agent by itself.
            start: Option<Fence>,
        },
        /// Forgets an agent that is not in service.
        104 => DeregisterAgent { agent: AgentId, reason: String },
        /// Asks the host to start an agent that is known and not in service.
        105 => StartAgent { agent: AgentId },
        /// Lets every agent finish its work and end; pools start nothing more.
        106 => StopAll { reason: String },
        /// Signs of life. Leaves no trace unless it changes what is thought of an agent.
        107 => ReportHeartbeats { beats: Vec<Heartbeat> },
        /// Makes a pool, or gives a known one other bounds.
        108 => DefinePool { spec: PoolSpec },
        /// Ends the agents of a pool, then forgets it.
        109 => RemovePool { pool: PoolId, reason: String },
        /// An attempt leaves something to the next attempt of its agent; with no state, nothing any more.
        110 => SaveAgentState { fence: Fence, state: Option<Payload> },
        /// Rows the runtime was asked to erase are erased.
        111 => FinishStateErasure { discards: Vec<u64> },
    }
}

pub(crate) fn decide(state: &State<'_>, command: &AgentCommand, sink: &mut Sink) -> Result<(), Refusal> {
    match command {
        AgentCommand::RegisterAgent { spec } => register::decide(state, spec, sink),
        AgentCommand::ReportAgentStarted { agent, start } => started::decide(state, *agent, *start, sink),
        AgentCommand::StopAgent { agent, reason } => stop::decide(state, *agent, reason, sink),
        AgentCommand::ReportAgentStopped { agent, error, start } => {
            stopped::decide(state, *agent, error.as_deref(), *start, sink)
        }
        AgentCommand::DeregisterAgent { agent, reason } => deregister::decide(state, *agent, reason, sink),
        AgentCommand::StartAgent { agent } => start::decide(state, *agent, sink),
        AgentCommand::StopAll { reason } => stop_all::decide(state, reason, sink),
        AgentCommand::ReportHeartbeats { beats } => heartbeats::decide(state, beats, sink),
        AgentCommand::DefinePool { spec } => define_pool::decide(state, spec, sink),
        AgentCommand::SaveAgentState { fence, state: saved } => {
            save_state::decide(state, *fence, saved.as_ref(), sink)
        }
        AgentCommand::FinishStateErasure { discards } => rows_erased::decide(state, discards, sink),
        AgentCommand::RemovePool { pool, reason } => remove_pool::decide(state, *pool, reason, sink),
    }
}

/// Whether heartbeats keep every rule, so that they may be listened to.
pub(crate) fn are_whole(beats: &[Heartbeat]) -> bool {
    heartbeats::check(beats).is_ok()
}

/// The agent, or the refusal that there is none.
fn known<'a>(state: &State<'a>, agent: AgentId) -> Result<&'a Agent, AgentError> {
    state
        .durable
        .agents
        .get(agent)
        .ok_or(AgentError::Unknown { agent })
}

/// A report that names a start counts only while that start is the one in force.
fn fenced(agent: &Agent, start: Option<Fence>) -> Result<(), LeaseError> {
    match start {
        Some(fence) if agent.start != start => Err(LeaseError::Fenced { fence }),
        _ => Ok(()),
    }
}

/// When an agent that is asked to end now must have ended.
fn end_deadline(state: &State<'_>) -> u64 {
    state
        .now_ms
        .saturating_add(state.durable.settings().shutdown_ms.max(1))
}

/// When an agent that is asked to start now must have started.
fn start_deadline(state: &State<'_>) -> u64 {
    let settings = &state.durable.settings().agents;
    state.now_ms.saturating_add(settings.start_timeout_ms)
}

//! Something about an agent is due.

use super::commands::{fail, stop};
use super::{AgentEvent, AgentStatus, Intent};
use crate::id::AgentId;
use crate::state::{Sink, State};

pub(crate) fn wake(state: &State<'_>, id: AgentId, sink: &mut Sink) {
    let Some(agent) = state.durable.agents.get(id) else {
        return;
    };
    if agent.intent == Intent::Stop {
        return stop::end(state, id, agent, "everything is shut down", sink);
    }
    match agent.status {
        AgentStatus::Starting => fail::failed(state, id, agent, "it did not start in time", false, sink),
        AgentStatus::Draining => sink.emit(AgentEvent::AgentOverdue { agent: id }),
        AgentStatus::Failed if agent.is_restarting() => sink.emit(AgentEvent::AgentStarting {
            agent: id,
            until_ms: state
                .now_ms
                .saturating_add(state.durable.settings().agents.start_timeout_ms),
        }),
        AgentStatus::Failed if agent.is_lost() => sink.emit(AgentEvent::AgentDeregistered {
            agent: id,
            reason: "it was silent for too long".to_owned(),
        }),
        AgentStatus::Failed | AgentStatus::Stopped => {
            if let Some(request) = agent.end {
                sink.emit(AgentEvent::AgentEnded { agent: id, request });
            }
        }
        AgentStatus::Idle | AgentStatus::Busy => sink.emit(AgentEvent::AgentResumed { agent: id }),
        AgentStatus::Registered => {}
    }
}

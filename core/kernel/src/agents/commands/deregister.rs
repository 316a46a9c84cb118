use super::known;
use crate::agents::{AgentError, AgentEvent, AgentStatus};
use crate::id::AgentId;
use crate::refusal::Refusal;
use crate::state::{Sink, State};

pub(super) fn decide(
    state: &State<'_>,
    agent: AgentId,
    reason: &str,
    sink: &mut Sink,
) -> Result<(), Refusal> {
    let entry = known(state, agent)?;
    let is_out_of_service = entry.status == AgentStatus::Registered || entry.status.is_over();
    if !is_out_of_service || entry.load > 0 {
        return Err(AgentError::Transition {
            agent,
            status: entry.status.name(),
            step: "deregister",
        }
        .into());
    }
    if state.durable.agents.memory.get(agent).is_some() {
        sink.emit(AgentEvent::AgentStateErased { agent });
    }
    sink.emit(AgentEvent::AgentDeregistered {
        agent,
        reason: crate::text::clip(reason),
    });
    Ok(())
}

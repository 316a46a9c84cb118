use super::{known, start_deadline};
use crate::agents::{AgentError, AgentEvent, AgentStatus, lifecycle};
use crate::id::AgentId;
use crate::refusal::Refusal;
use crate::state::{Sink, State};

pub(super) fn decide(state: &State<'_>, agent: AgentId, sink: &mut Sink) -> Result<(), Refusal> {
    let entry = known(state, agent)?;
    if entry.status.is_live() {
        return Ok(());
    }
    if !entry.is_local() {
        return Err(AgentError::Remote { agent }.into());
    }
    if entry.status == AgentStatus::Draining {
        return Err(AgentError::Transition {
            agent,
            status: entry.status.name(),
            step: "start",
        }
        .into());
    }
    lifecycle::check(agent, entry, AgentStatus::Starting, "start")?;
    sink.emit(AgentEvent::AgentStarting {
        agent,
        until_ms: start_deadline(state),
    });
    Ok(())
}

use super::known;
use crate::agents::{AgentError, AgentEvent};
use crate::id::AgentId;
use crate::refusal::Refusal;
use crate::state::{Sink, State};

pub(crate) fn decide(
    state: &State<'_>,
    agent: AgentId,
    reason: &str,
    sink: &mut Sink,
) -> Result<(), Refusal> {
    let entry = known(state, agent)?;
    if entry.load > 0 {
        return Err(AgentError::Transition {
            agent,
            status: entry.status.name(),
            step: "deregister",
        }
        .into());
    }
    sink.emit(AgentEvent::AgentDeregistered {
        agent,
        reason: crate::text::clip(reason),
    });
    Ok(())
}

use super::known;
use crate::agents::{AgentError, AgentEvent, AgentStatus};
use crate::id::AgentId;
use crate::refusal::Refusal;
use crate::state::{Sink, State};

pub(crate) fn decide(state: &State<'_>, agent: AgentId, sink: &mut Sink) -> Result<(), Refusal> {
    let status = known(state, agent)?.status;
    match status {
        AgentStatus::Registered | AgentStatus::Starting => {
            sink.emit(AgentEvent::AgentStarted { agent });
            Ok(())
        }
        AgentStatus::Idle | AgentStatus::Busy => Ok(()),
        _ => Err(AgentError::Transition {
            agent,
            status: status.name(),
            step: "start",
        }
        .into()),
    }
}

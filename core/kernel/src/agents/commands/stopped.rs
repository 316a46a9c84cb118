use super::known;
use crate::agents::{AgentEvent, AgentStatus};
use crate::id::AgentId;
use crate::refusal::Refusal;
use crate::state::{Sink, State};

pub(crate) fn decide(
    state: &State<'_>,
    agent: AgentId,
    error: Option<&str>,
    sink: &mut Sink,
) -> Result<(), Refusal> {
    let status = known(state, agent)?.status;
    match (status, error) {
        (AgentStatus::Stopped | AgentStatus::Failed, _) => {}
        (_, Some(error)) => sink.emit(AgentEvent::AgentFailed {
            agent,
            error: crate::text::clip(error),
        }),
        (_, None) => sink.emit(AgentEvent::AgentStopped {
            agent,
            reason: "ended".to_owned(),
        }),
    }
    Ok(())
}

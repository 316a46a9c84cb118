use super::{fail, fenced, known};
use crate::agents::AgentEvent;
use crate::id::{AgentId, Fence};
use crate::refusal::Refusal;
use crate::state::{Sink, State};

/// Either the answer to a request to end, or news.
pub(super) fn decide(
    state: &State<'_>,
    agent: AgentId,
    error: Option<&str>,
    start: Option<Fence>,
    sink: &mut Sink,
) -> Result<(), Refusal> {
    let entry = known(state, agent)?;
    if entry.status.is_over() {
        if let Some(request) = entry.end {
            sink.emit(AgentEvent::AgentEnded { agent, request });
        }
        return Ok(());
    }
    fenced(entry, start)?;
    match error {
        Some(error) => fail::failed(state, agent, entry, error, true, sink),
        None => sink.emit(AgentEvent::AgentStopped {
            agent,
            reason: "it ended by itself".to_owned(),
            end_by_ms: None,
        }),
    }
    Ok(())
}

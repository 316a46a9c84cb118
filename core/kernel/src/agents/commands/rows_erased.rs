use crate::agents::{AgentError, AgentEvent};
use crate::bounds;
use crate::refusal::Refusal;
use crate::state::{Sink, State};

/// Rows that are reported twice are erased once.
pub(super) fn decide(state: &State<'_>, given: &[u64], sink: &mut Sink) -> Result<(), Refusal> {
    let known = &state.durable.agents.memory.discarded;
    let discards: Vec<u64> = given
        .iter()
        .copied()
        .filter(|seq| known.contains(*seq))
        .take(bounds::ERASED_PAYLOADS)
        .collect();
    let Some(first) = discards.first().copied() else {
        let discard = given.first().copied().unwrap_or_default();
        return Err(AgentError::DiscardUnknown { discard }.into());
    };
    sink.emit(AgentEvent::AgentStateRowsErased { discards });
    sink.answer(first);
    Ok(())
}

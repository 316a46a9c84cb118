use crate::agents::{AgentError, Heartbeat, health};
use crate::bounds;
use crate::refusal::Refusal;
use crate::state::{Sink, State};

/// What is heard was taken note of already; here is decided what it changes. Agents that are not known are passed over,
/// so that one which was forgotten in the meantime does not silence the others.
pub(super) fn decide(state: &State<'_>, beats: &[Heartbeat], sink: &mut Sink) -> Result<(), Refusal> {
    check(beats)?;
    let agents = &state.durable.agents;
    if let Some(first) = beats.first()
        && !beats.iter().any(|beat| agents.get(beat.agent).is_some())
    {
        return Err(AgentError::Unknown { agent: first.agent }.into());
    }
    beats.iter().for_each(|beat| health::heard(state, beat, sink));
    Ok(())
}

/// # Errors
/// [`AgentError::Heartbeats`] when there are more than fit one command, or an agent stands twice.
pub(super) fn check(beats: &[Heartbeat]) -> Result<(), AgentError> {
    let rule = if beats.len() > bounds::HEARTBEATS {
        "at most 1,000 heartbeats"
    } else if !beats.is_sorted_by(|a, b| a.agent < b.agent) {
        "heartbeats must be sorted by agent, without repeats"
    } else {
        return Ok(());
    };
    Err(AgentError::Heartbeats { rule })
}

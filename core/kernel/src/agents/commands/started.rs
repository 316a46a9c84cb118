use super::{fenced, known};
use crate::agents::{AgentEvent, AgentStatus, lifecycle};
use crate::id::{AgentId, Fence};
use crate::refusal::Refusal;
use crate::state::{Sink, State};

pub(super) fn decide(
    state: &State<'_>,
    agent: AgentId,
    start: Option<Fence>,
    sink: &mut Sink,
) -> Result<(), Refusal> {
    let entry = known(state, agent)?;
    fenced(entry, start)?;
    if !entry.status.takes_work() {
        lifecycle::check(agent, entry, AgentStatus::Idle, "start working")?;
        sink.emit(AgentEvent::AgentStarted { agent });
    }
    Ok(())
}

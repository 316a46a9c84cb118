use crate::agents::AgentEvent;
use crate::refusal::Refusal;
use crate::state::{Sink, State};

/// One event for all; each agent is told in turn, so that no step grows with their number.
pub(super) fn decide(state: &State<'_>, reason: &str, sink: &mut Sink) -> Result<(), Refusal> {
    let agents = &state.durable.agents;
    let is_any_live = agents
        .iter()
        .any(|(_, agent)| agent.status.is_live() || agent.is_restarting());
    if is_any_live || agents.pools.iter().any(|(_, pool)| !pool.suspended) {
        sink.emit(AgentEvent::AllStopping {
            reason: crate::text::clip(reason),
        });
    }
    Ok(())
}

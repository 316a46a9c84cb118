use crate::agents::status::Intent;
use crate::agents::{Agent, AgentEvent};
use crate::refusal::Refusal;
use crate::state::{Sink, State};

/// One event for all; each agent is told in turn, so that no step grows with their number.
pub(super) fn decide(state: &State<'_>, reason: &str, sink: &mut Sink) -> Result<(), Refusal> {
    let agents = &state.durable.agents;
    let must_be_told =
        |agent: &Agent| agent.is_restarting() || agent.status.is_live() && agent.intent != Intent::Stop;
    let is_any_left = agents.iter().any(|(_, agent)| must_be_told(agent));
    if is_any_left || agents.pools.iter().any(|(_, pool)| !pool.suspended) {
        sink.emit(AgentEvent::AllStopping {
            reason: crate::text::clip(reason),
        });
    }
    Ok(())
}

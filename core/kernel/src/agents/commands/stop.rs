use super::known;
use crate::agents::{Agent, AgentEvent, AgentStatus};
use crate::id::AgentId;
use crate::refusal::Refusal;
use crate::state::{Sink, State};

/// An agent that is ending already, or has ended, is left alone.
pub(super) fn decide(
    state: &State<'_>,
    agent: AgentId,
    reason: &str,
    sink: &mut Sink,
) -> Result<(), Refusal> {
    end(state, agent, known(state, agent)?, reason, sink);
    Ok(())
}

/// Ends an agent: at once when it has no work, else when it has finished it or its time for that is over.
pub(in crate::agents) fn end(
    state: &State<'_>,
    agent: AgentId,
    entry: &Agent,
    reason: &str,
    sink: &mut Sink,
) {
    let reason = crate::text::clip(reason);
    let ended = match entry.status {
        AgentStatus::Draining | AgentStatus::Stopped => return,
        // Nothing of it runs.
        AgentStatus::Registered => true,
        AgentStatus::Failed => entry.end.is_none(),
        AgentStatus::Starting | AgentStatus::Idle | AgentStatus::Busy if entry.load > 0 => {
            let until_ms = state.now_ms.saturating_add(state.durable.settings().shutdown_ms);
            sink.emit(AgentEvent::AgentDraining {
                agent,
                reason,
                until_ms,
            });
            return;
        }
        AgentStatus::Starting | AgentStatus::Idle | AgentStatus::Busy => false,
    };
    sink.emit(AgentEvent::AgentStopped { agent, reason, ended });
}

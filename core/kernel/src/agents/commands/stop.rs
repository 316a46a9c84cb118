use super::{end_deadline, known};
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
    let must_end = match entry.status {
        AgentStatus::Draining | AgentStatus::Stopped => return,
        // Nothing of it runs.
        AgentStatus::Registered => false,
        AgentStatus::Failed => entry.end.is_some(),
        AgentStatus::Starting | AgentStatus::Idle | AgentStatus::Busy if entry.load > 0 => {
            let until_ms = state.now_ms.saturating_add(state.durable.settings().shutdown_ms);
            sink.emit(AgentEvent::AgentDraining {
                agent,
                reason,
                until_ms,
            });
            return;
        }
        AgentStatus::Starting | AgentStatus::Idle | AgentStatus::Busy => true,
    };
    sink.emit(AgentEvent::AgentStopped {
        agent,
        reason,
        end_by_ms: must_end.then(|| end_deadline(state)),
    });
}

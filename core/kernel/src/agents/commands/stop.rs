use super::known;
use crate::agents::{AgentError, AgentEvent, AgentStatus};
use crate::id::AgentId;
use crate::refusal::Refusal;
use crate::state::{Sink, State};

pub(crate) fn decide(
    state: &State<'_>,
    agent: AgentId,
    reason: &str,
    sink: &mut Sink,
) -> Result<(), Refusal> {
    let entry = known(state, agent)?;
    let reason = crate::text::clip(reason);
    match entry.status {
        AgentStatus::Draining | AgentStatus::Stopped => {}
        AgentStatus::Failed => {
            return Err(AgentError::Transition {
                agent,
                status: entry.status.name(),
                step: "stop",
            }
            .into());
        }
        _ if entry.load == 0 => sink.emit(AgentEvent::AgentStopped { agent, reason }),
        _ => {
            let until_ms = state.now_ms.saturating_add(state.durable.settings().shutdown_ms);
            sink.emit(AgentEvent::AgentDraining {
                agent,
                reason,
                until_ms,
            });
        }
    }
    Ok(())
}

use crate::agents::{AgentError, AgentEvent};
use crate::id::PoolId;
use crate::refusal::Refusal;
use crate::state::{Sink, State};

pub(super) fn decide(state: &State<'_>, pool: PoolId, reason: &str, sink: &mut Sink) -> Result<(), Refusal> {
    let entry = state
        .durable
        .agents
        .pools
        .get(pool)
        .ok_or(AgentError::PoolUnknown { pool })?;
    if !entry.closing {
        sink.emit(AgentEvent::PoolClosing {
            pool,
            reason: crate::text::clip(reason),
        });
    }
    Ok(())
}

use crate::agents::{AgentError, AgentEvent, PoolSpec, pools};
use crate::bounds;
use crate::refusal::Refusal;
use crate::state::{Sink, State};

/// A known key gets other bounds; a pool that is unchanged and active is left alone.
pub(super) fn decide(state: &State<'_>, spec: &PoolSpec, sink: &mut Sink) -> Result<(), Refusal> {
    if let Some(rule) = pools::broken_rule(spec) {
        return Err(AgentError::PoolInvalid {
            key: spec.key.clone(),
            rule,
        }
        .into());
    }
    let known = &state.durable.agents.pools;
    let spec = spec.clone();
    match known.by_key(&spec.key).and_then(|id| Some((id, known.get(id)?))) {
        Some((id, pool)) => {
            if pool.spec != spec || pool.suspended || pool.closing {
                sink.emit(AgentEvent::PoolRedefined { pool: id, spec });
            }
            sink.answer(id.0);
        }
        None if known.len() >= bounds::POOLS => {
            return Err(AgentError::PoolLimit { limit: bounds::POOLS }.into());
        }
        None => sink.emit(AgentEvent::PoolDefined { spec }),
    }
    Ok(())
}

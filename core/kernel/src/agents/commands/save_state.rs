use crate::agents::{AgentError, AgentEvent, Hold};
use crate::bounds;
use crate::id::Fence;
use crate::leases::{LeaseError, StopReason};
use crate::payload::{Payload, is_bounded};
use crate::refusal::Refusal;
use crate::state::{Sink, State};

/// Who was asked to stop may save until its end, unless its work goes to somebody else: who does that has the word then.
pub(super) fn decide(
    state: &State<'_>,
    fence: Fence,
    saved: Option<&Payload>,
    sink: &mut Sink,
) -> Result<(), Refusal> {
    let durable = state.durable;
    let lease = durable.leases.held(fence)?;
    let is_stale = durable.orphans.contains(&fence) && !crate::planted::is(31);
    let hold = durable.agents.hold(fence, lease, durable.epoch());
    if is_stale || (hold == Hold::Gone && !crate::planted::is(31)) {
        return Err(LeaseError::Fenced { fence }.into());
    }
    let is_reassigned = lease
        .revoked
        .is_some_and(|revoked| revoked.reason == StopReason::Reassign);
    if (is_reassigned || hold == Hold::Lost) && !crate::planted::is(31) {
        return Err(LeaseError::Revoked { fence }.into());
    }
    let (agent, memory) = (lease.agent, &durable.agents.memory);
    let refused = |rule| AgentError::StateInvalid { agent, rule };
    let bytes = match saved {
        Some(Payload::Ref { bytes, .. }) => *bytes,
        _ => 0,
    };
    if !is_bounded(saved) {
        return Err(refused("what stands in the command is longer than it may be").into());
    }
    if bytes > bounds::AGENT_STATE_BYTES {
        return Err(refused("a state has at most 256 KiB").into());
    }
    let is_known = memory.get(agent).is_some();
    if saved.is_some() && !is_known && memory.len() >= bounds::AGENTS {
        return Err(refused("10,000 states are kept already").into());
    }
    if saved.is_some() || is_known {
        sink.emit(AgentEvent::AgentStateSaved {
            agent,
            fence,
            state: saved.cloned(),
        });
    }
    sink.answer(agent.0);
    Ok(())
}

use super::fail::{classified, settle_as};
use crate::agents::AgentEvent;
use crate::bounds;
use crate::id::Fence;
use crate::leases::Lease;
use crate::refusal::Refusal;
use crate::state::{Sink, State};
use crate::tasks::{AttemptError, AttemptOutcome, Report};

/// The agent rests first, so that the task is not offered to it again in the same step. No retry is used up: nothing was
/// tried. An attempt that was asked to end has ended as it was asked to.
pub(super) fn decide(
    state: &State<'_>,
    fence: Fence,
    error: &AttemptError,
    pause_ms: u64,
    sink: &mut Sink,
) -> Result<(), Refusal> {
    let lease = state.durable.leases.held(fence)?;
    let error = classified(lease.task, error)?;
    pause(state, lease, &error, pause_ms, sink);
    let (refused, report) = (AttemptOutcome::Refused, Report::empty());
    settle_as(state, fence, refused, error, report, Vec::new(), sink);
    Ok(())
}

/// An agent that is not in service, or serves already in another life than this attempt's, is left alone.
fn pause(state: &State<'_>, lease: &Lease, error: &AttemptError, pause_ms: u64, sink: &mut Sink) {
    let Some(agent) = state.durable.agents.get(lease.agent) else {
        return;
    };
    let pause_ms = pause_ms.clamp(bounds::PAUSE_LEAST_MS, bounds::PAUSE_MOST_MS);
    let until_ms = state.now_ms.saturating_add(pause_ms);
    let rests_longer = agent.paused_until_ms().is_some_and(|known| known >= until_ms);
    if agent.status.takes_work() && lease.revoked.is_none() && !rests_longer {
        sink.emit(AgentEvent::AgentPaused {
            agent: lease.agent,
            until_ms,
            reason: error.message.clone(),
        });
    }
}

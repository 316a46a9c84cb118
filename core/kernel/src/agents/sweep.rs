//! Work that one event leaves for many agents or attempts, done a bounded part at a time.

use super::commands::stop;
use crate::leases::StopReason;
use crate::state::{Sink, State};
use crate::tasks::TaskEvent;
use crate::tasks::sweep::grace_ms;

/// Does the next part; answers whether there was any.
pub(crate) fn next(state: &State<'_>, sink: &mut Sink) -> bool {
    revoke_one(state, sink) || stop_one(state, sink)
}

/// The attempts of an agent that was lost, or did not finish in time, go to others.
fn revoke_one(state: &State<'_>, sink: &mut Sink) -> bool {
    let Some(fence) = state.durable.stranded.first().copied() else {
        return false;
    };
    let Ok(lease) = state.durable.leases.held(fence) else {
        return false;
    };
    sink.emit(TaskEvent::TaskStopRequested {
        task: lease.task,
        session: lease.session,
        fence,
        reason: StopReason::Reassign,
        until_ms: state.now_ms.saturating_add(grace_ms(state, lease.session)),
    });
    true
}

/// Everything was asked to stop: the next agent is told.
fn stop_one(state: &State<'_>, sink: &mut Sink) -> bool {
    let agents = &state.durable.agents;
    let next = agents
        .stopping
        .first()
        .and_then(|id| Some((*id, agents.get(*id)?)));
    let Some((id, agent)) = next else { return false };
    stop::end(state, id, agent, "everything is shut down", sink);
    true
}

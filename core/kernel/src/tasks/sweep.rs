//! Work that one event leaves for many tasks, done a bounded part at a time.

use super::commands::settle;
use super::{AttemptError, Next, Report, Task, TaskEvent, TaskStatus};
use crate::id::{SessionId, TaskId};
use crate::leases::StopReason;
use crate::state::{Sink, State};

/// Does the next part; answers whether there was any.
pub(crate) fn next(state: &State<'_>, sink: &mut Sink) -> bool {
    skip_one(state, sink) || cancel_one(state, sink) || recover_one(state, sink)
}

fn skip_one(state: &State<'_>, sink: &mut Sink) -> bool {
    let tasks = &state.durable.tasks;
    let Some((id, task)) = tasks.doomed.first().and_then(|id| Some((*id, tasks.get(*id)?))) else {
        return false;
    };
    sink.emit(TaskEvent::TaskSkipped {
        task: id,
        session: task.session,
        reason: skip_reason(state, task),
    });
    true
}

fn skip_reason(state: &State<'_>, task: &Task) -> String {
    let tasks = &state.durable.tasks;
    let members = tasks.of(task.session);
    let needed = task
        .spec
        .after
        .iter()
        .chain(&task.spec.parent)
        .filter_map(|index| members.get(*index as usize));
    let broken = needed
        .filter_map(|id| tasks.get(*id))
        .find(|other| other.status.is_terminal() && other.status != TaskStatus::Completed);
    match broken {
        Some(other) => format!("{} did not complete", other.spec.key),
        None => "an earlier phase was not passed".to_owned(),
    }
}

fn cancel_one(state: &State<'_>, sink: &mut Sink) -> bool {
    state
        .durable
        .tasks
        .cancelling
        .iter()
        .any(|session| cancel_in(state, *session, sink))
}

fn cancel_in(state: &State<'_>, session: SessionId, sink: &mut Sink) -> bool {
    let tasks = &state.durable.tasks;
    let open = |id: &&TaskId| {
        tasks
            .get(**id)
            .is_some_and(|task| !task.status.is_terminal() && !is_stopping(state, task))
    };
    // Parts before the whole: a group ends with its last part.
    let next = tasks
        .of(session)
        .iter()
        .rev()
        .filter(open)
        .find(|id| tasks.get(**id).is_some_and(|task| task.open_children == 0));
    let Some((id, task)) = next.and_then(|id| Some((*id, tasks.get(*id)?))) else {
        return false;
    };
    match task.fence {
        Some(fence) => sink.emit(TaskEvent::TaskStopRequested {
            task: id,
            session,
            fence,
            reason: StopReason::Cancel,
            until_ms: state.now_ms.saturating_add(grace_ms(state, session)),
        }),
        None => sink.emit(TaskEvent::TaskCancelled { task: id, session }),
    }
    true
}

fn is_stopping(state: &State<'_>, task: &Task) -> bool {
    task.fence
        .and_then(|fence| state.durable.leases.held(fence).ok())
        .is_some_and(|lease| lease.revoked.is_some())
}

/// Attempts of an earlier run of this node have nobody left who could report on them.
fn recover_one(state: &State<'_>, sink: &mut Sink) -> bool {
    let durable = state.durable;
    let Some(fence) = durable.orphans.first().copied() else {
        return false;
    };
    let error = AttemptError {
        error_type: "agent_lost".to_owned(),
        message: "the agent or node that ran the attempt ended".to_owned(),
        details: None,
    };
    settle(state, fence, error, Report::empty(), Vec::new(), sink);
    true
}

/// Time an attempt of `session` has between the request to stop and its forced end.
pub(crate) fn grace_ms(state: &State<'_>, session: SessionId) -> u64 {
    state
        .durable
        .tasks
        .plan(session)
        .map_or(0, |plan| plan.policy.grace_ms)
}

/// What follows a failed attempt.
pub(crate) fn after_failure(state: &State<'_>, task: &Task, _error: &AttemptError) -> Next {
    let Some(plan) = state.durable.tasks.plan(task.session) else {
        return Next::Fail {};
    };
    if task.failures >= plan.policy.max_retries {
        return Next::Fail {};
    }
    Next::Retry {
        level: 1,
        action: "retry".to_owned(),
        at_ms: state.now_ms.saturating_add(plan.policy.retry_delay_ms),
        demand: task.demand.clone(),
        timeout_ms: task.timeout_ms,
    }
}

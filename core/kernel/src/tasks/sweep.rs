//! What one event leaves for many tasks, done a bounded part at a time.

use super::commands::settle;
use super::{AttemptError, Report, Task, TaskEvent, TaskStatus, group};
use crate::id::{SessionId, TaskId};
use crate::leases::StopReason;
use crate::state::{Sink, State};

/// Does the next part; answers whether there was any.
pub(crate) fn next(state: &State<'_>, sink: &mut Sink) -> bool {
    cancel_one(state, sink)
        || expire_one(state, sink)
        || skip_one(state, sink)
        || end_one(state, sink)
        || recover_one(state, sink)
}

/// A task of a session that is taken back.
fn cancel_one(state: &State<'_>, sink: &mut Sink) -> bool {
    let tasks = &state.durable.tasks;
    let first = tasks.cancelling.first().copied();
    let Some((id, task)) = first.and_then(|id| Some((id, tasks.get(id)?))) else {
        return false;
    };
    if !stop(state, id, task, StopReason::Cancel, sink) {
        let session = task.session;
        sink.emit(TaskEvent::TaskCancelled { task: id, session });
    }
    true
}

/// A task whose time, or its parent's or phase's, is over.
fn expire_one(state: &State<'_>, sink: &mut Sink) -> bool {
    let tasks = &state.durable.tasks;
    let first = tasks.expired.first().copied();
    let Some((id, task)) = first.and_then(|id| Some((id, tasks.get(id)?))) else {
        return false;
    };
    if !stop(state, id, task, StopReason::Timeout, sink) {
        let status = if task.course.attempts > 0 {
            TaskStatus::Failed
        } else {
            TaskStatus::Skipped
        };
        sink.emit(TaskEvent::TaskExpired {
            task: id,
            session: task.session,
            status,
            reason: over_time(state, task),
        });
    }
    true
}

fn stop(state: &State<'_>, id: TaskId, task: &Task, reason: StopReason, sink: &mut Sink) -> bool {
    let Some(fence) = task.course.fence else {
        return false;
    };
    let session = task.session;
    sink.emit(TaskEvent::TaskStopRequested {
        task: id,
        session,
        fence,
        reason,
        until_ms: state.now_ms.saturating_add(grace_ms(state, session)),
    });
    true
}

/// Whose time it is that is over for `task`.
pub(crate) fn over_time(state: &State<'_>, task: &Task) -> String {
    let tasks = &state.durable.tasks;
    let mut next = task;
    loop {
        if next.course.timed_out {
            let limit_ms = next.spec.total_timeout_ms.unwrap_or_default();
            return format!("the {limit_ms} ms of {} are over", next.spec.key);
        }
        match tasks.parent(next).and_then(|id| tasks.get(id)) {
            Some(parent) => next = parent,
            None => break,
        }
    }
    let plan = tasks.plan(next.session);
    let phase = next.ties.phase.and_then(|phase| plan?.phases.get(phase as usize));
    match phase {
        Some(phase) => format!("the {} ms of {} are over", phase.spec.timeout_ms, phase.spec.name),
        None => "its time is over".to_owned(),
    }
}

/// A task that needs what did not complete.
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

/// A task whose parts had all ended before it began.
fn end_one(state: &State<'_>, sink: &mut Sink) -> bool {
    let tasks = &state.durable.tasks;
    let first = tasks.hollow.first().copied();
    let Some((id, task)) = first.and_then(|id| Some((id, tasks.get(id)?))) else {
        return false;
    };
    sink.emit(group::ended(state, id, task));
    true
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

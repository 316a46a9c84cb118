use std::sync::Arc;

use crate::bounds;
use crate::payload::{Payload, is_bounded};
use crate::refusal::Refusal;
use crate::sessions::{SessionError, SessionEvent};
use crate::state::{Origin, Sink, State};
use crate::tasks::graph;
use crate::tasks::{PlanSpec, TaskError, TaskEvent, TaskSpec};

/// Opens a session whose plan comes with it.
pub(super) fn whole(
    state: &State<'_>,
    origin: &Origin<'_>,
    plan: &PlanSpec,
    tasks: &[Arc<TaskSpec>],
    input: Option<&Payload>,
    sink: &mut Sink,
) -> Result<(), Refusal> {
    check_room(state, tasks.len())?;
    graph::check_plan(plan, tasks.len() as u32, input)?;
    graph::check_part(tasks.len())?;
    tasks.iter().try_for_each(|task| graph::check_task(task, plan))?;
    graph::check_graph(plan, &tasks.iter().map(Arc::as_ref).collect::<Vec<_>>())?;
    sink.emit(opened(origin, plan, tasks.len() as u32, None, input));
    let session = state.next_session();
    tasks.iter().for_each(|spec| {
        sink.emit(TaskEvent::TaskAdded {
            session,
            spec: spec.clone(),
        })
    });
    if tasks.is_empty() {
        sink.emit(TaskEvent::PlanCommitted { session });
    }
    Ok(())
}

/// Opens a session that has no tasks and goes on until it is committed.
pub(super) fn empty(
    state: &State<'_>,
    origin: &Origin<'_>,
    plan: &PlanSpec,
    input: Option<&Payload>,
    sink: &mut Sink,
) -> Result<(), Refusal> {
    check_room(state, 0)?;
    graph::check_plan(plan, 0, input)?;
    sink.emit(opened(origin, plan, 0, None, input));
    Ok(())
}

/// Opens a session whose plan follows in parts.
pub(super) fn draft(
    state: &State<'_>,
    origin: &Origin<'_>,
    plan: &PlanSpec,
    expected: u32,
    input: Option<&Payload>,
    sink: &mut Sink,
) -> Result<(), Refusal> {
    check_room(state, expected as usize)?;
    graph::check_plan(plan, expected, input)?;
    if state.durable.sessions.drafts() >= bounds::OPEN_DRAFTS {
        return Err(SessionError::Limit {
            limit: bounds::OPEN_DRAFTS,
        }
        .into());
    }
    let until_ms = state.now_ms.saturating_add(state.durable.settings().draft_ms);
    sink.emit(opened(origin, plan, expected, Some(until_ms), input));
    Ok(())
}

fn opened(
    origin: &Origin<'_>,
    plan: &PlanSpec,
    expected: u32,
    until_ms: Option<u64>,
    input: Option<&Payload>,
) -> SessionEvent {
    debug_assert!(is_bounded(input));
    SessionEvent::SessionOpened {
        plan: plan.clone(),
        expected,
        draft: until_ms.is_some(),
        input: input.cloned(),
        actor: origin.actor.to_owned(),
        tenant: origin.tenant.to_owned(),
        until_ms,
    }
}

fn check_room(state: &State<'_>, tasks: usize) -> Result<(), Refusal> {
    if state.durable.sessions.live() >= bounds::LIVE_SESSIONS {
        return Err(SessionError::Limit {
            limit: bounds::LIVE_SESSIONS,
        }
        .into());
    }
    if tasks > bounds::PLAN_TASKS as usize {
        return Err(TaskError::PlanTooLarge {
            tasks: tasks as u64,
            limit: u64::from(bounds::PLAN_TASKS),
        }
        .into());
    }
    if state.durable.tasks.live() + tasks > bounds::LIVE_TASKS {
        return Err(Refusal::full("tasks", bounds::LIVE_TASKS));
    }
    Ok(())
}

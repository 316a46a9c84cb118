use std::sync::Arc;

use super::live;
use crate::bounds;
use crate::id::SessionId;
use crate::refusal::Refusal;
use crate::sessions::SessionEvent;
use crate::state::{Sink, State};
use crate::tasks::graph;
use crate::tasks::{TaskError, TaskEvent, TaskSpec};

/// The part counts with its encoded bytes, and gives the draft its full time again.
pub(super) fn decide(
    state: &State<'_>,
    session: SessionId,
    tasks: &[Arc<TaskSpec>],
    sink: &mut Sink,
) -> Result<(), Refusal> {
    live(state, session)?;
    let plan = state.durable.tasks.plan(session).filter(|plan| plan.draft);
    let plan = plan.ok_or(TaskError::PlanCommitted { session })?;
    let total = u64::from(plan.counts.total) + tasks.len() as u64;
    if total > u64::from(plan.expected) {
        return Err(TaskError::PlanTooLarge {
            tasks: total,
            limit: u64::from(plan.expected),
        }
        .into());
    }
    graph::check_part(tasks.len())?;
    if state.durable.tasks.live() + tasks.len() > bounds::LIVE_TASKS {
        return Err(Refusal::full("tasks", bounds::LIVE_TASKS));
    }
    let bytes = graph::encoded_bytes(tasks);
    graph::check_bytes(plan.bytes.saturating_add(bytes))?;
    for task in tasks {
        graph::check_task_against(task, plan.classes.len(), plan.expected)?;
    }
    sink.answer(session.0);
    sink.emit(SessionEvent::PlanPartAdded {
        session,
        bytes,
        until_ms: state.now_ms.saturating_add(state.durable.settings().draft_ms),
    });
    tasks.iter().for_each(|spec| {
        sink.emit(TaskEvent::TaskAdded {
            session,
            spec: spec.clone(),
        })
    });
    Ok(())
}

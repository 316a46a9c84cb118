use super::live;
use crate::id::SessionId;
use crate::refusal::Refusal;
use crate::state::{Sink, State};
use crate::tasks::graph;
use crate::tasks::{TaskError, TaskEvent, TaskSpec};

pub(super) fn decide(
    state: &State<'_>,
    session: SessionId,
    tasks: &[TaskSpec],
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
    for task in tasks {
        graph::check_task_against(task, plan.classes.len(), plan.expected)?;
    }
    tasks.iter().for_each(|spec| {
        sink.emit(TaskEvent::TaskAdded {
            session,
            spec: spec.clone(),
        })
    });
    Ok(())
}

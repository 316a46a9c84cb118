use super::live;
use crate::id::SessionId;
use crate::refusal::Refusal;
use crate::state::{Sink, State};
use crate::tasks::graph;
use crate::tasks::{TaskError, TaskEvent, TaskSpec};

/// To commit again changes nothing.
pub(super) fn decide(state: &State<'_>, session: SessionId, sink: &mut Sink) -> Result<(), Refusal> {
    let tasks = &state.durable.tasks;
    sink.answer(session.0);
    if tasks.plan(session).is_some_and(|plan| plan.committed) {
        return Ok(());
    }
    live(state, session)?;
    let plan = tasks.plan(session).ok_or(TaskError::PlanCommitted { session })?;
    if plan.counts.total != plan.expected {
        return Err(TaskError::PlanIncomplete {
            got: plan.counts.total,
            expected: plan.expected,
        }
        .into());
    }
    let specs: Vec<&TaskSpec> = tasks
        .of(session)
        .iter()
        .filter_map(|id| tasks.get(*id))
        .map(|task| &*task.spec)
        .collect();
    let phases: Vec<_> = plan.phases.iter().map(|phase| &phase.spec).collect();
    graph::check_specs(&phases, &specs)?;
    sink.emit(TaskEvent::PlanCommitted { session });
    Ok(())
}

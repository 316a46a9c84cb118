use super::fail::{checked, classified, settle};
use crate::id::Fence;
use crate::leases::LeaseError;
use crate::refusal::Refusal;
use crate::state::{Sink, State};
use crate::tasks::criteria::{judge, unmet};
use crate::tasks::{AttemptError, Report, TaskEvent};

/// An attempt that ended well but missed a criterion has failed. One that was asked to stop before has lost its say.
pub(super) fn decide(
    state: &State<'_>,
    fence: Fence,
    report: &Report,
    tolerated: Option<&AttemptError>,
    sink: &mut Sink,
) -> Result<(), Refusal> {
    let lease = state.durable.leases.held(fence)?;
    checked(lease.task, report)?;
    let tolerated = tolerated.map(|error| classified(lease.task, error)).transpose()?;
    let task = state.durable.tasks.get(lease.task);
    // A lease goes with its task; without one nobody holds anything.
    let task = task.ok_or(LeaseError::Fenced { fence })?;
    let duration_ms = state.now_ms.saturating_sub(lease.granted_ms);
    let verdicts = judge(&task.spec.criteria, report, duration_ms);
    let error = match lease.revoked.filter(|_| !crate::planted::is(14)) {
        Some(_) => Some(too_late()),
        None => unmet(&task.spec.criteria, &verdicts, tolerated),
    };
    if let Some(error) = error {
        settle(state, fence, error, report.clone(), verdicts, sink);
        return Ok(());
    }
    sink.emit(TaskEvent::TaskCompleted {
        task: lease.task,
        session: lease.session,
        agent: lease.agent,
        fence,
        duration_ms,
        report: report.clone(),
        verdicts,
    });
    Ok(())
}

fn too_late() -> AttemptError {
    AttemptError {
        error_type: "stopped".to_owned(),
        message: "the attempt ended after it was asked to stop".to_owned(),
        details: None,
    }
}

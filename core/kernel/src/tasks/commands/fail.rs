use crate::bounds;
use crate::id::{Fence, TaskId};
use crate::leases::{Lease, StopReason};
use crate::payload::is_bounded;
use crate::refusal::Refusal;
use crate::state::{Sink, State};
use crate::tasks::recovery::after_failure;
use crate::tasks::sweep::over_time;
use crate::tasks::{
    Artifact, AttemptError, AttemptOutcome, Next, Report, Task, TaskError, TaskEvent, Verdict,
};
use crate::text::is_name;

pub(super) fn decide(
    state: &State<'_>,
    fence: Fence,
    error: &AttemptError,
    report: &Report,
    sink: &mut Sink,
) -> Result<(), Refusal> {
    let lease = state.durable.leases.held(fence)?;
    checked(lease.task, report)?;
    let error = classified(lease.task, error)?;
    settle(state, fence, error, report.clone(), Vec::new(), sink);
    Ok(())
}

/// Ends an attempt that did not complete its task, and decides what follows.
pub(crate) fn settle(
    state: &State<'_>,
    fence: Fence,
    error: AttemptError,
    report: Report,
    verdicts: Vec<Verdict>,
    sink: &mut Sink,
) {
    settle_as(
        state,
        fence,
        AttemptOutcome::Failed,
        error,
        report,
        verdicts,
        sink,
    );
}

/// [`settle`] for an attempt that ended by itself as `by_itself` says.
pub(super) fn settle_as(
    state: &State<'_>,
    fence: Fence,
    by_itself: AttemptOutcome,
    error: AttemptError,
    report: Report,
    verdicts: Vec<Verdict>,
    sink: &mut Sink,
) {
    let Ok(lease) = state.durable.leases.held(fence) else {
        return;
    };
    let Some(task) = state.durable.tasks.get(lease.task) else {
        return;
    };
    let reason = lease.revoked.map(|revoked| revoked.reason);
    let (outcome, error) = match reason {
        Some(StopReason::Timeout) => (AttemptOutcome::Timeout, timeout_error(state, task, lease)),
        Some(StopReason::Cancel) => (AttemptOutcome::Cancelled, error),
        Some(StopReason::Reassign) => (AttemptOutcome::Lost, error),
        None if state.durable.orphans.contains(&fence) => (AttemptOutcome::Lost, error),
        None => (by_itself, error),
    };
    let cancelling = state
        .durable
        .tasks
        .plan(lease.session)
        .is_some_and(|plan| plan.cancelling);
    let duration_ms = state.now_ms.saturating_sub(lease.granted_ms);
    let next = match outcome {
        _ if cancelling && !crate::planted::is(13) => Next::Cancel {},
        AttemptOutcome::Cancelled => Next::Cancel {},
        _ if state.durable.tasks.is_over_time(task) => Next::Fail {
            reason: over_time(state, task),
        },
        AttemptOutcome::Refused => Next::Return {},
        AttemptOutcome::Lost if task.course.losses < bounds::LOSSES => Next::Requeue {},
        _ => after_failure(state, task, &error, duration_ms),
    };
    sink.emit(TaskEvent::TaskAttemptFailed {
        task: lease.task,
        session: lease.session,
        agent: lease.agent,
        fence,
        duration_ms,
        outcome,
        error,
        report,
        verdicts,
        next,
    });
}

/// A reported error within its bounds.
///
/// # Errors
/// [`TaskError::ReportInvalid`] when its type is no name or its details are long and stand in the command.
pub(super) fn classified(task: TaskId, error: &AttemptError) -> Result<AttemptError, TaskError> {
    let rules = [
        (is_name(&error.error_type), "an error type has 1 to 256 bytes"),
        (
            is_bounded(error.details.as_ref()),
            "details of more than 256 bytes must be referred to",
        ),
    ];
    if let Some((_, rule)) = rules.iter().find(|(kept, _)| !kept) {
        return Err(TaskError::ReportInvalid { task, rule });
    }
    Ok(AttemptError {
        error_type: error.error_type.clone(),
        message: crate::text::clip(&error.message),
        details: error.details.clone(),
    })
}

/// # Errors
/// [`TaskError::ReportInvalid`] names the bound that is broken.
pub(super) fn checked(task: TaskId, report: &Report) -> Result<(), TaskError> {
    let rules = [
        (report.metrics.len() <= bounds::METRICS, "at most 64 metrics"),
        (
            report.metrics.iter().all(|(name, _)| is_name(name)),
            "a metric needs a name of 1 to 256 bytes",
        ),
        (
            report.metrics.is_sorted_by(|a, b| a.0 < b.0),
            "metrics must be sorted by name, without repeats",
        ),
        (
            report.artifacts.len() <= bounds::ARTIFACTS,
            "at most 1,000 artifacts",
        ),
        (
            report.artifacts.iter().all(is_bounded_artifact),
            "an artifact needs a name of 1 to 256 bytes and a path of at most 4,096",
        ),
        (
            is_bounded(report.output.as_ref()),
            "an output of more than 256 bytes must be referred to",
        ),
    ];
    match rules.iter().find(|(kept, _)| !kept) {
        Some((_, rule)) => Err(TaskError::ReportInvalid { task, rule }),
        None => Ok(()),
    }
}

fn is_bounded_artifact(artifact: &Artifact) -> bool {
    (1..=bounds::NAME_BYTES).contains(&artifact.name.len()) && artifact.path.len() <= bounds::ERROR_TEXT
}

fn timeout_error(state: &State<'_>, task: &Task, lease: &Lease) -> AttemptError {
    let message = if state.durable.tasks.is_over_time(task) {
        over_time(state, task)
    } else if lease.length_ms == task.timeout_ms() {
        format!("the attempt took longer than its {} ms", lease.length_ms)
    } else {
        format!(
            "the attempt took longer than the {} ms it asked for last",
            lease.length_ms
        )
    };
    AttemptError {
        error_type: "timeout".to_owned(),
        message,
        details: None,
    }
}

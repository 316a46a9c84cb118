use super::fail::{checked, settle};
use crate::id::Fence;
use crate::refusal::Refusal;
use crate::state::{Sink, State};
use crate::tasks::{AttemptError, Report, TaskEvent, Verdict};

/// An attempt that ended well but missed a criterion has failed. One that was asked to stop before has lost its say.
pub(super) fn decide(
    state: &State<'_>,
    fence: Fence,
    report: &Report,
    sink: &mut Sink,
) -> Result<(), Refusal> {
    let lease = state.durable.leases.held(fence)?;
    checked(lease.task, report)?;
    let task = state
        .durable
        .tasks
        .get(lease.task)
        .ok_or(crate::tasks::TaskError::Unknown { task: lease.task })?;
    let verdicts = judge(&task.spec.criteria, report);
    let unmet: Vec<&Verdict> = verdicts.iter().filter(|verdict| !verdict.met).collect();
    if lease.revoked.is_some() || !unmet.is_empty() {
        settle(state, fence, unmet_error(&unmet), report.clone(), verdicts, sink);
        return Ok(());
    }
    sink.emit(TaskEvent::TaskCompleted {
        task: lease.task,
        session: lease.session,
        agent: lease.agent,
        fence,
        duration_ms: state.now_ms.saturating_sub(lease.granted_ms),
        report: report.clone(),
        verdicts,
    });
    Ok(())
}

/// Every criterion against what was measured; what was not measured is not met.
pub(crate) fn judge(criteria: &[crate::tasks::Criterion], report: &Report) -> Vec<Verdict> {
    let verdict = |criterion: &crate::tasks::Criterion| {
        let measured_micro = report
            .metric(&criterion.name)
            .or_else(|| report.metric(criterion.metric()));
        let met = measured_micro.is_some_and(|measured| criterion.is_met(measured));
        Verdict {
            name: criterion.name.clone(),
            measured_micro,
            met,
        }
    };
    criteria.iter().map(verdict).collect()
}

fn unmet_error(unmet: &[&Verdict]) -> AttemptError {
    let names: Vec<&str> = unmet.iter().map(|verdict| verdict.name.as_str()).collect();
    let message = format!("criteria not met: {}", names.join(", "));
    AttemptError {
        error_type: "criteria_unmet".to_owned(),
        message,
        details: None,
    }
}

use crate::id::Fence;
use crate::leases::LeaseError;
use crate::refusal::Refusal;
use crate::state::{Sink, State};
use crate::tasks::graph::LONGEST_MS;
use crate::tasks::{TaskError, TaskEvent};

/// The holder has that much time from now on. Time it was given already is not taken away, so to ask for less than is
/// left changes nothing. The total times of task, phase and plan hold as they did.
pub(super) fn decide(
    state: &State<'_>,
    fence: Fence,
    length_ms: u64,
    sink: &mut Sink,
) -> Result<(), Refusal> {
    let lease = state.durable.leases.held(fence)?;
    if lease.revoked.is_some() {
        return Err(LeaseError::Revoked { fence }.into());
    }
    if !(1..=LONGEST_MS).contains(&length_ms) {
        let (task, rule) = (lease.task, "an extension is 1 ms to a year");
        return Err(TaskError::ReportInvalid { task, rule }.into());
    }
    if state.now_ms.saturating_add(length_ms) > lease.deadline_ms {
        sink.emit(TaskEvent::TaskExtended {
            task: lease.task,
            session: lease.session,
            fence,
            length_ms,
        });
    }
    Ok(())
}

use crate::id::Fence;
use crate::refusal::Refusal;
use crate::state::{Sink, State};
use crate::tasks::TaskEvent;

/// The ledger keeps what moved; a report that repeats the last one leaves no trace.
pub(super) fn decide(
    state: &State<'_>,
    fence: Fence,
    ppm: u32,
    message: &str,
    sink: &mut Sink,
) -> Result<(), Refusal> {
    let lease = state.durable.leases.held(fence)?;
    let ppm = ppm.min(1_000_000);
    if state
        .durable
        .tasks
        .get(lease.task)
        .is_some_and(|task| task.progress_ppm != ppm)
    {
        let message = crate::text::clip(message);
        sink.emit(TaskEvent::TaskProgressed {
            task: lease.task,
            session: lease.session,
            fence,
            ppm,
            message,
        });
    }
    Ok(())
}

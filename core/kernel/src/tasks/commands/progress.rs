use crate::id::Fence;
use crate::refusal::Refusal;
use crate::state::{Sink, State};
use crate::tasks::{Task, TaskEvent};

/// Least time between two entries of one attempt in the progress ledger.
const INTERVAL_MS: u64 = 1_000;

/// The ledger keeps what moved, at most once a second; any other report is accepted and leaves no trace.
pub(super) fn decide(
    state: &State<'_>,
    fence: Fence,
    ppm: u32,
    message: &str,
    sink: &mut Sink,
) -> Result<(), Refusal> {
    let lease = state.durable.leases.held(fence)?;
    let ppm = ppm.min(1_000_000);
    let task = state.durable.tasks.get(lease.task);
    let last_ms = |task: &Task| task.course.progressed_ms.max(lease.granted_ms);
    if task.is_some_and(|task| {
        task.course.progress_ppm != ppm && state.now_ms >= last_ms(task).saturating_add(INTERVAL_MS)
    }) {
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

use polyphon_kernel::Event;
use polyphon_kernel::tasks::TaskEvent;

use super::{Invariant, Seeing, must};
use crate::facts::Facts;

/// A fence is the right to report once: only a running attempt is reported on, and its end is accepted once.
pub(super) struct Fences;

impl Invariant for Fences {
    fn name(&self) -> &'static str {
        "a fence is never accepted twice"
    }

    fn see(&mut self, facts: &Facts, what: &Seeing<'_>) -> Result<(), String> {
        let Seeing::Event(at, Event::Task(event)) = what else {
            return Ok(());
        };
        let (fence, task) = match event {
            TaskEvent::TaskCompleted { fence, task, .. }
            | TaskEvent::TaskAttemptFailed { fence, task, .. }
            | TaskEvent::TaskStopRequested { fence, task, .. }
            | TaskEvent::TaskExtended { fence, task, .. }
            | TaskEvent::TaskProgressed { fence, task, .. } => (fence, task),
            _ => return Ok(()),
        };
        let lease = facts.leases.get(&fence.0);
        must(lease.is_some_and(|lease| lease.task == task.0), || {
            format!(
                "{} at {} with {fence}, which is not running",
                event.name(),
                at.seq
            )
        })?;
        let stops_twice = matches!(event, TaskEvent::TaskStopRequested { .. })
            && lease.is_some_and(|it| it.stopping.is_some());
        let wins_late =
            matches!(event, TaskEvent::TaskCompleted { .. }) && lease.is_some_and(|it| it.stopping.is_some());
        must(!stops_twice, || {
            format!("{fence} is asked to stop again at {}", at.seq)
        })?;
        must(!wins_late, || {
            format!("{fence} completes at {} after it was asked to stop", at.seq)
        })
    }
}

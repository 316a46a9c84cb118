use polyphon_kernel::Event;
use polyphon_kernel::tasks::TaskEvent;

use super::{Invariant, Seeing};
use crate::facts::Facts;

/// No task ever completes: wrong on purpose.
pub(super) struct Canary;

impl Invariant for Canary {
    fn name(&self) -> &'static str {
        "canary: no task completes"
    }

    fn see(&mut self, _facts: &Facts, what: &Seeing<'_>) -> Result<(), String> {
        match what {
            Seeing::Event(at, Event::Task(TaskEvent::TaskCompleted { task, .. })) => {
                Err(format!("{task} completed at {}", at.seq))
            }
            _ => Ok(()),
        }
    }
}

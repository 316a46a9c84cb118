use polyphon_kernel::Event;
use polyphon_kernel::tasks::TaskEvent;

use super::{Invariant, Seeing, must};
use crate::facts::Facts;

/// Times an attempt may be lost before the loss counts as a failure.
const LOSSES: u32 = 10;

/// A task is attempted no more often than its policy says, losses aside, and attempts are counted without gaps.
pub(super) struct Attempts;

impl Invariant for Attempts {
    fn name(&self) -> &'static str {
        "attempts stay within their bound"
    }

    fn see(&mut self, facts: &Facts, what: &Seeing<'_>) -> Result<(), String> {
        let Seeing::Event(at, Event::Task(TaskEvent::TaskGranted { task, attempt, .. })) = what else {
            return Ok(());
        };
        let Some(known) = facts.tasks.get(&task.0) else {
            return Ok(());
        };
        let Some(session) = facts.sessions.get(&known.session) else {
            return Ok(());
        };
        let most = session.plan.policy.max_retries;
        must(known.attempts + 1 == *attempt, || {
            format!(
                "{task} has attempt {attempt} at {} after {}",
                at.seq, known.attempts
            )
        })?;
        must(known.failures <= most, || {
            format!(
                "{task} is tried again at {} after {} failures of {most}",
                at.seq, known.failures
            )
        })?;
        must(known.losses <= LOSSES, || {
            format!(
                "{task} is tried again at {} after {} losses",
                at.seq, known.losses
            )
        })
    }
}

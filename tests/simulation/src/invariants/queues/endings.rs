use super::{Facts, Invariant, Place, Seeing, must};

/// When nothing goes wrong any more, every message is dealt with, is a dead letter, or was over before.
pub(in crate::invariants) struct Endings;

impl Invariant for Endings {
    fn name(&self) -> &'static str {
        "every message ends"
    }

    fn see(&mut self, facts: &Facts, what: &Seeing<'_>) -> Result<(), String> {
        let Seeing::Healed = what else { return Ok(()) };
        let mut left = facts
            .queues
            .messages
            .iter()
            .filter(|(_, message)| message.place != Place::Dead);
        let first = left.next();
        must(first.is_none(), || format!("{first:?} is still there"))?;
        let needless = facts.queues.rows.iter().find(|(_, left)| **left == 0);
        must(needless.is_none(), || {
            format!("the row of {needless:?} was never erased")
        })
    }
}

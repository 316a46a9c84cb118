use polyphon_kernel::queues::DeathCause;

use super::{Facts, Invariant, Place, QueueEvent, Seeing, event, must};

/// A message is handed out no more often than its queue says, and is a dead letter once when that was in vain.
pub(in crate::invariants) struct Attempts;

impl Invariant for Attempts {
    fn name(&self) -> &'static str {
        "attempts of a message stay within their bound"
    }

    fn see(&mut self, facts: &Facts, what: &Seeing<'_>) -> Result<(), String> {
        let Some((at, event)) = event(what) else {
            return Ok(());
        };
        let most = |queue: u64| {
            facts
                .queues
                .queues
                .get(&queue)
                .map_or(0, |known| known.spec.max_attempts)
        };
        match event {
            QueueEvent::MessagesReturned { queue, messages } => {
                for returned in messages {
                    let known = facts.queues.messages.get(&returned.message.0);
                    let known = known.filter(|message| message.place == Place::InFlight);
                    let attempts = known.map(|message| message.attempts);
                    must(
                        attempts.is_some_and(|attempts| attempts - returned.attempts <= 1),
                        || {
                            format!(
                                "{} comes back at {} as {returned:?}: {known:?}",
                                returned.message, at.seq
                            )
                        },
                    )?;
                    // One that was not begun is where it was before, whatever the queue says now.
                    let counts = attempts == Some(returned.attempts);
                    must(!counts || returned.attempts < most(queue.0), || {
                        format!(
                            "{} is tried again at {} after {} attempts",
                            returned.message, at.seq, returned.attempts
                        )
                    })?;
                }
            }
            QueueEvent::MessagesDied { queue, messages, .. } => {
                for death in messages {
                    let known = facts.queues.messages.get(&death.message.0);
                    let known = known.filter(|message| message.place == Place::InFlight);
                    let is_due =
                        |attempts: u32| attempts >= most(queue.0) || death.cause == DeathCause::Rejected;
                    must(known.is_some_and(|message| is_due(message.attempts)), || {
                        format!("{} dies at {}: {known:?}", death.message, at.seq)
                    })?;
                }
            }
            _ => {}
        }
        Ok(())
    }
}

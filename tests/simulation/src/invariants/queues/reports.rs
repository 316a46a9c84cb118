use std::collections::BTreeSet;

use polyphon_kernel::Command;
use polyphon_kernel::queues::commands::QueueCommand;

use super::{Facts, Invariant, Place, QueueEvent, Seeing, event, must};

/// What is reported of a message counts only from whoever holds it.
#[derive(Default)]
pub(in crate::invariants) struct Reports {
    /// Fences and messages of the reports in the frame that is read.
    reported: BTreeSet<(u64, u64)>,
}

impl Invariant for Reports {
    fn name(&self) -> &'static str {
        "a message is reported on by who holds it"
    }

    fn see(&mut self, facts: &Facts, what: &Seeing<'_>) -> Result<(), String> {
        if let Seeing::Frame(frame) = what {
            self.reported.clear();
            for request in &frame.commands {
                match &request.command {
                    Command::Queue(QueueCommand::AckMessages { messages, .. }) => {
                        let reports = messages.iter().map(|(fence, message)| (fence.0, message.0));
                        self.reported.extend(reports);
                    }
                    Command::Queue(QueueCommand::AckAndPublish { fence, message, .. }) => {
                        self.reported.insert((fence.0, message.0));
                    }
                    _ => {}
                }
            }
        }
        let Some((at, QueueEvent::MessagesAcked { messages, .. })) = event(what) else {
            return Ok(());
        };
        for number in messages {
            let known = facts.queues.messages.get(&number.0);
            let held = known.filter(|message| message.place == Place::InFlight);
            must(
                held.is_some_and(|message| self.reported.contains(&(message.fence, number.0))),
                || {
                    format!(
                        "{number} is acknowledged at {} and held otherwise: {known:?}",
                        at.seq
                    )
                },
            )?;
        }
        Ok(())
    }
}

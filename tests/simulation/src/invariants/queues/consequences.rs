use std::collections::BTreeSet;

use polyphon_kernel::Command;
use polyphon_kernel::queues::commands::QueueCommand;

use super::{Facts, Invariant, QueueEvent, Seeing, event, must};

/// Messages that come of another come with its acknowledgement, in the same frame: so they come once.
#[derive(Default)]
pub(in crate::invariants) struct Consequences {
    /// Messages of the frame that is read whose acknowledgement has not been seen.
    expected: BTreeSet<u64>,
}

impl Invariant for Consequences {
    fn name(&self) -> &'static str {
        "what comes of a message comes with its acknowledgement"
    }

    fn see(&mut self, _: &Facts, what: &Seeing<'_>) -> Result<(), String> {
        if let Seeing::Frame(_) | Seeing::Healed = what {
            let left = std::mem::take(&mut self.expected);
            must(left.is_empty(), || {
                format!("{left:?} had consequences and were not acknowledged")
            })?;
        }
        if let Seeing::Frame(frame) = what {
            for request in &frame.commands {
                if let Command::Queue(QueueCommand::AckAndPublish { message, .. }) = &request.command {
                    must(self.expected.insert(message.0), || {
                        format!("{message} had consequences twice")
                    })?;
                }
            }
        }
        if let Some((_, QueueEvent::MessagesAcked { messages, .. })) = event(what) {
            self.expected
                .retain(|known| !messages.iter().any(|message| message.0 == *known));
        }
        Ok(())
    }
}

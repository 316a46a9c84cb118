use std::collections::BTreeMap;

use polyphon_kernel::Command;
use polyphon_kernel::queues::commands::QueueCommand;

use super::{Facts, Invariant, QueueEvent, Seeing, event, must};

/// An id stands for one message as long as it is remembered, and what was acknowledged to its publisher is there.
#[derive(Default)]
pub(in crate::invariants) struct Ids {
    /// Until when an id is remembered.
    known: BTreeMap<(u64, String), u64>,
    /// Calls that publish, by tag.
    calls: BTreeMap<u64, u64>,
    /// First numbers of batches, and their queue.
    published: BTreeMap<u64, u64>,
}

impl Invariant for Ids {
    fn name(&self) -> &'static str {
        "one message for each id"
    }

    fn see(&mut self, facts: &Facts, what: &Seeing<'_>) -> Result<(), String> {
        match what {
            Seeing::Called {
                tag,
                command: Command::Queue(QueueCommand::PublishMessages { queue, .. }),
                ..
            } => drop(self.calls.insert(*tag, queue.0)),
            Seeing::Refused { tag } | Seeing::Unknown { tag } => drop(self.calls.remove(tag)),
            Seeing::Accepted { tag, entity } => {
                let queue = self.calls.remove(tag);
                let is_there = |queue: u64| *entity == 0 || self.published.get(entity) == Some(&queue);
                must(queue.is_none_or(is_there), || {
                    format!("call {tag} is answered with {entity}, which is in no queue")
                })?;
            }
            _ => {}
        }
        let Some((
            at,
            QueueEvent::MessagesPublished {
                queue,
                first,
                messages,
                dedup_until_ms,
                ..
            },
        )) = event(what)
        else {
            return Ok(());
        };
        must(first.0 == facts.queues.last + 1, || {
            format!("{first} follows on {} at {}", facts.queues.last, at.seq)
        })?;
        self.published.insert(first.0, queue.0);
        for id in messages.iter().filter_map(|message| message.id.clone()) {
            let before = self.known.insert((queue.0, id.clone()), *dedup_until_ms);
            must(before.is_none_or(|until_ms| until_ms <= at.ms), || {
                format!("id {id} of {queue} comes in again at {}", at.seq)
            })?;
        }
        Ok(())
    }
}

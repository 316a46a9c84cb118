use std::collections::BTreeSet;

use super::{Facts, Invariant, Place, QueueEvent, Seeing, event, must};

/// What is taken in has room within the queue's bounds, and so have its dead letters. Narrower bounds drop nothing before
/// the next death.
#[derive(Default)]
pub(in crate::invariants) struct Bounds {
    /// Queues with a death since their bounds changed.
    fitted: BTreeSet<u64>,
}

impl Invariant for Bounds {
    fn name(&self) -> &'static str {
        "a queue stays within its bounds"
    }

    fn see(&mut self, facts: &Facts, what: &Seeing<'_>) -> Result<(), String> {
        let Some((at, event)) = event(what) else {
            return Ok(());
        };
        let queues = &facts.queues;
        match event {
            QueueEvent::MessagesPublished { queue, messages, .. } => {
                let Some(known) = queues.queues.get(&queue.0) else {
                    return Err(format!("{queue} takes messages at {} and does not exist", at.seq));
                };
                let live = queues
                    .of(queue.0)
                    .filter(|(_, message)| message.place != Place::Dead);
                let held: u64 = live.map(|(_, message)| message.bytes).sum();
                let more: u64 = messages.iter().map(|message| u64::from(message.bytes)).sum();
                let places = [Place::Waiting, Place::Delayed, Place::InFlight];
                let count = queues.count(queue.0, &places) + messages.len() as u64;
                let log = known.log.values().map(|fact| fact.bytes);
                let (count, held) = (count + log.len() as u64, held + log.sum::<u64>());
                must(count <= known.spec.max_messages, || {
                    format!(
                        "{queue} holds {count} messages of {} at {}",
                        known.spec.max_messages, at.seq
                    )
                })?;
                must(held + more <= known.spec.max_bytes, || {
                    format!(
                        "{queue} holds {} bytes of {} at {}",
                        held + more,
                        known.spec.max_bytes,
                        at.seq
                    )
                })
            }
            QueueEvent::QueueChanged { queue, .. } => {
                self.fitted.remove(&queue.0);
                Ok(())
            }
            QueueEvent::MessagesDied { queue, .. } => {
                self.fitted.insert(queue.0);
                Ok(())
            }
            // Between a death and what makes room for it there is nothing but that.
            QueueEvent::MessagesDelivered { queue, .. } if self.fitted.contains(&queue.0) => {
                let Some(known) = queues.queues.get(&queue.0) else {
                    return Ok(());
                };
                let dead = queues.count(queue.0, &[Place::Dead]);
                must(dead <= known.spec.max_dead, || {
                    format!(
                        "{queue} keeps {dead} dead letters of {} at {}",
                        known.spec.max_dead, at.seq
                    )
                })
            }
            _ => Ok(()),
        }
    }
}

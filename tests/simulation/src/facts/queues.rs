//! What a reader of the journal knows of queues.

use std::collections::BTreeMap;

use polyphon_kernel::queues::{QueueEvent, QueueSpec, ScheduleSpec};

/// Where a message is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Place {
    Waiting,
    Delayed,
    InFlight,
    Dead,
}

#[derive(Clone, Debug)]
pub(crate) struct MessageFact {
    pub(crate) queue: u64,
    pub(crate) place: Place,
    pub(crate) attempts: u32,
    pub(crate) priority: u64,
    pub(crate) bytes: u64,
    /// Since when it waits.
    pub(crate) since_ms: u64,
    pub(crate) expires_ms: u64,
    pub(crate) key: Option<String>,
    pub(crate) fence: u64,
    pub(crate) consumer: u64,
}

#[derive(Debug)]
pub(crate) struct QueueFact {
    pub(crate) spec: QueueSpec,
    pub(crate) published: u64,
    pub(crate) acked: u64,
    pub(crate) expired: u64,
    pub(crate) dropped: u64,
}

#[derive(Debug)]
pub(crate) struct ScheduleFact {
    pub(crate) spec: ScheduleSpec,
    /// Wall time of its next message.
    pub(crate) due_ms: u64,
}

/// Queues and what is in them.
#[derive(Debug, Default)]
pub(crate) struct QueueFacts {
    pub(crate) queues: BTreeMap<u64, QueueFact>,
    pub(crate) messages: BTreeMap<u64, MessageFact>,
    /// The last number a message was given.
    pub(crate) last: u64,
    /// Messages of each batch that still need its row, where it has one.
    pub(crate) rows: BTreeMap<u64, u64>,
    batches: BTreeMap<u64, u64>,
    pub(crate) schedules: BTreeMap<u64, ScheduleFact>,
}

impl QueueFacts {
    /// Messages of a queue in a place.
    pub(crate) fn count(&self, queue: u64, place: &[Place]) -> u64 {
        let messages = self
            .of(queue)
            .filter(|(_, message)| place.contains(&message.place));
        messages.count() as u64
    }

    pub(crate) fn of(&self, queue: u64) -> impl Iterator<Item = (u64, &MessageFact)> {
        let messages = self
            .messages
            .iter()
            .filter(move |(_, message)| message.queue == queue);
        messages.map(|(number, message)| (*number, message))
    }

    /// Whether every message that can be dealt with was.
    pub(crate) fn have_ended(&self) -> bool {
        self.messages.values().all(|message| message.place == Place::Dead)
    }

    pub(crate) fn apply(&mut self, seq: u64, ms: u64, event: &QueueEvent) {
        match event {
            QueueEvent::QueueDefined { spec } => {
                let (spec, published, acked, expired, dropped) = (spec.clone(), 0, 0, 0, 0);
                self.queues.insert(
                    seq,
                    QueueFact {
                        spec,
                        published,
                        acked,
                        expired,
                        dropped,
                    },
                );
            }
            QueueEvent::QueueChanged { queue, spec } => {
                if let Some(known) = self.queues.get_mut(&queue.0) {
                    known.spec = spec.clone();
                }
            }
            QueueEvent::QueueRemoved { queue } => drop(self.queues.remove(&queue.0)),
            QueueEvent::MessagesPublished {
                queue,
                first,
                payload,
                expires_ms,
                messages,
                ..
            } => {
                if let Some(known) = self.queues.get_mut(&queue.0) {
                    known.published += messages.len() as u64;
                }
                if matches!(payload, polyphon_kernel::Payload::Ref { .. }) {
                    self.rows.insert(first.0, messages.len() as u64);
                }
                for (message, number) in messages.iter().zip(first.0..) {
                    self.last = number;
                    self.batches.insert(number, first.0);
                    let place = if message.at_ms.is_some() {
                        Place::Delayed
                    } else {
                        Place::Waiting
                    };
                    self.messages.insert(
                        number,
                        MessageFact {
                            queue: queue.0,
                            place,
                            attempts: 0,
                            priority: message.priority.tag(),
                            bytes: message.bytes.into(),
                            since_ms: message.at_ms.unwrap_or(ms),
                            expires_ms: message.expires_ms.unwrap_or(*expires_ms),
                            key: message.key.clone(),
                            fence: 0,
                            consumer: 0,
                        },
                    );
                }
            }
            QueueEvent::MessagesDelivered {
                consumer, messages, ..
            } => {
                for number in messages {
                    if let Some(message) = self.messages.get_mut(&number.0) {
                        message.place = Place::InFlight;
                        message.attempts += 1;
                        (message.fence, message.consumer) = (seq, *consumer);
                    }
                }
            }
            QueueEvent::MessagesAcked { queue, messages } => {
                let known = self.queues.get_mut(&queue.0);
                known
                    .into_iter()
                    .for_each(|known| known.acked += messages.len() as u64);
                messages.iter().for_each(|number| self.end(number.0));
            }
            QueueEvent::MessagesReturned { messages, .. } => {
                for returned in messages {
                    if let Some(message) = self.messages.get_mut(&returned.message.0) {
                        message.place = if returned.at_ms <= ms {
                            Place::Waiting
                        } else {
                            Place::Delayed
                        };
                        (message.since_ms, message.attempts) = (returned.at_ms, returned.attempts);
                    }
                }
            }
            QueueEvent::MessagesDied {
                expires_ms, messages, ..
            } => {
                for death in messages {
                    if let Some(message) = self.messages.get_mut(&death.message.0) {
                        (message.place, message.expires_ms) = (Place::Dead, *expires_ms);
                    }
                }
            }
            QueueEvent::MessagesWoken { messages, .. } => {
                for number in messages {
                    if let Some(message) = self.messages.get_mut(&number.0) {
                        message.place = Place::Waiting;
                    }
                }
            }
            QueueEvent::MessagesExpired { queue, messages } => {
                let known = self.queues.get_mut(&queue.0);
                known
                    .into_iter()
                    .for_each(|known| known.expired += messages.len() as u64);
                messages.iter().for_each(|number| self.end(number.0));
            }
            QueueEvent::MessagesDropped { queue, messages } => {
                let known = self.queues.get_mut(&queue.0);
                known
                    .into_iter()
                    .for_each(|known| known.dropped += messages.len() as u64);
                messages.iter().for_each(|number| self.end(number.0));
            }
            QueueEvent::MessageExtended { .. } => {}
            QueueEvent::MessagesRedriven {
                first,
                expires_ms,
                messages,
                ..
            } => {
                for (number, next) in messages.iter().zip(first.0..) {
                    self.last = next;
                    let Some(mut message) = self.messages.remove(&number.0) else {
                        continue;
                    };
                    if let Some(batch) = self.batches.remove(&number.0) {
                        self.batches.insert(next, batch);
                    }
                    (message.place, message.attempts) = (Place::Waiting, 0);
                    (message.since_ms, message.expires_ms) = (ms, *expires_ms);
                    self.messages.insert(next, message);
                }
            }
            QueueEvent::PayloadsErased { batches } => {
                self.rows.retain(|batch, _| !batches.contains(batch));
            }
            QueueEvent::ScheduleSet { spec, due_ms } => {
                let (spec, due_ms) = (spec.clone(), *due_ms);
                self.schedules.insert(seq, ScheduleFact { spec, due_ms });
            }
            QueueEvent::ScheduleRemoved { schedule } => drop(self.schedules.remove(schedule)),
            QueueEvent::ScheduleFired { schedule, due_ms, .. } => {
                if let Some(known) = self.schedules.get_mut(schedule) {
                    known.due_ms = *due_ms;
                }
            }
        }
    }

    fn end(&mut self, number: u64) {
        self.messages.remove(&number);
        let batch = self.batches.remove(&number);
        if let Some(left) = batch.and_then(|batch| self.rows.get_mut(&batch)) {
            *left = left.saturating_sub(1);
        }
    }
}

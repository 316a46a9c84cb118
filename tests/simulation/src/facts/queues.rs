//! What a reader of the journal knows of queues.

use std::collections::BTreeMap;

use polyphon_kernel::queues::{QueueEvent, QueueKind, QueueSpec, ScheduleSpec, TrimCause};

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
    /// Its number in the stream its group took it from; 0 when it comes from none.
    pub(crate) origin: u64,
}

/// A message a stream keeps.
#[derive(Clone, Debug)]
pub(crate) struct LogFact {
    pub(crate) ms: u64,
    pub(crate) batch: u64,
    pub(crate) priority: u64,
    pub(crate) bytes: u64,
    /// When its batch goes, and when nobody gets it any more.
    pub(crate) kept_until_ms: u64,
    pub(crate) expires_ms: u64,
    pub(crate) key: Option<String>,
}

#[derive(Debug)]
pub(crate) struct QueueFact {
    pub(crate) spec: QueueSpec,
    pub(crate) published: u64,
    pub(crate) acked: u64,
    pub(crate) expired: u64,
    pub(crate) dropped: u64,
    /// Of a group: its stream, and the last number it has taken.
    pub(crate) stream: u64,
    pub(crate) taken: u64,
    /// Of a stream: what it keeps, and the last number it keeps no more.
    pub(crate) log: BTreeMap<u64, LogFact>,
    pub(crate) trimmed: u64,
}

impl QueueFact {
    fn of(spec: &QueueSpec, stream: u64, taken: u64) -> Self {
        Self {
            spec: spec.clone(),
            published: 0,
            acked: 0,
            expired: 0,
            dropped: 0,
            stream,
            taken,
            log: BTreeMap::new(),
            trimmed: 0,
        }
    }

    fn trim(&mut self, cause: TrimCause, count: u64) {
        match cause {
            TrimCause::Acked => self.acked += count,
            TrimCause::Expired => self.expired += count,
            TrimCause::Dropped => self.dropped += count,
        }
    }

    pub(crate) fn is_stream(&self) -> bool {
        self.spec.kind != QueueKind::Queue
    }
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
    /// Cursors: stream, and the last number that was read.
    pub(crate) cursors: BTreeMap<u64, (u64, u64)>,
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
        let mut groups = self.queues.values();
        self.messages.values().all(|message| message.place == Place::Dead)
            && groups.all(|group| self.behind(group) == 0)
    }

    /// Messages of its stream a group has not taken.
    pub(crate) fn behind(&self, group: &QueueFact) -> usize {
        let stream = self.queues.get(&group.stream);
        stream.map_or(0, |stream| stream.log.range(group.taken + 1..).count())
    }

    /// Groups of a stream.
    pub(crate) fn groups(&self, stream: u64) -> impl Iterator<Item = (u64, &QueueFact)> {
        let groups = self
            .queues
            .iter()
            .filter(move |(_, known)| known.stream == stream);
        groups.map(|(id, group)| (*id, group))
    }

    pub(crate) fn apply(&mut self, seq: u64, ms: u64, event: &QueueEvent) {
        match event {
            QueueEvent::QueueDefined { spec } => {
                self.queues.insert(seq, QueueFact::of(spec, 0, 0));
            }
            QueueEvent::QueueChanged { queue, spec } => {
                if let Some(known) = self.queues.get_mut(&queue.0) {
                    known.spec = spec.clone();
                }
            }
            QueueEvent::QueueRemoved { queue } => {
                self.queues.remove(&queue.0);
                self.cursors.retain(|_, (stream, _)| *stream != queue.0);
            }
            QueueEvent::GroupDefined {
                stream, spec, taken, ..
            } => {
                self.queues.insert(seq, QueueFact::of(spec, stream.0, taken.0));
            }
            QueueEvent::MessagesTaken {
                queue,
                first,
                through,
            } => self.take(queue.0, first.0, through.0, ms),
            QueueEvent::StreamTrimmed {
                queue,
                through,
                cause,
            } => self.trim(queue.0, through.0, *cause),
            QueueEvent::CursorOpened { queue, taken, .. } => {
                self.cursors.insert(seq, (queue.0, taken.0));
            }
            QueueEvent::CursorMoved { cursor, taken } => {
                if let Some((_, known)) = self.cursors.get_mut(cursor) {
                    *known = taken.0;
                }
            }
            QueueEvent::CursorRemoved { cursor } => drop(self.cursors.remove(cursor)),
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
                let stream = self.queues.get_mut(&queue.0).filter(|known| known.is_stream());
                if let Some(stream) = stream {
                    for (message, number) in messages.iter().zip(first.0..) {
                        self.last = number;
                        stream.log.insert(
                            number,
                            LogFact {
                                ms,
                                batch: first.0,
                                priority: message.priority.tag(),
                                bytes: message.bytes.into(),
                                kept_until_ms: *expires_ms,
                                expires_ms: message.expires_ms.unwrap_or(*expires_ms),
                                key: message.key.clone(),
                            },
                        );
                    }
                    return;
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
                            origin: 0,
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

    fn take(&mut self, id: u64, first: u64, through: u64, ms: u64) {
        let Some(group) = self.queues.get(&id) else { return };
        let Some(stream) = self.queues.get(&group.stream) else {
            return;
        };
        let taken: Vec<(u64, LogFact)> = stream
            .log
            .range(group.taken + 1..=through)
            .map(|(number, fact)| (*number, fact.clone()))
            .collect();
        let over = taken.iter().filter(|(_, fact)| fact.expires_ms <= ms).count() as u64;
        if let Some(group) = self.queues.get_mut(&id) {
            group.taken = through;
            group.published += taken.len() as u64;
            group.expired += over;
        }
        let taken = taken.into_iter().filter(|(_, fact)| fact.expires_ms > ms);
        for (number, (origin, fact)) in (first..).zip(taken) {
            self.last = number;
            self.batches.insert(number, fact.batch);
            if let Some(left) = self.rows.get_mut(&fact.batch) {
                *left += 1;
            }
            self.messages.insert(
                number,
                MessageFact {
                    queue: id,
                    place: Place::Waiting,
                    attempts: 0,
                    priority: fact.priority,
                    bytes: fact.bytes,
                    since_ms: fact.ms,
                    expires_ms: fact.expires_ms,
                    key: fact.key,
                    fence: 0,
                    consumer: 0,
                    origin,
                },
            );
        }
    }

    fn trim(&mut self, id: u64, through: u64, cause: TrimCause) {
        let Some(stream) = self.queues.get_mut(&id) else {
            return;
        };
        let kept = stream.log.split_off(&(through + 1));
        let gone = std::mem::replace(&mut stream.log, kept);
        stream.trimmed = through;
        stream.trim(cause, gone.len() as u64);
        for group in self.queues.values_mut().filter(|known| known.stream == id) {
            if group.taken < through {
                let missed = gone.range(group.taken + 1..).count() as u64;
                group.taken = through;
                group.published += missed;
                group.trim(cause, missed);
            }
        }
        for fact in gone.values() {
            if let Some(left) = self.rows.get_mut(&fact.batch) {
                *left = left.saturating_sub(1);
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

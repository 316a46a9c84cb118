use super::{Lane, Numbers, Queue, QueueCounts, Queues, Recent};
use crate::id::{Fence, MessageId, QueueId};
use crate::leases::Run;
use crate::queues::{
    Batch, Extra, Group, Message, MessageStatus, Published, QueueEvent, QueueKind, QueueSpec, Schedule,
};

impl Queues {
    pub(crate) fn evolve(&mut self, seq: u64, now_ms: u64, epoch: u64, event: &QueueEvent) {
        self.ended.clear();
        self.emptied.clear();
        match event {
            QueueEvent::QueueDefined { spec } => self.define(QueueId(seq), spec.clone(), now_ms, None),
            QueueEvent::QueueChanged { queue, spec } => {
                if let Some(known) = self.table.get_mut(*queue) {
                    known.spec = spec.clone();
                }
                // What is ranked by the ageing time is ranked anew.
                self.rebuild(epoch);
            }
            QueueEvent::QueueRemoved { queue } => self.remove(*queue),
            QueueEvent::MessagesPublished {
                queue,
                first,
                payload,
                expires_ms,
                dedup_until_ms,
                dedup_ids,
                messages,
            } => {
                let (count, payload) = (messages.len() as u32, payload.clone());
                let is_stream = self.get(*queue).is_some_and(|queue| queue.spec.is_stream());
                // A stream needs a batch as long as it keeps any of it.
                let left = if is_stream { 1 } else { count };
                self.batches.insert(first.0, Batch { payload, left });
                if is_stream {
                    self.append(*queue, *first, now_ms, *expires_ms, messages);
                }
                for (published, number) in messages.iter().zip(first.0..) {
                    if !is_stream {
                        self.publish(*queue, first.0, MessageId(number), now_ms, *expires_ms, published);
                    }
                    if let Some(id) = &published.id {
                        self.remember(*queue, MessageId(number), id, now_ms, *dedup_until_ms, *dedup_ids);
                    }
                }
                self.count(*queue, |counts| counts.published += u64::from(count));
                self.number((first.0 + u64::from(count)).saturating_sub(1));
                if is_stream {
                    self.note_stream(*queue);
                }
            }
            QueueEvent::MessagesDelivered {
                queue,
                consumer,
                until_ms,
                messages,
            } => self.deliver(seq, epoch, *queue, *consumer, *until_ms, messages),
            QueueEvent::MessagesAcked { queue, messages } => {
                self.end_all(messages);
                self.count(*queue, |counts| counts.acked += messages.len() as u64);
            }
            QueueEvent::MessagesReturned { queue, messages } => {
                for returned in messages {
                    let status = match returned.at_ms <= now_ms {
                        true => MessageStatus::Waiting,
                        false => MessageStatus::Delayed,
                    };
                    self.turn(returned.message, status, returned.at_ms, &mut |message| {
                        (message.attempts, message.fence) = (returned.attempts, Fence(0));
                    });
                }
                self.count(*queue, |counts| counts.returned += messages.len() as u64);
            }
            QueueEvent::MessagesDied {
                queue,
                expires_ms,
                messages,
            } => {
                for death in messages {
                    self.turn(death.message, MessageStatus::Dead, now_ms, &mut |message| {
                        (message.expires_ms, message.fence) = (*expires_ms, Fence(0));
                        let extra = message.extra.get_or_insert_default();
                        (extra.cause, extra.detail) = (Some(death.cause), death.detail.clone());
                    });
                }
                self.count(*queue, |counts| counts.died += messages.len() as u64);
            }
            QueueEvent::MessagesWoken { messages, .. } => {
                for number in messages {
                    let at_ms = self.messages.get(*number).map_or(now_ms, |message| message.at_ms);
                    self.turn(*number, MessageStatus::Waiting, at_ms, &mut |_| {});
                }
            }
            QueueEvent::MessagesExpired { queue, messages } => {
                self.end_all(messages);
                let count = if crate::planted::is(26) {
                    0
                } else {
                    messages.len() as u64
                };
                self.count(*queue, |counts| counts.expired += count);
            }
            QueueEvent::MessagesDropped { queue, messages } => {
                self.end_all(messages);
                self.count(*queue, |counts| counts.dropped += messages.len() as u64);
            }
            QueueEvent::MessageExtended {
                message,
                fence,
                until_ms,
                ..
            } => {
                if let Some(known) = self.messages.get_mut(*message) {
                    known.at_ms = *until_ms;
                }
                self.runs.extend(*fence);
                self.ended.push(*fence);
            }
            QueueEvent::MessagesRedriven {
                queue,
                first,
                expires_ms,
                messages,
            } => {
                for (number, next) in messages.iter().zip(first.0..) {
                    let Some(mut message) = self.take_out(*number) else {
                        continue;
                    };
                    (message.status, message.at_ms, message.expires_ms) =
                        (MessageStatus::Waiting, now_ms, *expires_ms);
                    message.attempts = 0;
                    if let Some(extra) = &mut message.extra {
                        (extra.cause, extra.detail) = (None, String::new());
                    }
                    self.enter(MessageId(next), message);
                }
                self.count(*queue, |counts| counts.redriven += messages.len() as u64);
                self.number((first.0 + messages.len() as u64).saturating_sub(1));
            }
            QueueEvent::PayloadsErased { batches } => {
                for batch in batches {
                    self.batches.remove(*batch);
                }
            }
            QueueEvent::ScheduleSet { spec, due_ms } => {
                let (spec, due_ms) = (spec.clone(), *due_ms);
                let (published, skipped) = (0, 0);
                self.schedules.insert(
                    seq,
                    Schedule {
                        spec,
                        due_ms,
                        published,
                        skipped,
                    },
                );
            }
            QueueEvent::ScheduleRemoved { schedule } => drop(self.schedules.remove(*schedule)),
            QueueEvent::ScheduleFired {
                schedule,
                due_ms,
                is_skipped,
            } => {
                if let Some(known) = self.schedules.get_mut(*schedule) {
                    known.due_ms = *due_ms;
                    known.published += u64::from(!is_skipped);
                    known.skipped += u64::from(*is_skipped);
                }
            }
            _ => self.evolve_stream(seq, now_ms, event),
        }
        let group = event.queue().and_then(|queue| self.get(queue)?.group.as_ref());
        let stream = group
            .map(|group| group.stream)
            .and_then(|id| Some((id, self.get(id)?)));
        // Only such a stream may let go of what was dealt with.
        if let Some((id, _)) = stream.filter(|(_, stream)| stream.spec.kind == QueueKind::Interest) {
            self.note_stream(id);
        }
    }

    pub(super) fn define(&mut self, id: QueueId, spec: QueueSpec, created_ms: u64, group: Option<Group>) {
        let ageing_ms = spec.ageing_ms;
        self.lanes.insert(
            id.0,
            Lane {
                ageing_ms,
                ..Lane::default()
            },
        );
        let (counts, trimmed) = (QueueCounts::default(), MessageId(0));
        let queue = Queue {
            spec,
            counts,
            created_ms,
            group,
            trimmed,
        };
        self.by_name.insert(queue.place_of_name(), id);
        self.table.insert(id, queue);
    }

    fn publish(
        &mut self,
        queue: QueueId,
        batch: u64,
        number: MessageId,
        now_ms: u64,
        expires_ms: u64,
        published: &Published,
    ) {
        let Published {
            offset,
            bytes,
            priority,
            at_ms,
            expires_ms: own_ms,
            id,
            key,
        } = published;
        let status = match at_ms {
            Some(_) => MessageStatus::Delayed,
            None => MessageStatus::Waiting,
        };
        let extra = (id.is_some() || key.is_some()).then(|| {
            let (id, key) = (id.clone(), key.clone());
            Box::new(Extra {
                id,
                key,
                ..Extra::default()
            })
        });
        let message = Message {
            queue,
            batch,
            offset: *offset,
            bytes: *bytes,
            priority: *priority,
            status,
            attempts: 0,
            published_ms: now_ms,
            at_ms: at_ms.unwrap_or(now_ms),
            expires_ms: own_ms.unwrap_or(expires_ms),
            fence: Fence(0),
            extra,
        };
        self.enter(number, message);
    }

    fn deliver(
        &mut self,
        seq: u64,
        epoch: u64,
        queue: QueueId,
        consumer: u64,
        until_ms: u64,
        messages: &[MessageId],
    ) {
        for number in messages {
            self.turn(*number, MessageStatus::InFlight, until_ms, &mut |message| {
                message.attempts += 1;
                message.fence = Fence(seq);
            });
        }
        let run = Run {
            queue,
            consumer,
            epoch,
            members: messages.iter().map(|number| number.0).collect(),
            left: messages.len() as u32,
            extended: false,
        };
        self.runs.grant(seq, run);
        if let Some(lane) = self.lanes.get_mut(&queue.0) {
            *lane.held.get_or_default(consumer) += messages.len() as u64;
            lane.turn = consumer;
        }
        self.count(queue, |counts| counts.delivered += messages.len() as u64);
    }

    fn end_all(&mut self, messages: &[MessageId]) {
        for number in messages {
            self.leave(*number);
        }
    }

    /// Remembers an id; what is over goes, then the oldest beyond the bound.
    fn remember(
        &mut self,
        queue: QueueId,
        number: MessageId,
        id: &str,
        now_ms: u64,
        until_ms: u64,
        keep: u64,
    ) {
        let Some(lane) = self.lanes.get_mut(&queue.0) else {
            return;
        };
        while let Some(oldest) = lane.recent.front() {
            let known = self.recent.get(MessageId(*oldest));
            let is_over = known.is_none_or(|known| known.until_ms <= now_ms);
            if !is_over && (lane.recent.len() as u64) < keep {
                break;
            }
            let oldest = MessageId(*oldest);
            lane.recent.pop_front();
            if let Some(known) = self.recent.remove(oldest) {
                let place = (queue.0, known.id);
                if self.by_id.get(&place) == Some(&oldest) {
                    self.by_id.remove(&place);
                }
            }
        }
        if keep == 0 || until_ms <= now_ms {
            return;
        }
        lane.recent.push_back(number.0);
        self.by_id.insert((queue.0, id.to_owned()), number);
        let id = id.to_owned();
        self.recent.insert(number, Recent { queue, id, until_ms });
    }

    fn remove(&mut self, queue: QueueId) {
        if let Some(known) = self.table.remove(queue) {
            self.by_name.remove(&known.place_of_name());
            self.remove_stream(queue, &known);
        }
        self.busy.remove(&queue.0);
        let lane = self.lanes.remove(&queue.0).unwrap_or_default();
        for number in lane.recent {
            if let Some(known) = self.recent.remove(MessageId(number)) {
                self.by_id.remove(&(queue.0, known.id));
            }
        }
    }

    pub(super) fn number(&mut self, last: u64) {
        self.numbers.insert(0, Numbers { last });
    }

    pub(super) fn count(&mut self, queue: QueueId, change: impl FnOnce(&mut QueueCounts)) {
        if let Some(known) = self.table.get_mut(queue) {
            change(&mut known.counts);
        }
    }
}

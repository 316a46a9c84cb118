use super::{Draft, Parts, counted, known};
use crate::bounds;
use crate::command::Outcome;
use crate::id::{MessageId, QueueId};
use crate::payload::{Payload, is_bounded};
use crate::queues::{Message, Overflow, Published, Queue, QueueError, QueueEvent, TrimCause};
use crate::refusal::Refusal;
use crate::state::{Sink, State};

pub(super) fn decide(
    state: &State<'_>,
    id: QueueId,
    payload: &Payload,
    drafts: &[Draft],
    sink: &mut Sink,
) -> Result<(), Refusal> {
    let first = state.durable.queues.last_number() + 1;
    let mut plan = Plan::of(state, id, payload, drafts, first, None)?;
    let entity = if plan.messages.is_empty() { 0 } else { first };
    std::mem::take(&mut plan.parts).finish(drafts.len(), sink)?;
    sink.answer(entity);
    plan.emit(state, payload, sink);
    Ok(())
}

/// What publishing messages comes to.
pub(in crate::queues) struct Plan<'a> {
    id: QueueId,
    queue: &'a Queue,
    first: u64,
    /// Those that make room.
    dropped: Vec<MessageId>,
    cut: Cut,
    /// Those that come in, numbered from `first` without gaps.
    pub(super) messages: Vec<Published>,
    /// Those that fare otherwise.
    pub(super) parts: Parts,
}

impl<'a> Plan<'a> {
    /// `freed` leaves its queue before these come in.
    pub(in crate::queues) fn of(
        state: &'a State<'a>,
        id: QueueId,
        payload: &Payload,
        drafts: &[Draft],
        first: u64,
        freed: Option<&Message>,
    ) -> Result<Self, QueueError> {
        let queue = known(state, id)?;
        if queue.group.is_some() {
            let (queue, rule) = (id, "a group has its messages from its stream");
            return Err(QueueError::Kind { queue, rule });
        }
        counted(drafts.len())?;
        check(payload, drafts)?;
        let mut room = Room::of(state, id, queue, freed);
        let (mut messages, mut parts) = (Vec::with_capacity(drafts.len()), Parts::default());
        // Ids of this batch, which nobody has heard of before.
        let mut ids: Vec<(&str, u64)> = Vec::new();
        let mut offset = 0;
        for (draft, index) in drafts.iter().zip(0..) {
            let at = offset;
            offset += draft.bytes;
            let stays = queue.spec.is_stream() && draft.delay_ms > 0;
            let delayed = stays.then_some("a message of a stream cannot be delayed");
            if let Some(rule) = draft.broken_rule(&queue.spec).or(delayed) {
                parts.refuse(index, QueueError::MessageInvalid { rule });
                continue;
            }
            if let Some(name) = &draft.id {
                let before = ids
                    .iter()
                    .find(|(known, _)| known == name)
                    .map(|(_, number)| *number);
                let known = || {
                    state
                        .durable
                        .queues
                        .repeated(id, name, state.now_ms)
                        .map(|known| known.0)
                };
                if let Some(number) = before.or_else(known) {
                    parts.accept(index, number);
                    continue;
                }
            }
            if !room.take(u64::from(draft.bytes)) {
                parts.refuse(index, room.full());
                continue;
            }
            if let Some(name) = draft.id.as_ref().filter(|_| queue.spec.dedup_ms > 0) {
                ids.push((name, first + messages.len() as u64));
            }
            messages.push(published(state, queue, draft, at));
        }
        Ok(Self {
            id,
            queue,
            first,
            dropped: room.dropped,
            cut: room.cut,
            messages,
            parts,
        })
    }

    /// The refusal of the first message that is refused.
    pub(in crate::queues) fn refusal(&self) -> Option<&Refusal> {
        self.parts.0.iter().find_map(|part| match &part.outcome {
            Outcome::Refused { refusal } => Some(refusal),
            Outcome::Accepted { .. } => None,
        })
    }

    pub(in crate::queues) fn emit(self, state: &State<'_>, payload: &Payload, sink: &mut Sink) {
        let (queue, spec) = (self.id, &self.queue.spec);
        let through = [
            (self.cut.acked, TrimCause::Acked),
            (self.cut.dropped, TrimCause::Dropped),
        ];
        for (through, cause) in through.into_iter().filter(|(through, _)| *through > 0) {
            let through = MessageId(through);
            sink.emit(QueueEvent::StreamTrimmed {
                queue,
                through,
                cause,
            });
        }
        for dropped in self.dropped.chunks(bounds::MESSAGE_BATCH) {
            let messages = dropped.to_vec();
            sink.emit(QueueEvent::MessagesDropped { queue, messages });
        }
        if !self.messages.is_empty() {
            sink.emit(QueueEvent::MessagesPublished {
                queue,
                first: MessageId(self.first),
                payload: payload.clone(),
                expires_ms: state.now_ms.saturating_add(spec.retention_ms),
                dedup_until_ms: state.now_ms.saturating_add(spec.dedup_ms),
                dedup_ids: spec.dedup_ids,
                messages: self.messages,
            });
        }
    }
}

fn check(payload: &Payload, drafts: &[Draft]) -> Result<(), QueueError> {
    let given = match payload {
        Payload::Inline { bytes } => bytes.0.len() as u64,
        Payload::Ref { bytes, .. } => *bytes,
    };
    let rules = [
        (
            is_bounded(Some(payload)),
            "a payload of more than 256 bytes must be a row of its own, and the name of a row has at most 256",
        ),
        (
            given <= u64::from(u32::MAX)
                && drafts.iter().map(|draft| u64::from(draft.bytes)).sum::<u64>() == given,
            "messages must have as many bytes as their payload",
        ),
    ];
    match rules.iter().find(|(kept, _)| !kept) {
        Some((_, rule)) => Err(QueueError::MessageInvalid { rule }),
        None => Ok(()),
    }
}

fn published(state: &State<'_>, queue: &Queue, draft: &Draft, offset: u32) -> Published {
    let ttl_ms = draft.ttl_ms.filter(|ttl_ms| *ttl_ms < queue.spec.retention_ms);
    Published {
        offset,
        bytes: draft.bytes,
        priority: draft.priority,
        at_ms: (draft.delay_ms > 0).then(|| state.now_ms.saturating_add(draft.delay_ms)),
        expires_ms: ttl_ms.map(|ttl_ms| state.now_ms.saturating_add(ttl_ms)),
        id: draft.id.clone(),
        key: draft.key.clone(),
    }
}

/// How far the oldest messages of a stream make room: those every group has dealt with, then others.
#[derive(Clone, Default)]
struct Cut {
    acked: u64,
    dropped: u64,
}

/// What a queue still has room for.
struct Room<'a> {
    state: &'a State<'a>,
    id: QueueId,
    queue: &'a Queue,
    messages: u64,
    bytes: u64,
    /// Messages of all queues.
    all: u64,
    /// Those that make room.
    dropped: Vec<MessageId>,
    cut: Cut,
    /// Somebody waits for room: nobody passes.
    is_blocked: bool,
}

impl<'a> Room<'a> {
    fn of(state: &'a State<'a>, id: QueueId, queue: &'a Queue, freed: Option<&Message>) -> Self {
        let counts = &queue.counts;
        let own = freed.filter(|message| message.queue == id);
        let queues = &state.durable.queues;
        let all = queues.messages.len() as u64 + queues.kept - queues.copies;
        Self {
            state,
            id,
            queue,
            messages: counts.waiting + counts.in_flight - u64::from(own.is_some()),
            bytes: counts.bytes - own.map_or(0, |message| u64::from(message.bytes)),
            all: all - u64::from(freed.is_some_and(|message| message.origin().is_none())),
            dropped: Vec::new(),
            cut: Cut::default(),
            is_blocked: false,
        }
    }

    /// Takes room for one message; answers whether there is any.
    fn take(&mut self, bytes: u64) -> bool {
        let fits = !self.is_blocked && (self.fits(bytes) || self.make_room(bytes));
        self.is_blocked = !fits && self.queue.spec.overflow == Overflow::Block && !crate::planted::is(28);
        if fits {
            (self.messages, self.bytes, self.all) = (self.messages + 1, self.bytes + bytes, self.all + 1);
        }
        fits
    }

    fn fits(&self, bytes: u64) -> bool {
        let spec = &self.queue.spec;
        self.messages < spec.max_messages + u64::from(crate::planted::is(24))
            && self.bytes + bytes <= spec.max_bytes
            && self.all < bounds::MESSAGES as u64
    }

    /// Those that wait and would expire first go, if that is allowed and enough.
    fn make_room(&mut self, bytes: u64) -> bool {
        let spec = &self.queue.spec;
        if spec.is_stream() {
            return self.cut_off(bytes);
        }
        if spec.overflow != Overflow::DropOldest {
            return false;
        }
        let (before, count) = ((self.messages, self.bytes, self.all), self.dropped.len());
        let queues = &self.state.durable.queues;
        let waiting = queues
            .lane(self.id)
            .into_iter()
            .flat_map(|lane| lane.expiring.iter());
        for (_, number) in waiting.skip(count) {
            let number = MessageId(*number);
            let freed = queues
                .message(number)
                .map_or(0, |message| u64::from(message.bytes));
            self.dropped.push(number);
            (self.messages, self.bytes, self.all) = (self.messages - 1, self.bytes - freed, self.all - 1);
            if self.fits(bytes) {
                return true;
            }
        }
        (self.messages, self.bytes, self.all) = before;
        self.dropped.truncate(count);
        false
    }

    /// The oldest messages of a stream go: those every group has dealt with, and others if that is allowed.
    fn cut_off(&mut self, bytes: u64) -> bool {
        let (before, cut) = ((self.messages, self.bytes, self.all), self.cut.clone());
        let queues = &self.state.durable.queues;
        let floor = queues.floor(self.id).unwrap_or(u64::MAX);
        while let Some(kept) = queues.after(self.id, self.cut.acked.max(self.cut.dropped)) {
            if kept.number < floor {
                self.cut.acked = kept.number;
            } else if self.queue.spec.overflow == Overflow::DropOldest {
                self.cut.dropped = kept.number;
            } else {
                break;
            }
            let freed = u64::from(kept.message.bytes);
            (self.messages, self.bytes, self.all) = (self.messages - 1, self.bytes - freed, self.all - 1);
            if self.fits(bytes) {
                return true;
            }
        }
        (self.messages, self.bytes, self.all) = before;
        self.cut = cut;
        false
    }

    fn full(&self) -> QueueError {
        QueueError::Full {
            name: self.queue.spec.name.clone(),
            messages: self.messages,
            bytes: self.bytes,
        }
    }
}

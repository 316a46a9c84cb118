//! What can be asked of queues.

mod ack;
mod ack_and_publish;
mod consume;
mod cursor;
mod dead_letters;
mod define;
mod erased;
mod extend;
mod group;
mod nack;
pub(super) mod publish;
mod remove;
mod schedule;
mod trim;

use polyphon_sorted::SortedSet;

use polyphon_wire::wire;

use super::spec::broken_wish;
use super::{Message, Position, Queue, QueueError, QueueSpec, ScheduleSpec};
use crate::bounds;
use crate::command::{Outcome, Part};
use crate::id::{Fence, MessageId, QueueId};
use crate::leases::LeaseError;
use crate::payload::Payload;
use crate::refusal::Refusal;
use crate::state::{Sink, State, Volatile};
use crate::tasks::Priority;

wire! {
    /// A message that somebody publishes. Its payload lies behind those of the messages before it.
    pub struct Draft {
        bytes: u32,
        priority: Priority,
        /// Time before anybody may have it.
        delay_ms: u64,
        /// Time after which it is gone; the queue's retention when absent, or when that is shorter.
        ttl_ms: Option<u64>,
        /// A second message of the same id is taken for the first.
        id: Option<String>,
        /// Messages of one key are dealt with one after the other.
        key: Option<String>,
    }
}

impl Draft {
    /// The first rule it breaks.
    fn broken_rule(&self, spec: &QueueSpec) -> Option<&'static str> {
        let names = [self.id.as_ref(), self.key.as_ref()];
        let fits = u64::from(self.bytes) <= spec.max_bytes;
        let too_large = (!fits).then_some("a message must have no more bytes than its queue may hold");
        broken_wish(self.bytes.into(), self.delay_ms, self.ttl_ms, names).or(too_large)
    }
}

wire! {
    /// Messages for one queue that come of another message.
    pub struct Outgoing {
        queue: QueueId,
        /// The payloads of all of them, one behind the other.
        payload: Payload,
        messages: Vec<Draft>,
    }
}

wire! {
    /// Why a message is given back.
    pub choice Nack {
        /// The attempt failed.
        0 => Failed,
        /// It was not begun: it does not count as an attempt.
        1 => Unused,
        /// No attempt will succeed.
        2 => Rejected,
    }
}

wire! {
    /// A message that is given back.
    pub struct GivenBack {
        fence: Fence,
        message: MessageId,
        kind: Nack,
        /// Time before the next attempt; what the queue says when absent.
        delay_ms: Option<u64>,
        detail: String,
    }
}

wire! {
    /// What can be asked of queues.
    pub enum QueueCommand {
        /// Makes a queue, or gives a known one other options.
        700 => DefineQueue { spec: QueueSpec },
        /// Forgets an empty queue.
        701 => RemoveQueue { queue: QueueId },
        /// Brings messages in.
        702 => PublishMessages {
            queue: QueueId,
            /// The payloads of all of them, one behind the other.
            payload: Payload,
            messages: Vec<Draft>,
        },
        /// How many messages a consumer may hold at once from now on; 0 ends it. Leaves no event.
        703 => Consume { queue: QueueId, consumer: u64, credit: u32 },
        /// Messages were dealt with.
        704 => AckMessages { queue: QueueId, messages: Vec<(Fence, MessageId)> },
        /// Messages are given back.
        705 => NackMessages { queue: QueueId, messages: Vec<GivenBack> },
        /// Whoever has a message needs more time, from now on.
        706 => ExtendMessage { fence: Fence, message: MessageId, length_ms: u64 },
        /// Lets dead letters wait again.
        707 => RedriveMessages { queue: QueueId, messages: Vec<MessageId> },
        /// Throws dead letters away.
        708 => DiscardMessages { queue: QueueId, messages: Vec<MessageId> },
        /// The rows of these batches are erased.
        709 => FinishErasure { batches: Vec<u64> },
        /// A message was dealt with, and these come of it: all of that, or nothing.
        710 => AckAndPublish { fence: Fence, message: MessageId, outgoing: Vec<Outgoing> },
        /// Publishes a message at the times of a cron expression, or gives a known schedule another one.
        711 => SetSchedule { spec: ScheduleSpec },
        /// Ends a schedule.
        712 => RemoveSchedule { queue: QueueId, name: String },
        /// Makes a group of a stream that begins at a position, or gives a known one other options.
        713 => DefineGroup { stream: QueueId, spec: QueueSpec, from: Position },
        /// Lets a stream go of messages up to one, of at most 100 batches; the answer names the last that went.
        714 => TrimStream { queue: QueueId, through: MessageId },
        /// Makes a cursor of a stream that begins at a position; a known one stays where it is.
        715 => OpenCursor { queue: QueueId, name: String, from: Position },
        /// Puts a cursor elsewhere.
        716 => MoveCursor { cursor: u64, to: Position },
        /// Forgets a cursor.
        717 => RemoveCursor { cursor: u64 },
    }
}

pub(crate) fn decide(state: &State<'_>, command: &QueueCommand, sink: &mut Sink) -> Result<(), Refusal> {
    match command {
        QueueCommand::DefineQueue { spec } => define::decide(state, spec, sink),
        QueueCommand::RemoveQueue { queue } => remove::decide(state, *queue, sink),
        QueueCommand::PublishMessages {
            queue,
            payload,
            messages,
        } => publish::decide(state, *queue, payload, messages, sink),
        QueueCommand::Consume {
            queue,
            consumer,
            credit,
        } => consume::decide(state, *queue, *consumer, *credit),
        QueueCommand::AckMessages { queue, messages } => ack::decide(state, *queue, messages, sink),
        QueueCommand::NackMessages { queue, messages } => nack::decide(state, *queue, messages, sink),
        QueueCommand::ExtendMessage {
            fence,
            message,
            length_ms,
        } => extend::decide(state, *fence, *message, *length_ms, sink),
        QueueCommand::RedriveMessages { queue, messages } => {
            dead_letters::redrive(state, *queue, messages, sink)
        }
        QueueCommand::DiscardMessages { queue, messages } => {
            dead_letters::discard(state, *queue, messages, sink)
        }
        QueueCommand::FinishErasure { batches } => erased::decide(state, batches, sink),
        QueueCommand::AckAndPublish {
            fence,
            message,
            outgoing,
        } => ack_and_publish::decide(state, *fence, *message, outgoing, sink),
        QueueCommand::SetSchedule { spec } => schedule::set(state, spec, sink),
        QueueCommand::RemoveSchedule { queue, name } => schedule::remove(state, *queue, name, sink),
        QueueCommand::DefineGroup { stream, spec, from } => group::define(state, *stream, spec, from, sink),
        QueueCommand::TrimStream { queue, through } => trim::decide(state, *queue, *through, sink),
        QueueCommand::OpenCursor { queue, name, from } => cursor::open(state, *queue, name, from, sink),
        QueueCommand::MoveCursor { cursor, to } => cursor::shift(state, *cursor, to, sink),
        QueueCommand::RemoveCursor { cursor } => cursor::remove(state, *cursor, sink),
    }
}

/// Takes note of who consumes, which decisions then look at.
pub(crate) fn listen(state: &State<'_>, command: &QueueCommand) -> Option<(QueueId, u64, u32)> {
    let QueueCommand::Consume {
        queue,
        consumer,
        credit,
    } = command
    else {
        return None;
    };
    consume::decide(state, *queue, *consumer, *credit).ok()?;
    Some((*queue, *consumer, *credit))
}

/// Lets what [`listen`] heard hold from now on.
pub(crate) fn heed(volatile: &mut Volatile, (queue, consumer, credit): (QueueId, u64, u32)) {
    volatile.consumers.set(queue, consumer, credit);
}

/// The queue, or the refusal that there is none.
fn known<'a>(state: &State<'a>, queue: QueueId) -> Result<&'a Queue, QueueError> {
    state
        .durable
        .queues
        .get(queue)
        .ok_or(QueueError::Unknown { queue })
}

/// The stream, or the refusal that there is none.
fn stream_of<'a>(state: &State<'a>, queue: QueueId) -> Result<&'a Queue, QueueError> {
    let known = known(state, queue)?;
    let rule = "only a stream has groups and cursors";
    if known.spec.is_stream() {
        return Ok(known);
    }
    Err(QueueError::Kind { queue, rule })
}

/// What many things in one command must keep.
fn counted(count: usize) -> Result<(), QueueError> {
    if (1..=bounds::MESSAGE_BATCH).contains(&count) {
        return Ok(());
    }
    Err(QueueError::MessageInvalid {
        rule: "a command must name between 1 and 1,000 messages",
    })
}

/// A message somebody holds under this fence.
fn held<'a>(state: &State<'a>, fence: Fence, number: MessageId) -> Result<&'a Message, LeaseError> {
    let message = state.durable.queues.message(number);
    let held = message.filter(|message| message.is_held(fence) || crate::planted::is(23));
    held.ok_or(LeaseError::Fenced { fence })
}

/// Messages of `queue` that are held under the fence given with each, with the place of each report; each message once.
/// The other reports, and those that break the rule given with them, are refused by their place.
fn own(
    state: &State<'_>,
    queue: QueueId,
    reports: impl Iterator<Item = (Fence, MessageId, Option<&'static str>)>,
    parts: &mut Parts,
) -> Vec<(usize, MessageId)> {
    let mut found = Vec::with_capacity(reports.size_hint().0);
    let mut seen = SortedSet::new();
    for ((fence, number, rule), index) in reports.zip(0..) {
        match (rule, held(state, fence, number)) {
            (Some(rule), _) => parts.refuse(index, QueueError::MessageInvalid { rule }),
            (None, Ok(message)) if message.queue == queue && seen.insert((number.0, 0)) => {
                found.push((index, number));
            }
            (None, _) => parts.refuse(index, LeaseError::Fenced { fence }),
        }
    }
    found
}

/// Those of many things that fared otherwise than the rest. A command for one thing is refused with it.
#[derive(Default)]
pub(in crate::queues) struct Parts(Vec<Part>);

impl Parts {
    fn refuse(&mut self, index: usize, refusal: impl Into<Refusal>) {
        let refusal = refusal.into();
        self.note(index, Outcome::Refused { refusal });
    }

    fn accept(&mut self, index: usize, entity: u64) {
        self.note(index, Outcome::Accepted { entity });
    }

    fn note(&mut self, index: usize, outcome: Outcome) {
        let index = index as u32;
        self.0.push(Part { index, outcome });
    }

    fn finish(mut self, count: usize, sink: &mut Sink) -> Result<(), Refusal> {
        if count == 1
            && let Some(Part {
                outcome: Outcome::Refused { .. },
                ..
            }) = self.0.first()
            && let Some(Part {
                outcome: Outcome::Refused { refusal },
                ..
            }) = self.0.pop()
        {
            return Err(refusal);
        }
        sink.answer_parts(self.0);
        Ok(())
    }
}

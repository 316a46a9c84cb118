//! What becomes of messages whose attempt did not succeed.

use super::{Death, DeathCause, Message, Queue, QueueEvent, Returned};
use crate::bounds;
use crate::id::{Fence, MessageId, QueueId};
use crate::state::{Sink, State};

/// Gathers what becomes of many messages of one queue, then says it in as few events as there are.
pub(crate) struct Settling<'a> {
    state: &'a State<'a>,
    id: QueueId,
    queue: &'a Queue,
    returned: Vec<Returned>,
    died: Vec<Death>,
    died_bytes: u64,
}

impl<'a> Settling<'a> {
    pub(crate) fn of(state: &'a State<'a>, id: QueueId) -> Option<Self> {
        let queue = state.durable.queues.get(id)?;
        Some(Self {
            state,
            id,
            queue,
            returned: Vec::new(),
            died: Vec::new(),
            died_bytes: 0,
        })
    }

    /// An attempt ended without success: the message waits for the next one, or was attempted often enough. `delay_ms`
    /// is what the consumer wishes.
    pub(crate) fn fail(
        &mut self,
        number: MessageId,
        message: &Message,
        cause: DeathCause,
        delay_ms: Option<u64>,
        detail: &str,
    ) {
        let spec = &self.queue.spec;
        let most = spec.max_attempts + u32::from(crate::planted::is(20));
        if cause == DeathCause::Rejected || message.attempts >= most {
            return self.bury(number, message, cause, detail);
        }
        let wait_ms = || {
            spec.backoff()
                .delay_ms(message.attempts, self.state.durable.draw(number.0))
        };
        let at_ms = match cause {
            // Nobody has said that anything is wrong with it.
            DeathCause::Lost => message.published_ms,
            _ => self.state.now_ms.saturating_add(delay_ms.unwrap_or_else(wait_ms)),
        };
        let attempts = message.attempts;
        self.returned.push(Returned {
            message: number,
            at_ms,
            attempts,
        });
    }

    /// Its consumer gives it back untouched: the attempt does not count.
    pub(crate) fn give_back(&mut self, number: MessageId, message: &Message) {
        let (at_ms, attempts) = (message.published_ms, message.attempts.saturating_sub(1));
        self.returned.push(Returned {
            message: number,
            at_ms,
            attempts,
        });
    }

    fn bury(&mut self, number: MessageId, message: &Message, cause: DeathCause, detail: &str) {
        self.died_bytes += u64::from(message.bytes);
        let detail = crate::text::clip(detail);
        self.died.push(Death {
            message: number,
            cause,
            detail,
        });
    }

    /// Says what became of them. Dead letters beyond the bound go, the oldest first.
    pub(crate) fn finish(self, sink: &mut Sink) {
        let queue = self.id;
        if !self.returned.is_empty() {
            let messages = self.returned;
            sink.emit(QueueEvent::MessagesReturned { queue, messages });
        }
        if self.died.is_empty() {
            return;
        }
        let (spec, counts) = (&self.queue.spec, &self.queue.counts);
        let expires_ms = self.state.now_ms.saturating_add(spec.retention_ms);
        let mut left = counts.dead + self.died.len() as u64;
        let mut bytes = counts.dead_bytes + self.died_bytes;
        let queues = &self.state.durable.queues;
        let known = queues.lane(queue).into_iter().flat_map(|lane| lane.dead.iter());
        let known = known.map(|(_, number)| *number);
        let mut dropped = Vec::new();
        for number in known.chain(self.died.iter().map(|death| death.message.0)) {
            if left <= spec.max_dead && bytes <= spec.max_bytes {
                break;
            }
            left -= 1;
            let message = queues.message(MessageId(number));
            bytes -= message.map_or(0, |message| u64::from(message.bytes)).min(bytes);
            dropped.push(MessageId(number));
        }
        let messages = self.died;
        sink.emit(QueueEvent::MessagesDied {
            queue,
            expires_ms,
            messages,
        });
        for messages in dropped.chunks(bounds::MESSAGE_BATCH) {
            let messages = messages.to_vec();
            sink.emit(QueueEvent::MessagesDropped { queue, messages });
        }
    }
}

/// Every message of a run that is still held and answers to `is_meant` has failed for `cause`.
pub(crate) fn fail_run(
    state: &State<'_>,
    fence: Fence,
    cause: DeathCause,
    is_meant: impl Fn(&Message) -> bool,
    sink: &mut Sink,
) {
    let queues = &state.durable.queues;
    let Some(run) = queues.runs.get(fence) else { return };
    let Some(mut settling) = Settling::of(state, run.queue) else {
        return;
    };
    for number in run.members.iter().map(|number| MessageId(*number)) {
        let held = queues.message(number).filter(|message| message.is_held(fence));
        if let Some(message) = held.filter(|message| is_meant(message)) {
            settling.fail(number, message, cause, None, "");
        }
    }
    settling.finish(sink);
}

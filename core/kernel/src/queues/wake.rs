//! What time does to queues.

use super::settle::fail_run;
use super::{DeathCause, Line, QueueEvent, TrimCause};
use crate::bounds;
use crate::id::{Fence, MessageId, QueueId};
use crate::state::{Sink, State};

/// Something in a queue is due: a stream gives up what it kept long enough, messages expire, then delayed ones wait.
pub(crate) fn wake(state: &State<'_>, queue: QueueId, sink: &mut Sink) {
    let queues = &state.durable.queues;
    let Some(lane) = queues.lane(queue) else {
        return;
    };
    let over = queues.trimmable(queue, u64::MAX, state.now_ms);
    if over > 0 {
        let (through, cause) = (MessageId(over), TrimCause::Expired);
        return sink.emit(QueueEvent::StreamTrimmed {
            queue,
            through,
            cause,
        });
    }
    let due = |line: &Line, left: usize| -> Vec<MessageId> {
        let due = line.iter().take_while(|(at_ms, _)| *at_ms <= state.now_ms);
        due.take(left).map(|(_, number)| MessageId(*number)).collect()
    };
    let mut messages = due(&lane.expiring, bounds::MESSAGE_BATCH);
    messages.extend(due(&lane.dead, bounds::MESSAGE_BATCH - messages.len()));
    if !messages.is_empty() {
        return sink.emit(QueueEvent::MessagesExpired { queue, messages });
    }
    let messages = due(&lane.delayed, bounds::MESSAGE_BATCH);
    if !messages.is_empty() {
        sink.emit(QueueEvent::MessagesWoken { queue, messages });
    }
}

/// The time of a run, or of a part of it, is over.
pub(crate) fn expire(state: &State<'_>, fence: Fence, sink: &mut Sink) {
    let is_over = |message: &super::Message| message.at_ms <= state.now_ms;
    fail_run(state, fence, DeathCause::TimedOut, is_over, sink);
}

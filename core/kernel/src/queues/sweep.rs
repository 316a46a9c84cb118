//! What a node left in the hands of consumers that ended with it, and what streams need no more.

use super::settle::fail_run;
use super::{DeathCause, QueueEvent, TrimCause};
use crate::id::{Fence, MessageId, QueueId};
use crate::state::{Sink, State};

/// Takes the next run back, or lets the next stream go of what every group has dealt with; answers whether there was one.
pub(crate) fn next(state: &State<'_>, sink: &mut Sink) -> bool {
    let queues = &state.durable.queues;
    if let Some(fence) = queues.orphans.first() {
        fail_run(state, Fence(*fence), DeathCause::Lost, |_| true, sink);
        return true;
    }
    let Some(stream) = queues.loose.first() else {
        return false;
    };
    let queue = QueueId(*stream);
    let before = queues.floor(queue).unwrap_or_default().saturating_sub(1);
    let (through, cause) = (
        MessageId(queues.trimmable(queue, before, u64::MAX)),
        TrimCause::Acked,
    );
    sink.emit(QueueEvent::StreamTrimmed {
        queue,
        through,
        cause,
    });
    true
}

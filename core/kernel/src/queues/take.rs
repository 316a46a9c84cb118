//! Lets groups take messages from their streams, as many as their consumers have room for.

use super::QueueEvent;
use crate::bounds;
use crate::id::{MessageId, QueueId};
use crate::state::State;

/// The next group that takes something, and how many messages it goes on by.
pub(super) fn next(state: &State<'_>) -> Option<(QueueEvent, usize)> {
    let behind = state.durable.queues.behind.iter();
    behind.filter_map(|group| take(state, QueueId(*group))).next()
}

fn take(state: &State<'_>, id: QueueId) -> Option<(QueueEvent, usize)> {
    let queues = &state.durable.queues;
    let (queue, lane) = (queues.get(id)?, queues.lane(id)?);
    let group = queue.group.as_ref()?;
    let free = state.volatile.consumers.free(id.0, lane);
    if lane.ready.len() as u64 >= free {
        return None;
    }
    // A whole run at once: so few events come of many messages, and the most urgent of it can be first.
    let want = free.max(bounds::MESSAGE_RUN as u64);
    let (spec, counts) = (&queue.spec, &queue.counts);
    let held = counts.waiting + counts.in_flight;
    let all = (bounds::MESSAGES as u64).saturating_sub(queues.copies);
    let mut room = want.min(spec.max_messages.saturating_sub(held)).min(all);
    let (mut bytes, mut count, mut through) = (counts.bytes, 0, None);
    let mut at = group.taken.0;
    while count < bounds::MESSAGE_BATCH
        && let Some(kept) = queues.after(group.stream, at)
    {
        if !kept.is_over(state.now_ms) {
            let more = u64::from(kept.message.bytes);
            let is_first = held == 0 && through.is_none();
            if room == 0 || !is_first && bytes + more > spec.max_bytes {
                break;
            }
            (room, bytes) = (room - 1, bytes + more);
        }
        at = kept.number;
        (count, through) = (count + 1, Some(MessageId(at)));
    }
    let (queue, first) = (id, MessageId(queues.last_number() + 1));
    let through = through?;
    Some((
        QueueEvent::MessagesTaken {
            queue,
            first,
            through,
        },
        count,
    ))
}

use polyphon_wire::wire;

use super::{DeathCause, Delivery, Position, Queue, QueueError, Queues};
use crate::bounds;
use crate::id::{MessageId, QueueId};
use crate::payload::Payload;

wire! {
    /// A message nobody could deal with.
    pub struct DeadLetter {
        message: Delivery,
        cause: DeathCause,
        /// What its consumer said last.
        detail: String,
        died_ms: u64,
        /// When it is dropped.
        expires_ms: u64,
    }
}

wire! {
    /// Dead letters of a queue, those first that are dropped first.
    pub struct DeadLetters {
        letters: Vec<DeadLetter>,
        /// Where their payloads are.
        payloads: Vec<(u64, Payload)>,
    }
}

/// At most `limit` dead letters of a queue, behind the first `skip`.
pub fn dead_letters(queues: &Queues, queue: QueueId, skip: u32, limit: u32) -> DeadLetters {
    let mut found = DeadLetters {
        letters: Vec::new(),
        payloads: Vec::new(),
    };
    let dead = queues.lane(queue).into_iter().flat_map(|lane| lane.dead.iter());
    for (expires_ms, number) in dead
        .skip(skip as usize)
        .take((limit as usize).min(bounds::MESSAGE_BATCH))
    {
        let number = crate::MessageId(*number);
        let Some(message) = queues.message(number) else {
            continue;
        };
        let extra = message.extra.clone().unwrap_or_default();
        if let Some(batch) = queues.batches.get(message.batch) {
            found.payloads.push((message.batch, batch.payload.clone()));
        }
        found.letters.push(DeadLetter {
            message: message.delivery(number),
            cause: extra.cause.unwrap_or(DeathCause::Failed),
            detail: extra.detail,
            died_ms: message.at_ms,
            expires_ms: *expires_ms,
        });
    }
    found
}

wire! {
    /// A group of a stream.
    pub struct GroupView {
        id: QueueId,
        queue: Queue,
        /// Messages it has not taken.
        behind: u64,
    }
}

wire! {
    /// A cursor of a stream.
    pub struct CursorView {
        id: u64,
        name: String,
        /// The last number that was read.
        taken: MessageId,
        /// Messages behind that.
        behind: u64,
        /// What comes next is kept no more.
        is_expired: bool,
    }
}

wire! {
    /// A stream, and who reads it.
    pub struct StreamView {
        queue: Queue,
        /// The oldest message it keeps; the next one that comes when it keeps none.
        oldest: MessageId,
        /// The last one it was given.
        last: MessageId,
        groups: Vec<GroupView>,
        cursors: Vec<CursorView>,
    }
}

/// A stream, and who reads it.
pub fn stream(queues: &Queues, id: QueueId) -> Option<StreamView> {
    let queue = queues.get(id).filter(|queue| queue.spec.is_stream())?.clone();
    let published = queue.counts.published;
    let groups = queues.groups_of(id).filter_map(|id| {
        let queue = queues.get(id)?.clone();
        let passed = queue.group.as_ref()?.passed;
        let behind = published.saturating_sub(passed);
        Some(GroupView { id, queue, behind })
    });
    let cursors = queues.cursors_of(id).map(|(number, cursor)| CursorView {
        id: number,
        name: cursor.name.clone(),
        taken: cursor.taken,
        behind: published.saturating_sub(queues.passed(id, cursor.taken.0)),
        is_expired: cursor.taken < queue.trimmed,
    });
    Some(StreamView {
        groups: groups.collect(),
        cursors: cursors.collect(),
        oldest: queues.oldest(id),
        last: MessageId(queues.last_of(id)),
        queue,
    })
}

wire! {
    /// What a stream keeps from a position on.
    pub struct StreamPage {
        /// The oldest message it keeps, when what lies at the position is kept no more.
        expired: Option<MessageId>,
        messages: Vec<Delivery>,
        /// Where their payloads are.
        payloads: Vec<(u64, Payload)>,
        /// Behind which number the next page begins.
        next: MessageId,
    }
}

/// At most `limit` messages from a position on; those whose time is over are left out.
pub fn stream_page(queues: &Queues, id: QueueId, from: &Position, limit: u32, now_ms: u64) -> StreamPage {
    let (place, mut expired) = (queues.place(id, from), None);
    let taken = match (place, from) {
        (Ok(taken), _) => taken,
        (Err(error), Position::Number { number }) => {
            if let QueueError::CursorExpired { oldest, .. } = error {
                expired = Some(oldest);
            }
            MessageId(number.0.saturating_sub(1))
        }
        (Err(_), _) => MessageId(0),
    };
    let mut page = StreamPage {
        expired,
        messages: Vec::new(),
        payloads: Vec::new(),
        next: taken,
    };
    let most = (limit as usize).min(bounds::MESSAGE_BATCH);
    for _ in 0..most {
        let Some(kept) = queues.after(id, page.next.0) else {
            break;
        };
        page.next = MessageId(kept.number);
        if kept.is_over(now_ms) {
            continue;
        }
        if page.payloads.last().is_none_or(|(known, _)| *known != kept.first)
            && let Some(known) = queues.batches.get(kept.first)
        {
            page.payloads.push((kept.first, known.payload.clone()));
        }
        page.messages.push(Delivery {
            origin: None,
            ..kept.copy(id).delivery(page.next)
        });
    }
    page
}

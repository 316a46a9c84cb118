use polyphon_wire::wire;

use super::{DeathCause, Delivery, Queues};
use crate::bounds;
use crate::id::QueueId;
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

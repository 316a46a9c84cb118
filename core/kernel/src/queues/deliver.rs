//! What the runtime is asked to do for queues.

use polyphon_wire::wire;

use super::Queues;
use crate::effect::Effect;
use crate::id::{Fence, MessageId};
use crate::payload::Payload;
use crate::tasks::Priority;

wire! {
    /// A message as it is handed to a consumer.
    pub struct Delivery {
        message: MessageId,
        /// Counted from 1.
        attempt: u32,
        /// Number of the batch its payload is in, and where there.
        batch: u64,
        offset: u32,
        bytes: u32,
        priority: Priority,
        published_ms: u64,
        id: Option<String>,
        key: Option<String>,
        /// Its number in the stream its group took it from.
        origin: Option<MessageId>,
    }
}

/// The messages of a run that are still held.
pub(crate) fn deliver(queues: &Queues, fence: Fence) -> Option<Effect> {
    let run = queues.runs.get(fence)?;
    let mut payloads: Vec<(u64, Payload)> = Vec::new();
    let mut messages = Vec::with_capacity(run.members.len());
    let mut until_ms = 0;
    for number in run.members.iter().map(|number| MessageId(*number)) {
        let held = queues.message(number).filter(|message| message.is_held(fence));
        let Some(message) = held else { continue };
        until_ms = message.at_ms;
        // Neighbours are mostly of one batch; one that stands twice does no harm.
        if payloads.last().is_none_or(|(batch, _)| *batch != message.batch)
            && let Some(batch) = queues.batches.get(message.batch)
        {
            payloads.push((message.batch, batch.payload.clone()));
        }
        messages.push(message.delivery(number));
    }
    let (queue, consumer) = (run.queue, run.consumer);
    (!messages.is_empty()).then_some(Effect::Deliver {
        fence,
        queue,
        consumer,
        until_ms,
        payloads,
        messages,
    })
}

/// Rows that nothing needs any more, of `batches`.
pub(crate) fn erase(queues: &Queues, batches: impl Iterator<Item = u64>) -> Option<Effect> {
    let keys = batches.filter_map(|batch| match &queues.batches.get(batch)?.payload {
        Payload::Ref { key, .. } => Some((batch, key.clone())),
        Payload::Inline { .. } => None,
    });
    let rows: Vec<(u64, String)> = keys.collect();
    (!rows.is_empty()).then_some(Effect::ErasePayloads { rows })
}

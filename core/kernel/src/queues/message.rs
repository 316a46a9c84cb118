use polyphon_wire::wire;

use super::{DeathCause, Delivery};
use crate::id::{Fence, MessageId, QueueId};
use crate::tasks::Priority;

wire! {
    /// Where a message is.
    pub choice MessageStatus {
        /// Somebody may have it.
        0 => Waiting,
        /// Its time has not come.
        1 => Delayed,
        /// Somebody has it.
        2 => InFlight,
        /// Nobody could deal with it.
        3 => Dead,
    }
}

wire! {
    /// What few messages have.
    #[derive(Default)]
    pub struct Extra {
        /// Name its publisher gave it, by which a repeat is known.
        id: Option<String>,
        /// Messages of one key are dealt with one after the other, in the order they were published.
        key: Option<String>,
        /// Why it is a dead letter, and what its consumer said.
        cause: Option<DeathCause>,
        detail: String,
        /// Its number in the stream its group took it from.
        origin: Option<MessageId>,
    }
}

wire! {
    /// A message that is in the queue.
    pub struct Message {
        queue: QueueId,
        /// Number of the batch its payload is in, and where there.
        batch: u64,
        offset: u32,
        bytes: u32,
        priority: Priority,
        status: MessageStatus,
        /// Times it was handed out.
        attempts: u32,
        published_ms: u64,
        /// Since when it waits or is dead; until when it is delayed or in somebody's hands.
        at_ms: u64,
        /// When it is gone unless somebody has it.
        expires_ms: u64,
        /// The lease it is held under, while it is.
        fence: Fence,
        extra: Option<Box<Extra>>,
    }
}

impl Message {
    /// What orders it.
    pub(crate) fn key(&self) -> Option<&String> {
        self.extra.as_ref()?.key.as_ref()
    }

    /// Its number in the stream its group took it from.
    pub(crate) fn origin(&self) -> Option<MessageId> {
        self.extra.as_ref()?.origin
    }

    /// As it is handed to a consumer.
    pub(crate) fn delivery(&self, number: MessageId) -> Delivery {
        let extra = self.extra.as_deref();
        Delivery {
            message: number,
            attempt: self.attempts,
            batch: self.batch,
            offset: self.offset,
            bytes: self.bytes,
            priority: self.priority,
            published_ms: self.published_ms,
            id: extra.and_then(|extra| extra.id.clone()),
            key: extra.and_then(|extra| extra.key.clone()),
            origin: self.origin(),
        }
    }

    /// Whether somebody holds it under this fence.
    pub(crate) fn is_held(&self, fence: Fence) -> bool {
        self.status == MessageStatus::InFlight && self.fence == fence
    }
}

use polyphon_wire::wire;

use super::schedule::ScheduleSpec;
use super::spec::QueueSpec;
use crate::id::{Fence, MessageId, QueueId};
use crate::payload::Payload;
use crate::tasks::Priority;

wire! {
    /// A message that came in.
    pub struct Published {
        /// Where its payload lies among those of the batch.
        offset: u32,
        bytes: u32,
        priority: Priority,
        /// When it may be handed out, if not at once.
        at_ms: Option<u64>,
        /// When it is gone, if not with the rest of the batch.
        expires_ms: Option<u64>,
        id: Option<String>,
        key: Option<String>,
    }
}

wire! {
    /// A message that came back.
    pub struct Returned {
        message: MessageId,
        /// When it may be handed out; in the past, as if it had waited since then.
        at_ms: u64,
        /// Attempts that count.
        attempts: u32,
    }
}

wire! {
    /// Why a message is a dead letter.
    pub choice DeathCause {
        /// Its attempts are used up, the last one failed.
        0 => Failed,
        /// Its attempts are used up, the last one was not reported on in time.
        1 => TimedOut,
        /// Its attempts are used up, the last one was lost with its node.
        2 => Lost,
        /// Its consumer said that it never can be dealt with.
        3 => Rejected,
    }
}

wire! {
    /// A message that became a dead letter.
    pub struct Death {
        message: MessageId,
        cause: DeathCause,
        /// What the consumer said.
        detail: String,
    }
}

wire! {
    /// Why a stream keeps messages no more.
    pub choice TrimCause {
        /// Every group has dealt with them.
        0 => Acked,
        /// They were kept long enough.
        1 => Expired,
        /// They made room, or somebody threw them away.
        2 => Dropped,
    }
}

wire! {
    /// What happened to queues and their messages.
    pub enum QueueEvent {
        /// A queue was made.
        700 => QueueDefined { spec: QueueSpec },
        /// A queue goes by something else from now on.
        701 => QueueChanged { queue: QueueId, spec: QueueSpec },
        /// A queue is gone.
        702 => QueueRemoved { queue: QueueId },
        /// Messages came in, numbered without gaps.
        703 => MessagesPublished {
            queue: QueueId,
            /// Number of the first one, and of the batch.
            first: MessageId,
            /// The payloads of all of them.
            payload: Payload,
            expires_ms: u64,
            /// Until when their ids are remembered.
            dedup_until_ms: u64,
            /// Ids the queue remembers at most.
            dedup_ids: u64,
            messages: Vec<Published>,
        },
        /// Messages were handed to a consumer; the fence is the event's sequence.
        704 => MessagesDelivered {
            queue: QueueId,
            consumer: u64,
            until_ms: u64,
            messages: Vec<MessageId>,
        },
        /// Messages were dealt with.
        705 => MessagesAcked { queue: QueueId, messages: Vec<MessageId> },
        /// Messages came back.
        706 => MessagesReturned { queue: QueueId, messages: Vec<Returned> },
        /// Messages became dead letters.
        707 => MessagesDied {
            queue: QueueId,
            /// How long they are kept.
            expires_ms: u64,
            messages: Vec<Death>,
        },
        /// The time of delayed messages has come.
        708 => MessagesWoken { queue: QueueId, messages: Vec<MessageId> },
        /// Nobody took them in time, or a dead letter was kept long enough.
        709 => MessagesExpired { queue: QueueId, messages: Vec<MessageId> },
        /// They made room, or somebody threw them away.
        710 => MessagesDropped { queue: QueueId, messages: Vec<MessageId> },
        /// Whoever has it has more time.
        711 => MessageExtended { queue: QueueId, message: MessageId, fence: Fence, until_ms: u64 },
        /// Dead letters wait again, as new messages, numbered from `first`.
        712 => MessagesRedriven {
            queue: QueueId,
            first: MessageId,
            expires_ms: u64,
            messages: Vec<MessageId>,
        },
        /// The rows of these batches are erased.
        713 => PayloadsErased { batches: Vec<u64> },
        /// A schedule was made; its number is the event's sequence.
        714 => ScheduleSet {
            spec: ScheduleSpec,
            /// Wall time of its first message.
            due_ms: u64,
        },
        /// A schedule has ended.
        715 => ScheduleRemoved { schedule: u64 },
        /// The time of a schedule came; its message follows, unless the queue had no room.
        716 => ScheduleFired {
            schedule: u64,
            /// Wall time of its next message.
            due_ms: u64,
            is_skipped: bool,
        },
        /// A group was made, which gets what comes behind `taken`.
        717 => GroupDefined {
            stream: QueueId,
            spec: QueueSpec,
            taken: MessageId,
            /// Messages the stream was given up to there.
            passed: u64,
        },
        /// A group took what its stream keeps behind its place up to `through`; what has not expired is its own from now
        /// on, numbered from `first`.
        718 => MessagesTaken { queue: QueueId, first: MessageId, through: MessageId },
        /// A stream keeps nothing up to there any more.
        719 => StreamTrimmed { queue: QueueId, through: MessageId, cause: TrimCause },
        /// A cursor was made, which reads what comes behind `taken`; its number is the event's sequence.
        720 => CursorOpened { queue: QueueId, name: String, taken: MessageId },
        /// A cursor stands elsewhere.
        721 => CursorMoved { cursor: u64, taken: MessageId },
        /// A cursor is gone.
        722 => CursorRemoved { cursor: u64 },
    }
}

impl QueueEvent {
    /// The queue it is about; `None` for a new one, which is the event's sequence, for rows and schedules.
    pub(crate) fn queue(&self) -> Option<QueueId> {
        match self {
            Self::QueueDefined { .. }
            | Self::PayloadsErased { .. }
            | Self::ScheduleSet { .. }
            | Self::ScheduleRemoved { .. }
            | Self::ScheduleFired { .. }
            | Self::GroupDefined { .. }
            | Self::CursorOpened { .. }
            | Self::CursorMoved { .. }
            | Self::CursorRemoved { .. } => None,
            Self::QueueChanged { queue, .. }
            | Self::QueueRemoved { queue }
            | Self::MessagesPublished { queue, .. }
            | Self::MessagesDelivered { queue, .. }
            | Self::MessagesAcked { queue, .. }
            | Self::MessagesReturned { queue, .. }
            | Self::MessagesDied { queue, .. }
            | Self::MessagesWoken { queue, .. }
            | Self::MessagesExpired { queue, .. }
            | Self::MessagesDropped { queue, .. }
            | Self::MessageExtended { queue, .. }
            | Self::MessagesRedriven { queue, .. }
            | Self::MessagesTaken { queue, .. }
            | Self::StreamTrimmed { queue, .. } => Some(*queue),
        }
    }
}

use crate::id::{MessageId, QueueId};

/// Why a command about queues is refused.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum QueueError {
    /// It never existed or was removed. Do not retry. Code `QUEUE_UNKNOWN`.
    #[error("there is no {queue}")]
    Unknown {
        /// The id that was given.
        queue: QueueId,
    },
    /// Its description breaks a rule. Do not retry. Code `QUEUE_INVALID`.
    #[error("the queue {name:?} cannot be: {rule}")]
    Invalid {
        /// Its name.
        name: String,
        /// The rule.
        rule: &'static str,
    },
    /// There is no room for the message. Retry when some were dealt with. Code `QUEUE_FULL`.
    #[error("the queue {name:?} holds {messages} messages of {bytes} bytes and has no room for more")]
    Full {
        /// The queue's name.
        name: String,
        /// Messages it holds.
        messages: u64,
        /// Their bytes.
        bytes: u64,
    },
    /// It still holds messages or has groups. Code `QUEUE_NOT_EMPTY`.
    #[error("the queue {name:?} still holds {messages} messages and has {groups} groups")]
    NotEmpty {
        /// The queue's name.
        name: String,
        /// Messages it holds, dead letters among them.
        messages: u64,
        /// Groups that take messages of it.
        groups: u64,
    },
    /// It is of another kind than the command is for. Do not retry. Code `QUEUE_KIND`.
    #[error("{queue} cannot do that: {rule}")]
    Kind {
        /// The queue.
        queue: QueueId,
        /// The rule.
        rule: &'static str,
    },
    /// What lies there is kept no more. Do not retry: go on elsewhere. Code `CURSOR_EXPIRED`.
    #[error("{position} is kept no more, the oldest that is kept is {oldest}")]
    CursorExpired {
        /// The message that was to be read.
        position: MessageId,
        /// The oldest message that is kept; the next one that comes when there is none.
        oldest: MessageId,
    },
    /// It was never opened or was removed. Do not retry. Code `CURSOR_UNKNOWN`.
    #[error("there is no cursor {cursor}")]
    CursorUnknown {
        /// Its number.
        cursor: u64,
    },
    /// A message, or what is said about messages, breaks a rule. Do not retry. Code `MESSAGE_INVALID`.
    #[error("the message cannot be taken: {rule}")]
    MessageInvalid {
        /// The rule.
        rule: &'static str,
    },
    /// There is no such dead letter or row. Do not retry. Code `MESSAGE_UNKNOWN`.
    #[error("{message} is no dead letter of this queue")]
    MessageUnknown {
        /// The number that was given.
        message: MessageId,
    },
    /// A schedule breaks a rule. Do not retry. Code `SCHEDULE_INVALID`.
    #[error("the schedule cannot be: {rule}")]
    ScheduleInvalid {
        /// The rule.
        rule: &'static str,
    },
    /// The queue has no such schedule. Do not retry. Code `SCHEDULE_UNKNOWN`.
    #[error("there is no schedule {name:?}")]
    ScheduleUnknown {
        /// The name that was given.
        name: String,
    },
}

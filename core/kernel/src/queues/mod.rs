//! Durable queues: messages that are kept until somebody has dealt with each of them.
//!
//! A message waits, is handed out under a lease, and is acknowledged, or comes back and in the end is a dead letter.
//! Everything that happens to messages happens to many at once, so an event stands for a run of them; payloads of one
//! batch lie in one row outside, which is erased when its last message is gone.

mod batch;
pub mod commands;
mod cron;
pub(crate) mod deliver;
pub(crate) mod dispatch;
mod error;
mod event;
mod message;
pub(crate) mod schedule;
mod settle;
mod spec;
mod state;
mod stream;
pub(crate) mod sweep;
mod take;
mod view;
pub(crate) mod wake;

pub use batch::Batch;
pub use deliver::Delivery;
pub use dispatch::Consumers;
pub use error::QueueError;
pub use event::{Death, DeathCause, Published, QueueEvent, Returned, TrimCause};
pub use message::{Extra, Message, MessageStatus};
pub use schedule::{Schedule, ScheduleList, ScheduleSpec, schedules};
pub use spec::{Overflow, QueueKind, QueueSpec};
pub(crate) use state::{Lane, Line};
pub use state::{Numbers, Queue, QueueCounts, Queues, Recent};
pub use stream::{Cursor, Group, Position, Segment};
pub use view::{
    CursorView, DeadLetter, DeadLetters, GroupView, StreamPage, StreamView, dead_letters, stream, stream_page,
};

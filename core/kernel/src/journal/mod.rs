//! The journal: the node that writes it, the frames it is made of, and snapshots of what it adds up to.

mod checksum;
mod commands;
mod event;
mod frame;
mod idempotency;
mod node;
mod snapshot;

pub use commands::JournalCommand;
pub(crate) use commands::decide;
pub use event::JournalEvent;
pub(crate) use frame::FrameWriter;
pub use frame::{FORMAT, Frame, FrameError, FrameHead};
pub(crate) use idempotency::Idempotency;
pub use idempotency::Remembered;
pub use node::Node;
pub use snapshot::{SNAPSHOT_FORMAT, SnapshotError};
pub(crate) use snapshot::{read as read_snapshot, write as write_snapshot};

//! Durable effects that are not leases: opened by an event, given to the runtime again after every restart until it
//! says that they are done. Receivers see them at least once and know repeats by the effect's id.

pub mod commands;
mod error;
mod event;
mod state;

pub use error::OutboxError;
pub use event::OutboxEvent;
pub use state::{OpenEffect, Outbox};

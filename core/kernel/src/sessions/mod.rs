//! Sessions: one orchestration's identity, context, results and expiry.

pub mod commands;
mod error;
mod event;
mod state;

pub use error::SessionError;
pub use event::SessionEvent;
pub use state::{Session, SessionStatus, Sessions};

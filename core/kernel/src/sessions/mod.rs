//! Sessions: one orchestration's identity, context, task ledger, results and expiry.

pub mod commands;
mod error;
mod event;
mod session;
mod state;

pub use error::SessionError;
pub use event::SessionEvent;
pub use session::{Fact, FactKind, Session, SessionStatus};
pub use state::Sessions;

//! Sessions: one orchestration's identity, context, task ledger, results and expiry; the values its agents share and the
//! locks they take.

pub mod commands;
mod error;
mod event;
mod locks;
mod session;
mod state;
mod values;
pub(crate) mod wake;

pub use error::{LockError, SessionError, ValueError};
pub use event::SessionEvent;
pub use locks::{LockEnd, LockWait, Locks};
pub use session::{Fact, FactKind, Session, SessionStatus};
pub use state::Sessions;
pub use values::{Scope, Value, ValueKey, ValueSettings, Values};

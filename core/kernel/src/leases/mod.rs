//! The one primitive under everything that is handed out for a while: grant → extend* → done | failed | expired.
//!
//! A grant is fenced by the sequence of its event. Only the newest fence is listened to; whoever reports with another one
//! is refused, so a stale holder cannot write. A lease that is revoked keeps its resources until its holder has ended or
//! the grace period is over, because until then the holder may still use them.

mod change;
mod error;
mod hold;
mod run;
mod state;

pub use change::LeaseChange;
pub use error::LeaseError;
pub use hold::{Hold, Holds, LockWish};
pub use run::{Run, Runs};
pub use state::{Lease, Leases, Revocation, StopReason};

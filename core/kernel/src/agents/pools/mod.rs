//! Pools: agents of one kind that the kernel starts and ends by itself, as many as the work needs.

mod check;
mod leave;
pub(crate) mod legacy;
mod members;
pub(crate) mod provision;
mod scale;
mod spec;
mod state;
mod tally;
mod waiting;

pub(crate) use check::broken_rule;
pub use spec::{PoolSpec, ScaleReason};
pub use state::{Pool, PoolView, Pools};
pub(super) use tally::Share;
pub use tally::Tally;

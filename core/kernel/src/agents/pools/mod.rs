//! Pools: agents of one kind that the kernel starts and ends by itself, as many as the work needs.

mod check;
pub(crate) mod provision;
mod scale;
mod spec;
mod state;
mod waiting;

pub(crate) use check::broken_rule;
pub use spec::{PoolSpec, ScaleReason};
pub(super) use state::Share;
pub use state::{Pool, PoolView, Pools, Tally};

//! What a node left in the hands of consumers that ended with it.

use super::DeathCause;
use super::settle::fail_run;
use crate::id::Fence;
use crate::state::{Sink, State};

/// Takes the next run back; answers whether there was one.
pub(crate) fn next(state: &State<'_>, sink: &mut Sink) -> bool {
    let Some(fence) = state.durable.queues.orphans.first() else {
        return false;
    };
    fail_run(state, Fence(*fence), DeathCause::Lost, |_| true, sink);
    true
}

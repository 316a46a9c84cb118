use polyphon_wire::wire;

use crate::id::{Fence, QueueId};
use crate::state::Table;

wire! {
    /// Many things in one holder's hands, granted at once: one lease under one fence. Each of them is reported on by
    /// itself; the lease ends with the last.
    pub struct Run {
        queue: QueueId,
        /// The holder.
        consumer: u64,
        /// Epoch of the node that granted it.
        epoch: u64,
        /// What was handed out, in order.
        members: Vec<u64>,
        /// How many of them are still held.
        left: u32,
        /// Some of them were given more time than the rest.
        extended: bool,
    }
}

/// Every running lease of many things at once.
#[derive(Clone, Debug, Default)]
pub struct Runs {
    pub(crate) table: Table<Fence, Run>,
}

impl Runs {
    /// The run of a fence.
    pub fn get(&self, fence: Fence) -> Option<&Run> {
        self.table.get(fence)
    }

    /// Every run, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = (Fence, &Run)> {
        self.table.iter()
    }

    pub(crate) fn grant(&mut self, seq: u64, run: Run) {
        self.table.insert(Fence(seq), run);
    }

    pub(crate) fn extend(&mut self, fence: Fence) {
        if let Some(run) = self.table.get_mut(fence) {
            run.extended = true;
        }
    }

    /// One of its things is held no longer; answers whether that was the last.
    pub(crate) fn end_one(&mut self, fence: Fence) -> bool {
        let Some(run) = self.table.get_mut(fence) else {
            return false;
        };
        run.left = run.left.saturating_sub(1);
        let is_over = run.left == 0;
        if is_over {
            self.table.remove(fence);
        }
        is_over
    }
}

use polyphon_wire::wire;

use super::spec::{ClassSpec, PhaseSpec, Policy};
use super::task::TaskStatus;

wire! {
    /// Where a phase is.
    pub choice PhaseStatus {
        /// Not opened yet.
        0 => Pending,
        /// Its tasks may run.
        1 => Open,
        /// Its gate was passed.
        2 => Passed,
        /// Its gate was not passed.
        3 => Failed,
        /// An earlier gate was not passed.
        4 => Skipped,
    }
}

wire! {
    /// A phase of a running plan.
    pub struct Phase {
        spec: PhaseSpec,
        status: PhaseStatus,
        /// Kernel time at which an open phase is over.
        deadline_ms: Option<u64>,
        /// Tasks that have not ended.
        open: u32,
        /// Tasks that completed.
        completed: u32,
    }
}

wire! {
    /// How many tasks are where.
    #[derive(Copy, Default)]
    pub struct Counts { total: u32, completed: u32, failed: u32, skipped: u32, cancelled: u32 }
}

wire! {
    /// A session's tasks as a whole.
    pub struct Plan {
        /// Tasks the plan will have; the last one makes it whole unless it is a draft.
        expected: u32,
        /// Waits for an explicit commit.
        draft: bool,
        committed: bool,
        phases: Vec<Phase>,
        classes: Vec<ClassSpec>,
        /// Running tasks by class.
        running: Vec<u32>,
        policy: Policy,
        counts: Counts,
        /// Nothing is granted: the session is paused.
        held: bool,
        /// Everything is taken back: the session is cancelled.
        cancelling: bool,
    }
}

impl Counts {
    /// Tasks that have ended.
    pub fn ended(&self) -> u32 {
        self.completed + self.failed + self.skipped + self.cancelled
    }

    pub(crate) fn count(&mut self, status: TaskStatus) {
        match status {
            TaskStatus::Completed => self.completed += 1,
            TaskStatus::Failed => self.failed += 1,
            TaskStatus::Skipped => self.skipped += 1,
            TaskStatus::Cancelled => self.cancelled += 1,
            _ => {}
        }
    }
}

impl Plan {
    /// Whether every task has ended.
    pub fn is_over(&self) -> bool {
        self.committed && self.counts.ended() == self.counts.total
    }

    /// How many more tasks of `class` may run.
    pub(crate) fn room(&self, class: u32) -> Option<u64> {
        let (spec, running) = (
            self.classes.get(class as usize)?,
            self.running.get(class as usize)?,
        );
        Some(u64::from(spec.max_parallel.saturating_sub(*running)))
    }

    /// Whether one more task of `class` may run.
    pub(crate) fn admits(&self, class: Option<u32>) -> bool {
        let Some(class) = class.map(|class| class as usize) else {
            return true;
        };
        match (self.classes.get(class), self.running.get(class)) {
            (Some(spec), Some(running)) => *running < spec.max_parallel,
            _ => true,
        }
    }
}

use polyphon_wire::wire;

use super::spec::{ClassSpec, PhaseSpec, Policy};
use super::stats::{Durations, Outcomes};
use super::task::TaskStatus;
use crate::countdown::Countdown;

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
        /// Time an open phase has left.
        clock: Countdown,
        /// Its time is over: what still runs in it is being stopped.
        timed_out: bool,
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
        /// Nothing that has not run yet is granted: an alert holds it.
        alerted: bool,
        /// Everything is taken back: the session is cancelled or its time is over.
        cancelling: bool,
        /// Encoded bytes of the tasks of a draft so far.
        bytes: u64,
        /// How attempts went lately.
        outcomes: Outcomes,
        /// How long attempts take, by class; the last entry is for tasks without one.
        durations: Vec<Durations>,
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

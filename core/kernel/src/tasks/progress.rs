//! How far a session is: the progress ledger summed up. Whole numbers, computed when asked for.

use polyphon_wire::wire;

use super::{Counts, Plan, Task, TaskStatus, Wait};
use crate::id::SessionId;
use crate::payload::Payload;
use crate::state::Durable;

/// One whole, in millionths.
const WHOLE: u64 = 1_000_000;

wire! {
    /// How far a session is.
    #[derive(Copy)]
    pub struct SessionProgress {
        /// Tasks that are not made of parts weigh the same; ended ones count whole, running ones with their progress.
        ppm: u32,
        /// Time that is left, from how long tasks of the same class took and how many run at once; `None` when nothing
        /// is known yet or nothing is left.
        eta_ms: Option<u64>,
        counts: Counts,
        pending: u32,
        ready: u32,
        running: u32,
        /// Between two attempts.
        backing_off: u32,
        /// Until a human decides.
        humans: u32,
        /// Paused by somebody.
        paused: bool,
        /// New tasks are held back by an alert.
        alerted: bool,
    }
}

wire! {
    /// What the completed tasks of a session brought back, by key, in plan order.
    pub struct SessionResults { outputs: Vec<(String, Payload)> }
}

/// How far `session` is; `None` when it is not in memory. Costs its number of tasks.
pub fn progress(durable: &Durable, session: SessionId) -> Option<SessionProgress> {
    let plan = durable.tasks.plan(session)?;
    let mut sum = Sum::default();
    let tasks = durable.tasks.of(session).iter();
    for task in tasks.filter_map(|id| durable.tasks.get(*id)) {
        sum.add(plan, task);
    }
    Some(SessionProgress {
        ppm: sum.ppm(),
        eta_ms: sum.eta_ms(plan),
        counts: plan.counts,
        pending: sum.pending,
        ready: sum.ready,
        running: sum.running,
        backing_off: sum.backing_off,
        humans: sum.humans,
        paused: plan.held,
        alerted: plan.alerted,
    })
}

/// What the completed tasks of `session` brought back; `None` when it is not in memory.
pub fn results(durable: &Durable, session: SessionId) -> Option<SessionResults> {
    durable.tasks.plan(session)?;
    let tasks = durable.tasks.of(session).iter();
    let completed = tasks
        .filter_map(|id| durable.tasks.get(*id))
        .filter(|task| task.status == TaskStatus::Completed);
    let output = |task: &Task| {
        let output = task.course.report.as_ref()?.output.clone()?;
        Some((task.spec.key.clone(), output))
    };
    Some(SessionResults {
        outputs: completed.filter_map(output).collect(),
    })
}

#[derive(Default)]
struct Sum {
    tasks: u64,
    done_ppm: u64,
    /// Work that is left of tasks whose class is known, in milliseconds.
    left_ms: u64,
    /// What the running task with the most work left has.
    longest_ms: u64,
    is_open: bool,
    pending: u32,
    ready: u32,
    running: u32,
    backing_off: u32,
    humans: u32,
}

impl Sum {
    fn add(&mut self, plan: &Plan, task: &Task) {
        if task.is_group() {
            return;
        }
        self.tasks += 1;
        let is_running = task.status == TaskStatus::Running;
        let done_ppm = match task.status.is_terminal() {
            true => WHOLE,
            false if is_running => u64::from(task.course.progress_ppm).min(WHOLE),
            false => 0,
        };
        self.done_ppm += done_ppm;
        match (task.status, &task.course.wait) {
            (TaskStatus::Pending, _) => self.pending += 1,
            (TaskStatus::Ready, _) => self.ready += 1,
            (TaskStatus::Running, _) => self.running += 1,
            (TaskStatus::Waiting, Some(Wait::Human { .. })) => self.humans += 1,
            (TaskStatus::Waiting, _) => self.backing_off += 1,
            _ => return,
        }
        self.is_open = true;
        if let Some(mean_ms) = mean_ms(plan, task.spec.class) {
            let left_ms = (u128::from(mean_ms) * u128::from(WHOLE - done_ppm) / u128::from(WHOLE)) as u64;
            self.left_ms = self.left_ms.saturating_add(left_ms);
            if is_running {
                self.longest_ms = self.longest_ms.max(left_ms);
            }
        }
    }

    fn ppm(&self) -> u32 {
        let ppm = self
            .done_ppm
            .checked_div(self.tasks)
            .unwrap_or(match self.is_open {
                true => 0,
                false => WHOLE,
            });
        ppm as u32
    }

    fn eta_ms(&self, plan: &Plan) -> Option<u64> {
        let is_known = plan.durations.iter().any(|durations| durations.count > 0);
        let at_once = u64::from(self.running.max(1));
        (self.is_open && is_known).then(|| self.left_ms.div_ceil(at_once).max(self.longest_ms))
    }
}

/// Mean time of the completed tasks of a class, or of all while there is none of the class.
fn mean_ms(plan: &Plan, class: Option<u32>) -> Option<u64> {
    let slot = class.map_or(plan.classes.len(), |class| class as usize);
    let own = plan.durations.get(slot).and_then(super::Durations::mean_ms);
    own.or_else(|| {
        let all = plan.durations.iter();
        let (total_ms, count) = all.fold((0u64, 0u64), |(total_ms, count), durations| {
            (
                total_ms.saturating_add(durations.total_ms),
                count + durations.count,
            )
        });
        total_ms.checked_div(count)
    })
}

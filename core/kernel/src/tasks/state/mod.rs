//! Plans and tasks as state: how each event changes them.

mod evolve;
mod flow;
mod limits;
mod phases;
mod plans;
mod rebuild;

use polyphon_sorted::{SortedMap, SortedSet};

use super::plan::Plan;
use super::queue::ReadyQueue;
use super::task::Task;
use crate::id::{SessionId, TaskId};
use crate::state::{Slots, Table};

/// Every plan and its tasks.
#[derive(Clone, Debug, Default)]
pub struct Tasks {
    pub(crate) table: Table<TaskId, Task>,
    pub(crate) plans: Table<SessionId, Plan>,
    /// Tasks of each plan in plan order; derived.
    by_plan: Slots<Vec<TaskId>>,
    pub(crate) queue: ReadyQueue,
    /// Tasks that will be skipped: what they need did not complete. Derived, and worked off step by step.
    pub(crate) doomed: SortedSet<TaskId>,
    /// Tasks of plans that are taken back and can be ended now. Derived, and worked off step by step.
    pub(crate) cancelling: SortedSet<TaskId>,
    /// Tasks whose time, or their parent's or phase's, is over. Derived, and worked off step by step.
    pub(crate) expired: SortedSet<TaskId>,
    /// Tasks made of parts that began when all their parts had ended already. Derived, and worked off step by step.
    pub(crate) hollow: SortedSet<TaskId>,
    /// Live tasks by the type of their last error; derived.
    failing: SortedMap<String, SortedSet<TaskId>>,
    /// Tasks of plans that are over; derived.
    ended: usize,
    /// Whose timers the last event may have changed.
    pub(crate) touched: Touched,
}

/// Whose timers an event may have changed, beyond those it names.
#[derive(Clone, Debug, Default)]
pub(crate) struct Touched {
    pub(crate) tasks: Vec<TaskId>,
    pub(crate) phases: Vec<SessionId>,
}

impl Tasks {
    /// One task.
    pub fn get(&self, task: TaskId) -> Option<&Task> {
        self.table.get(task)
    }

    /// The tasks of a session in plan order.
    pub fn of(&self, session: SessionId) -> &[TaskId] {
        self.by_plan.get(session.0).map_or(&[], Vec::as_slice)
    }

    /// The plan of a session.
    pub fn plan(&self, session: SessionId) -> Option<&Plan> {
        self.plans.get(session)
    }

    /// Every task, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = (TaskId, &Task)> {
        self.table.iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    /// How many belong to plans that are not over.
    pub fn live(&self) -> usize {
        self.table.len() - self.ended
    }

    /// How many belong to plans that are over.
    pub fn ended(&self) -> usize {
        self.ended
    }

    /// How many could run now.
    pub fn ready(&self) -> usize {
        self.queue.len()
    }

    /// The task `task` is part of.
    pub fn parent(&self, task: &Task) -> Option<TaskId> {
        let index = task.spec.parent?;
        self.of(task.session).get(index as usize).copied()
    }

    /// The phase `task` stands in, itself or through what it is part of.
    pub fn phase_of(&self, task: &Task) -> Option<u32> {
        let mut root = task;
        while let Some(parent) = self.parent(root).and_then(|id| self.get(id)) {
            root = parent;
        }
        root.ties.phase
    }

    /// Live tasks whose last attempt failed with an error of this type.
    pub fn failing_alike(&self, error_type: &str) -> impl Iterator<Item = TaskId> {
        self.failing.get(error_type).into_iter().flatten().copied()
    }
}

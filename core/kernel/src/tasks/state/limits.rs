//! Tasks that have to end although nobody reported on them: their session was taken back, or a time is over.

use super::Tasks;
use crate::id::{SessionId, TaskId};
use crate::tasks::{Task, TaskStatus};

impl Tasks {
    /// Whether the time of `task`, of what it is part of or of its phase is over.
    pub(crate) fn is_over_time(&self, task: &Task) -> bool {
        let mut next = task;
        loop {
            if next.course.timed_out {
                return true;
            }
            match self.parent(next).and_then(|id| self.get(id)) {
                Some(parent) => next = parent,
                None => break,
            }
        }
        let plan = self.plan(next.session);
        let phase = next
            .ties
            .phase
            .and_then(|phase| plan.and_then(|plan| plan.phases.get(phase as usize)));
        phase.is_some_and(|phase| phase.timed_out)
    }

    /// Everything of a session is taken back: its tasks leave the queue and are ended one after the other.
    pub(super) fn take_back_all(&mut self, session: SessionId) {
        let Some(plan) = self.plans.get_mut(session) else {
            return;
        };
        plan.cancelling = true;
        for id in self.of(session).to_vec() {
            self.leave_queue(id);
            self.take_back(id);
        }
    }

    /// Enters a task among those that can be ended now, if its plan is taken back. Parts end before the whole.
    pub(super) fn take_back(&mut self, id: TaskId) {
        let Some(task) = self.get(id) else { return };
        let is_cancelling = self
            .plan(task.session)
            .is_some_and(|plan| plan.cancelling && plan.committed);
        if is_cancelling
            && !task.status.is_terminal()
            && !task.course.stopping
            && task.ties.open_children == 0
        {
            self.cancelling.insert(id);
        }
    }

    pub(super) fn time_out_task(&mut self, id: TaskId) {
        self.change(id, |task| {
            task.course.timed_out = true;
            task.course.deadline_ms = None;
        });
        self.touched.tasks.push(id);
        self.expire(id);
    }

    /// Enters what is open of a task among those whose time is over.
    pub(super) fn expire(&mut self, id: TaskId) {
        let mut open = vec![id];
        while let Some(id) = open.pop() {
            let Some(task) = self.get(id).filter(|task| !task.status.is_terminal()) else {
                continue;
            };
            if task.is_group() && task.status == TaskStatus::Running {
                open.extend(task.ties.children.iter().copied());
            } else if !task.course.stopping {
                self.expired.insert(id);
            }
        }
    }
}

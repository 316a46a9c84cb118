//! What one task's state means for others: blockers, the queue, and ends.

use super::Tasks;
use crate::id::{SessionId, TaskId};
use crate::tasks::{Plan, Task, TaskStatus};

impl Tasks {
    pub(super) fn change<T>(&mut self, task: TaskId, with: impl FnOnce(&mut Task) -> T) -> Option<T> {
        self.table.get_mut(task).map(with)
    }

    pub(super) fn block(&mut self, task: TaskId) {
        self.change(task, |task| task.blockers += 1);
    }

    pub(super) fn unblock(&mut self, id: TaskId, now_ms: u64) {
        let free = self.change(id, |task| {
            task.blockers = task.blockers.saturating_sub(1);
            task.blockers == 0 && task.status == TaskStatus::Pending
        });
        if free == Some(true) {
            self.release(id, now_ms);
        }
    }

    /// A task without blockers is ready; one with parts lets them begin.
    pub(super) fn release(&mut self, id: TaskId, now_ms: u64) {
        let Some(task) = self.get(id) else { return };
        let (children, limit_ms) = (task.ties.children.clone(), task.spec.total_timeout_ms);
        if let Some(limit_ms) = limit_ms {
            self.change(id, |task| {
                task.course.deadline_ms = Some(now_ms.saturating_add(limit_ms))
            });
            self.touched.tasks.push(id);
        }
        if children.is_empty() {
            self.enter_queue(id, now_ms);
        } else {
            self.change(id, |task| {
                task.status = TaskStatus::Running;
                task.course.started_ms = Some(now_ms);
            });
            children.into_iter().for_each(|child| self.unblock(child, now_ms));
            // Its time was over before its turn came: now its parts are what has to end.
            if self.expired.remove(&id) {
                self.expire(id);
            }
            self.find_hollow(id);
        }
    }

    /// Parts that need what failed are skipped even before their whole begins; then nobody is left to end it.
    pub(super) fn find_hollow(&mut self, id: TaskId) {
        let Some(task) = self.get(id) else { return };
        if task.is_group() && task.status == TaskStatus::Running && task.ties.open_children == 0 {
            self.hollow.insert(id);
        }
    }

    pub(super) fn enter_queue(&mut self, id: TaskId, now_ms: u64) {
        self.change(id, |task| {
            task.status = TaskStatus::Ready;
            task.stop_waiting();
            task.ready_ms = now_ms;
        });
        self.queue_up(id);
    }

    pub(super) fn queue_up(&mut self, id: TaskId) {
        let Some(task) = self.table.get(id) else { return };
        if self
            .plans
            .get(task.session)
            .is_some_and(|plan| may_queue(plan, task))
        {
            self.queue.insert(task, id);
        }
    }

    pub(super) fn leave_queue(&mut self, id: TaskId) {
        if let Some(task) = self.table.get(id) {
            self.queue.remove(task, id);
        }
    }

    pub(super) fn count_running(&mut self, session: SessionId, class: Option<u32>, by: i32) {
        let Some(class) = class else { return };
        let Some(plan) = self.plans.get_mut(session) else {
            return;
        };
        if let Some(running) = plan.running.get_mut(class as usize) {
            *running = running.saturating_add_signed(by);
        }
        let is_full = !plan.admits(Some(class));
        self.queue.set_full(session, class, is_full);
    }

    pub(super) fn count_completed(&mut self, id: TaskId, session: SessionId, duration_ms: u64) {
        let class = self.get(id).and_then(|task| task.spec.class);
        let Some(plan) = self.plans.get_mut(session) else {
            return;
        };
        plan.outcomes.count(false);
        let slot = class.map_or(plan.classes.len(), |class| class as usize);
        if let Some(durations) = plan.durations.get_mut(slot) {
            durations.count(duration_ms);
        }
    }

    /// A task has ended, for good.
    pub(super) fn finish(&mut self, id: TaskId, status: TaskStatus, now_ms: u64) {
        let Some(task) = self.get(id).filter(|task| !task.status.is_terminal()) else {
            return;
        };
        if task.status == TaskStatus::Ready {
            self.leave_queue(id);
        }
        self.doomed.remove(&id);
        self.cancelling.remove(&id);
        self.expired.remove(&id);
        self.hollow.remove(&id);
        let Some(ended) = self.change(id, |task| Ended::of(task, status, now_ms)) else {
            return;
        };
        if let Some(error_type) = &ended.error_type {
            self.no_longer_failing(id, error_type);
        }
        if ended.had_deadline {
            self.touched.tasks.push(id);
        }
        if let Some(plan) = self.plans.get_mut(ended.session) {
            plan.counts.count(status);
            if let Some(phase) = ended.phase.and_then(|phase| plan.phases.get_mut(phase as usize)) {
                phase.open = phase.open.saturating_sub(1);
                phase.completed += u32::from(status == TaskStatus::Completed);
            }
            if plan.is_over() {
                self.ended += plan.counts.total as usize;
            }
        }
        self.leave_parent(&ended);
        if status == TaskStatus::Completed || crate::planted::is(6) {
            ended
                .dependents
                .into_iter()
                .for_each(|id| self.unblock(id, now_ms));
        } else {
            self.doom(ended.dependents.into_iter().chain(ended.children));
        }
        if !ended.awaits_turn {
            self.pass_turn(ended.followers, now_ms);
        }
    }

    /// Lets those run whose turn it is in a sequential phase; one that has ended already passes its turn on.
    fn pass_turn(&mut self, followers: Vec<TaskId>, now_ms: u64) {
        let mut next = followers;
        while let Some(id) = next.pop() {
            let ended = self.change(id, |task| {
                task.ties.awaits_turn = false;
                task.status.is_terminal().then(|| task.ties.followers.clone())
            });
            self.unblock(id, now_ms);
            next.extend(ended.flatten().into_iter().flatten());
        }
    }

    fn leave_parent(&mut self, ended: &Ended) {
        let parent = ended
            .parent
            .and_then(|index| self.of(ended.session).get(index as usize).copied());
        let Some(parent) = parent else { return };
        self.change(parent, |task| {
            task.ties.open_children = task.ties.open_children.saturating_sub(1);
        });
        self.take_back(parent);
    }

    pub(super) fn doom(&mut self, tasks: impl Iterator<Item = TaskId>) {
        for id in tasks {
            if self
                .get(id)
                .is_some_and(|task| task.status == TaskStatus::Pending)
            {
                self.doomed.insert(id);
            }
        }
    }
}

/// Whether a ready task may be granted as far as its plan is concerned.
pub(super) fn may_queue(plan: &Plan, task: &Task) -> bool {
    let is_held = plan.held || plan.alerted && task.course.attempts == 0;
    !is_held && !plan.cancelling
}

/// What an ended task leaves to others.
struct Ended {
    session: SessionId,
    phase: Option<u32>,
    parent: Option<u32>,
    dependents: Vec<TaskId>,
    followers: Vec<TaskId>,
    awaits_turn: bool,
    children: Vec<TaskId>,
    error_type: Option<String>,
    had_deadline: bool,
}

impl Ended {
    fn of(task: &mut Task, status: TaskStatus, now_ms: u64) -> Self {
        task.status = status;
        task.stop_waiting();
        task.course.ended_ms = Some(now_ms);
        if status == TaskStatus::Completed {
            task.course.progress_ppm = 1_000_000;
        }
        Self {
            session: task.session,
            phase: task.ties.phase,
            parent: task.spec.parent,
            dependents: task.ties.dependents.clone(),
            followers: task.ties.followers.clone(),
            awaits_turn: task.ties.awaits_turn,
            children: task.ties.children.clone(),
            error_type: task.course.error.as_ref().map(|error| error.error_type.clone()),
            had_deadline: task.course.deadline_ms.take().is_some(),
        }
    }
}

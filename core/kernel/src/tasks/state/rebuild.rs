//! What is derived, from what is stored.

use polyphon_sorted::{SortedMap, SortedSet};

use super::Tasks;
use crate::gather::Gather;
use crate::id::{SessionId, TaskId};
use crate::state::Slots;
use crate::tasks::queue::ReadyQueue;
use crate::tasks::{PhaseStatus, TaskStatus};

impl Tasks {
    pub(crate) fn rebuild(&mut self, ageing_ms: u64) {
        self.index();
        self.requeue(ageing_ms);
        self.doomed = self.find_doomed();
        let all: Vec<TaskId> = self.table.iter().map(|(id, _)| id).gather();
        self.cancelling.clear();
        self.expired.clear();
        self.hollow.clear();
        for id in all {
            self.take_back(id);
            self.find_hollow(id);
            if self.get(id).is_some_and(|task| task.course.timed_out) {
                self.expire(id);
            }
        }
        let sessions: Vec<SessionId> = self.plans.iter().map(|(session, _)| session).gather();
        for session in sessions {
            self.expire_phases(session);
        }
    }

    /// The queue anew: the order of ready tasks depends on how fast they age.
    pub(crate) fn requeue(&mut self, ageing_ms: u64) {
        self.queue = ReadyQueue::new(ageing_ms);
        let mut full = Vec::new();
        for (session, plan) in self.plans.iter() {
            let classes = (0..plan.classes.len() as u32).filter(|class| !plan.admits(Some(*class)));
            full.extend(classes.map(|class| (session, class)));
        }
        full.into_iter()
            .for_each(|(session, class)| self.queue.set_full(session, class, true));
        let is_ready =
            |(id, task): (TaskId, &crate::tasks::Task)| (task.status == TaskStatus::Ready).then_some(id);
        let ready: Vec<TaskId> = self.table.iter().filter_map(is_ready).gather();
        ready.into_iter().for_each(|task| self.queue_up(task));
    }

    fn index(&mut self) {
        self.by_plan = Slots::default();
        for (session, _) in self.plans.iter() {
            self.by_plan.insert(session.0, Vec::new());
        }
        let placed: Vec<(SessionId, u32, TaskId)> = self
            .table
            .iter()
            .map(|(id, task)| (task.session, task.index, id))
            .gather();
        let placed = crate::order::by(placed, |(session, index, id)| {
            [session.0, u64::from(*index), id.0]
        });
        for (session, _, id) in placed {
            if let Some(members) = self.by_plan.get_mut(session.0) {
                members.push(id);
            }
        }
        let over = self.plans.values().filter(|plan| plan.is_over());
        self.ended = over.map(|plan| plan.counts.total as usize).sum();
        let mut failing: SortedMap<String, SortedSet<TaskId>> = SortedMap::new();
        for (id, task) in self.table.iter().filter(|(_, task)| !task.status.is_terminal()) {
            if let Some(error) = &task.course.error {
                failing.get_or_default(error.error_type.clone()).insert(id);
            }
        }
        self.failing = failing;
    }

    /// Tasks that wait for something that can no longer happen.
    fn find_doomed(&self) -> SortedSet<TaskId> {
        let mut doomed = SortedSet::new();
        for (_, task) in self.table.iter().filter(|(_, task)| task.status.is_terminal()) {
            if task.status != TaskStatus::Completed {
                doomed.extend(task.ties.dependents.iter().chain(&task.ties.children).copied());
            }
        }
        for (session, plan) in self.plans.iter() {
            let skipped = plan
                .phases
                .iter()
                .filter(|phase| phase.status == PhaseStatus::Skipped);
            let indexes = skipped.flat_map(|phase| &phase.spec.tasks);
            doomed.extend(indexes.filter_map(|index| self.of(session).get(*index as usize).copied()));
        }
        let is_pending = |id: &TaskId| {
            self.get(*id)
                .is_some_and(|task| task.status == TaskStatus::Pending)
        };
        doomed.iter().copied().filter(is_pending).gather()
    }
}

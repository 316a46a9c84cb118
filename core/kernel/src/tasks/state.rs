use std::collections::{BTreeMap, BTreeSet};

use super::plan::{Phase, PhaseStatus, Plan};
use super::queue::{LaneKey, ReadyQueue};
use super::spec::{PhaseMode, PlanSpec, TaskSpec};
use super::task::{Task, TaskStatus, Wait};
use super::{Next, TaskEvent};
use crate::id::{Fence, SessionId, TaskId};
use crate::sessions::SessionEvent;
use crate::state::Table;

/// Every plan and its tasks.
#[derive(Clone, Debug, Default)]
pub struct Tasks {
    pub(crate) table: Table<TaskId, Task>,
    pub(crate) plans: Table<SessionId, Plan>,
    /// Tasks of each plan in plan order; derived.
    by_plan: BTreeMap<SessionId, Vec<TaskId>>,
    pub(crate) queue: ReadyQueue,
    /// Tasks that will be skipped: what they need did not complete. Derived, and worked off step by step.
    pub(crate) doomed: BTreeSet<TaskId>,
    /// Plans that are taken back; derived, and worked off step by step.
    pub(crate) cancelling: BTreeSet<SessionId>,
}

impl Tasks {
    /// One task.
    pub fn get(&self, task: TaskId) -> Option<&Task> {
        self.table.get(task)
    }

    /// The tasks of a session in plan order.
    pub fn of(&self, session: SessionId) -> &[TaskId] {
        self.by_plan.get(&session).map_or(&[], Vec::as_slice)
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

    /// How many could run now.
    pub fn ready(&self) -> usize {
        self.queue.len()
    }

    pub(crate) fn evolve(&mut self, seq: u64, now_ms: u64, event: &TaskEvent) {
        match event {
            TaskEvent::TaskAdded { session, spec } => self.add(TaskId(seq), *session, spec, now_ms),
            TaskEvent::PlanCommitted { session } => self.commit(*session, now_ms),
            TaskEvent::TaskGranted {
                task, session, agent, ..
            } => {
                self.leave_queue(*task);
                let class = self.change(*task, |task| {
                    task.status = TaskStatus::Running;
                    task.attempts += 1;
                    task.fence = Some(Fence(seq));
                    task.agent = Some(*agent);
                    task.progress_ppm = 0;
                    task.wait = None;
                    task.started_ms.get_or_insert(now_ms);
                    task.spec.class
                });
                self.count_running(*session, class.flatten(), 1);
            }
            TaskEvent::TaskProgressed { task, ppm, .. } => {
                self.change(*task, |task| task.progress_ppm = *ppm);
            }
            TaskEvent::TaskCompleted {
                task,
                session,
                report,
                verdicts,
                ..
            } => {
                let class = self.change(*task, |task| {
                    task.fence = None;
                    task.error = None;
                    task.report = Some(Box::new(report.clone()));
                    task.verdicts.clone_from(verdicts);
                    task.spec.class
                });
                self.count_running(*session, class.flatten(), -1);
                self.finish(*task, TaskStatus::Completed, now_ms);
            }
            TaskEvent::TaskAttemptFailed {
                task,
                session,
                error,
                report,
                verdicts,
                next,
                ..
            } => {
                let class = self.change(*task, |task| {
                    task.fence = None;
                    task.error = Some(error.clone());
                    task.report = Some(Box::new(report.clone()));
                    task.verdicts.clone_from(verdicts);
                    task.spec.class
                });
                self.count_running(*session, class.flatten(), -1);
                self.follow(*task, next, now_ms);
            }
            TaskEvent::TaskStopRequested { .. } => {}
            TaskEvent::TaskWoken { task, .. } => self.enter_queue(*task, now_ms),
            TaskEvent::TaskSkipped { task, .. } => self.finish(*task, TaskStatus::Skipped, now_ms),
            TaskEvent::TaskCancelled { task, .. } => self.finish(*task, TaskStatus::Cancelled, now_ms),
            TaskEvent::GroupEnded {
                task,
                completed,
                report,
                verdicts,
                ..
            } => {
                self.change(*task, |task| {
                    task.report = Some(Box::new(report.clone()));
                    task.verdicts.clone_from(verdicts);
                });
                self.finish(
                    *task,
                    if *completed {
                        TaskStatus::Completed
                    } else {
                        TaskStatus::Failed
                    },
                    now_ms,
                );
            }
            TaskEvent::PhaseOpened { session, phase } => self.open_phase(*session, *phase, now_ms),
            TaskEvent::PhaseEnded {
                session,
                phase,
                passed,
                ..
            } => self.end_phase(*session, *phase, *passed),
        }
    }

    /// What an event about sessions means for their plans.
    pub(crate) fn evolve_session(&mut self, seq: u64, event: &SessionEvent) {
        match event {
            SessionEvent::SessionOpened {
                plan,
                expected,
                draft,
                ..
            } => {
                self.plans
                    .insert(SessionId(seq), new_plan(plan, *expected, *draft));
                self.by_plan.insert(SessionId(seq), Vec::new());
            }
            SessionEvent::SessionPaused { session, .. } => self.hold(*session, true),
            SessionEvent::SessionResumed { session, .. } => self.hold(*session, false),
            SessionEvent::SessionCancelRequested { session, .. } => {
                if let Some(plan) = self.plans.get_mut(*session) {
                    plan.cancelling = true;
                    self.cancelling.insert(*session);
                }
                self.of(*session)
                    .to_vec()
                    .into_iter()
                    .for_each(|id| self.leave_queue(id));
            }
            SessionEvent::SessionEnded { session, evict, .. } => {
                self.cancelling.remove(session);
                evict.iter().for_each(|session| self.forget(*session));
            }
            SessionEvent::ContextUpdated { .. } => {}
        }
    }

    pub(crate) fn rebuild(&mut self) {
        self.by_plan = self
            .plans
            .iter()
            .map(|(session, _)| (session, Vec::new()))
            .collect();
        let mut placed: Vec<(TaskId, SessionId, u32)> = self
            .table
            .iter()
            .map(|(id, task)| (id, task.session, task.index))
            .collect();
        placed.sort_by_key(|(_, session, index)| (*session, *index));
        for (id, session, _) in placed {
            self.by_plan.entry(session).or_default().push(id);
        }
        let ready: Vec<TaskId> = self.in_status(TaskStatus::Ready);
        self.queue = ReadyQueue::default();
        ready.into_iter().for_each(|task| self.queue_up(task));
        self.cancelling = self
            .plans
            .iter()
            .filter(|(_, plan)| plan.cancelling && !plan.is_over())
            .map(|(id, _)| id)
            .collect();
        self.doomed = self.find_doomed();
    }

    /// Tasks that wait for something that can no longer happen.
    fn find_doomed(&self) -> BTreeSet<TaskId> {
        let mut doomed = BTreeSet::new();
        for (_, task) in self.table.iter().filter(|(_, task)| task.status.is_terminal()) {
            if task.status != TaskStatus::Completed {
                doomed.extend(task.dependents.iter().chain(&task.children));
            }
        }
        for (session, plan) in self.plans.iter() {
            for phase in plan
                .phases
                .iter()
                .filter(|phase| phase.status == PhaseStatus::Skipped)
            {
                doomed.extend(
                    phase
                        .spec
                        .tasks
                        .iter()
                        .filter_map(|index| self.of(session).get(*index as usize)),
                );
            }
        }
        doomed.retain(|task| {
            self.get(*task)
                .is_some_and(|task| task.status == TaskStatus::Pending)
        });
        doomed
    }

    fn in_status(&self, status: TaskStatus) -> Vec<TaskId> {
        self.table
            .iter()
            .filter(|(_, task)| task.status == status)
            .map(|(id, _)| id)
            .collect()
    }

    fn change<T>(&mut self, task: TaskId, with: impl FnOnce(&mut Task) -> T) -> Option<T> {
        self.table.get_mut(task).map(with)
    }

    fn add(&mut self, id: TaskId, session: SessionId, spec: &TaskSpec, now_ms: u64) {
        let members = self.by_plan.entry(session).or_default();
        let index = members.len() as u32;
        members.push(id);
        self.table.insert(id, Task::new(session, index, spec.clone()));
        let whole = self.plans.get_mut(session).is_some_and(|plan| {
            plan.counts.total += 1;
            !plan.draft && plan.counts.total == plan.expected
        });
        if whole {
            self.commit(session, now_ms);
        }
    }

    /// Links the tasks of a plan and lets those run that wait for nothing.
    fn commit(&mut self, session: SessionId, now_ms: u64) {
        let Some(plan) = self.plans.get_mut(session) else {
            return;
        };
        plan.committed = true;
        plan.draft = false;
        let phases: Vec<(PhaseMode, Vec<u32>)> = plan
            .phases
            .iter()
            .map(|phase| (phase.spec.mode, phase.spec.tasks.clone()))
            .collect();
        let members = self.of(session).to_vec();
        for id in &members {
            self.link(*id, &members);
        }
        for ((mode, tasks), phase) in phases.iter().zip(0u32..) {
            let tasks: Vec<TaskId> = tasks
                .iter()
                .filter_map(|index| members.get(*index as usize).copied())
                .collect();
            for id in &tasks {
                self.change(*id, |task| task.phase = Some(phase));
                self.block(*id);
            }
            if *mode != PhaseMode::Parallel {
                for pair in tasks.windows(2) {
                    self.change(pair[0], |task| task.followers.push(pair[1]));
                    self.block(pair[1]);
                }
            }
        }
        let free: Vec<TaskId> = members
            .into_iter()
            .filter(|id| self.get(*id).is_some_and(|task| task.blockers == 0))
            .collect();
        free.into_iter().for_each(|id| self.release(id, now_ms));
        if !phases.is_empty() {
            self.open_phase(session, 0, now_ms);
        }
    }

    fn link(&mut self, id: TaskId, members: &[TaskId]) {
        let Some(task) = self.get(id) else { return };
        let after: Vec<TaskId> = task
            .spec
            .after
            .iter()
            .filter_map(|index| members.get(*index as usize).copied())
            .collect();
        let parent = task
            .spec
            .parent
            .and_then(|index| members.get(index as usize).copied());
        for dependency in &after {
            self.change(*dependency, |task| task.dependents.push(id));
            self.block(id);
        }
        if let Some(parent) = parent {
            self.change(parent, |task| {
                task.children.push(id);
                task.open_children += 1;
            });
            self.block(id);
        }
    }

    fn block(&mut self, task: TaskId) {
        self.change(task, |task| task.blockers += 1);
    }

    fn unblock(&mut self, id: TaskId, now_ms: u64) {
        let free = self.change(id, |task| {
            task.blockers = task.blockers.saturating_sub(1);
            task.blockers == 0 && task.status == TaskStatus::Pending
        });
        if free == Some(true) {
            self.release(id, now_ms);
        }
    }

    /// A task without blockers is ready; one with parts lets them begin.
    fn release(&mut self, id: TaskId, now_ms: u64) {
        let Some(task) = self.get(id) else { return };
        if task.is_group() {
            let children = task.children.clone();
            self.change(id, |task| {
                task.status = TaskStatus::Running;
                task.started_ms = Some(now_ms);
            });
            children.into_iter().for_each(|child| self.unblock(child, now_ms));
        } else {
            self.enter_queue(id, now_ms);
        }
    }

    fn enter_queue(&mut self, id: TaskId, now_ms: u64) {
        self.change(id, |task| {
            task.status = TaskStatus::Ready;
            task.wait = None;
            task.ready_ms = now_ms;
        });
        self.queue_up(id);
    }

    fn queue_up(&mut self, id: TaskId) {
        let Some(task) = self.table.get(id) else { return };
        if self
            .plans
            .get(task.session)
            .is_none_or(|plan| plan.held || plan.cancelling)
        {
            return;
        }
        self.queue
            .insert(lane_of(task), task.spec.priority, task.ready_ms, id);
    }

    fn leave_queue(&mut self, id: TaskId) {
        if let Some(task) = self.table.get(id) {
            self.queue
                .remove(&lane_of(task), task.spec.priority, task.ready_ms, id);
        }
    }

    fn count_running(&mut self, session: SessionId, class: Option<u32>, by: i32) {
        let Some(class) = class else { return };
        if let Some(running) = self
            .plans
            .get_mut(session)
            .and_then(|plan| plan.running.get_mut(class as usize))
        {
            *running = running.saturating_add_signed(by);
        }
    }

    fn follow(&mut self, id: TaskId, next: &Next, now_ms: u64) {
        match next {
            Next::Retry {
                level,
                action,
                at_ms,
                demand,
                timeout_ms,
            } => {
                self.change(id, |task| {
                    task.failures += 1;
                    task.recoveries.push((*level, action.clone()));
                    task.demand = demand.clone();
                    task.timeout_ms = *timeout_ms;
                });
                if *at_ms <= now_ms {
                    self.enter_queue(id, now_ms);
                } else {
                    self.change(id, |task| {
                        task.status = TaskStatus::Waiting;
                        task.wait = Some(Wait::Backoff { until_ms: *at_ms });
                    });
                }
            }
            Next::Requeue {} => {
                self.change(id, |task| task.losses += 1);
                self.enter_queue(id, now_ms);
            }
            Next::Escalate {} => {
                self.change(id, |task| {
                    task.failures += 1;
                    task.status = TaskStatus::Waiting;
                });
            }
            Next::Fail {} => {
                self.change(id, |task| task.failures += 1);
                self.finish(id, TaskStatus::Failed, now_ms);
            }
            Next::Cancel {} => self.finish(id, TaskStatus::Cancelled, now_ms),
        }
    }

    fn finish(&mut self, id: TaskId, status: TaskStatus, now_ms: u64) {
        let Some(task) = self.get(id).filter(|task| !task.status.is_terminal()) else {
            return;
        };
        if task.status == TaskStatus::Ready {
            self.leave_queue(id);
        }
        self.doomed.remove(&id);
        let Some(ended) = self.change(id, |task| {
            task.status = status;
            task.wait = None;
            task.ended_ms = Some(now_ms);
            if status == TaskStatus::Completed {
                task.progress_ppm = 1_000_000;
            }
            Ended {
                session: task.session,
                phase: task.phase,
                parent: task.spec.parent,
                dependents: task.dependents.clone(),
                followers: task.followers.clone(),
                children: task.children.clone(),
            }
        }) else {
            return;
        };
        if let Some(plan) = self.plans.get_mut(ended.session) {
            plan.counts.count(status);
            if let Some(phase) = ended.phase.and_then(|phase| plan.phases.get_mut(phase as usize)) {
                phase.open = phase.open.saturating_sub(1);
                phase.completed += u32::from(status == TaskStatus::Completed);
            }
        }
        if let Some(parent) = ended
            .parent
            .and_then(|index| self.of(ended.session).get(index as usize).copied())
        {
            self.change(parent, |task| {
                task.open_children = task.open_children.saturating_sub(1)
            });
        }
        if status == TaskStatus::Completed {
            ended
                .dependents
                .into_iter()
                .for_each(|id| self.unblock(id, now_ms));
        } else {
            self.doom(ended.dependents.into_iter().chain(ended.children));
        }
        ended
            .followers
            .into_iter()
            .for_each(|id| self.unblock(id, now_ms));
    }

    fn doom(&mut self, tasks: impl Iterator<Item = TaskId>) {
        for id in tasks {
            if self
                .get(id)
                .is_some_and(|task| task.status == TaskStatus::Pending)
            {
                self.doomed.insert(id);
            }
        }
    }

    fn open_phase(&mut self, session: SessionId, phase: u32, now_ms: u64) {
        let Some(entry) = self
            .plans
            .get_mut(session)
            .and_then(|plan| plan.phases.get_mut(phase as usize))
        else {
            return;
        };
        entry.status = PhaseStatus::Open;
        entry.deadline_ms = Some(now_ms.saturating_add(entry.spec.timeout_ms));
        let indexes = entry.spec.tasks.clone();
        for index in indexes {
            if let Some(id) = self.of(session).get(index as usize).copied() {
                self.unblock(id, now_ms);
            }
        }
    }

    fn end_phase(&mut self, session: SessionId, phase: u32, passed: bool) {
        let Some(plan) = self.plans.get_mut(session) else {
            return;
        };
        let mut doomed = Vec::new();
        for (entry, index) in plan.phases.iter_mut().zip(0u32..) {
            if index == phase {
                entry.status = if passed {
                    PhaseStatus::Passed
                } else {
                    PhaseStatus::Failed
                };
                entry.deadline_ms = None;
            } else if index > phase && !passed && entry.status == PhaseStatus::Pending {
                entry.status = PhaseStatus::Skipped;
                doomed.extend(entry.spec.tasks.iter().copied());
            }
        }
        let doomed: Vec<TaskId> = doomed
            .into_iter()
            .filter_map(|index| self.of(session).get(index as usize).copied())
            .collect();
        self.doom(doomed.into_iter());
    }

    fn hold(&mut self, session: SessionId, held: bool) {
        let Some(plan) = self.plans.get_mut(session) else {
            return;
        };
        plan.held = held;
        for id in self.of(session).to_vec() {
            if self.get(id).is_some_and(|task| task.status == TaskStatus::Ready) {
                if held {
                    self.leave_queue(id)
                } else {
                    self.queue_up(id)
                }
            }
        }
    }

    fn forget(&mut self, session: SessionId) {
        self.plans.remove(session);
        for id in self.by_plan.remove(&session).unwrap_or_default() {
            self.table.remove(id);
        }
    }
}

struct Ended {
    session: SessionId,
    phase: Option<u32>,
    parent: Option<u32>,
    dependents: Vec<TaskId>,
    followers: Vec<TaskId>,
    children: Vec<TaskId>,
}

fn lane_of(task: &Task) -> LaneKey {
    LaneKey {
        demand: task.demand.clone(),
        class: task.spec.class.map(|class| (task.session, class)),
    }
}

fn new_plan(spec: &PlanSpec, expected: u32, draft: bool) -> Plan {
    let phases = spec.phases.iter().map(|phase| Phase {
        spec: phase.clone(),
        status: PhaseStatus::Pending,
        deadline_ms: None,
        open: phase.tasks.len() as u32,
        completed: 0,
    });
    Plan {
        expected,
        draft,
        committed: false,
        phases: phases.collect(),
        classes: spec.classes.clone(),
        running: vec![0; spec.classes.len()],
        policy: spec.policy,
        counts: Default::default(),
        held: false,
        cancelling: false,
    }
}

use std::sync::Arc;

use super::Tasks;
use crate::countdown::Countdown;
use crate::gather::Gather;
use crate::id::{SessionId, TaskId};
use crate::sessions::SessionEvent;
use crate::tasks::{Durations, Phase, PhaseMode, PhaseStatus, Plan, PlanSpec, Task, TaskSpec, TaskStatus};

impl Tasks {
    /// What an event about sessions means for their plans.
    pub(crate) fn evolve_session(&mut self, seq: u64, now_ms: u64, event: &SessionEvent) {
        match event {
            SessionEvent::SessionOpened {
                plan,
                expected,
                draft,
                ..
            } => {
                self.plans
                    .insert(SessionId(seq), new_plan(plan, *expected, *draft));
                self.by_plan.insert(seq, Vec::new());
            }
            SessionEvent::PlanPartAdded { session, bytes, .. } => {
                if let Some(plan) = self.plans.get_mut(*session) {
                    plan.bytes = plan.bytes.saturating_add(*bytes);
                }
            }
            SessionEvent::SessionPaused { session, .. } => {
                self.hold(
                    *session,
                    now_ms,
                    |plan| std::mem::replace(&mut plan.held, true),
                    true,
                );
            }
            SessionEvent::SessionResumed { session, .. } => {
                self.hold(*session, now_ms, |plan| !std::mem::take(&mut plan.held), false);
                self.alert(*session, now_ms, false);
            }
            SessionEvent::SessionCancelRequested { session, .. }
            | SessionEvent::SessionTimedOut { session } => self.take_back_all(*session),
            SessionEvent::SessionEnded { session, evict, .. } => {
                self.close_phases(*session);
                self.drop_draft(*session);
                evict.iter().for_each(|session| self.forget(*session));
            }
            _ => {}
        }
    }

    /// An alert holds back what has not run yet, or does not any more.
    pub(crate) fn alert(&mut self, session: SessionId, now_ms: u64, alerted: bool) {
        let set = |plan: &mut Plan| std::mem::replace(&mut plan.alerted, alerted) == alerted;
        self.hold(session, now_ms, set, alerted);
    }

    /// Time during which no node was there does not count.
    pub(crate) fn shift_clocks(&mut self, by_ms: u64) {
        let open = |plan: &Plan| {
            plan.phases
                .iter()
                .any(|phase| phase.clock != Countdown::default())
        };
        let plans: Vec<SessionId> = self
            .plans
            .iter()
            .filter(|(_, plan)| open(plan))
            .map(|(id, _)| id)
            .gather();
        for session in plans {
            if let Some(plan) = self.plans.get_mut(session) {
                plan.phases.iter_mut().for_each(|phase| phase.clock.shift(by_ms));
            }
        }
        let due: Vec<TaskId> = self
            .table
            .iter()
            .filter(|(_, task)| task.course.deadline_ms.is_some())
            .map(|(id, _)| id)
            .gather();
        for task in due {
            self.change(task, |task| {
                task.course.deadline_ms = task
                    .course
                    .deadline_ms
                    .map(|deadline| deadline.saturating_add(by_ms));
            });
        }
    }

    pub(super) fn add(&mut self, id: TaskId, session: SessionId, spec: &Arc<TaskSpec>, now_ms: u64) {
        let Some(members) = self.by_plan.get_mut(session.0) else {
            return;
        };
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
    pub(super) fn commit(&mut self, session: SessionId, now_ms: u64) {
        let Some(plan) = self.plans.get_mut(session) else {
            return;
        };
        plan.committed = true;
        plan.draft = false;
        let phases: Vec<(PhaseMode, Vec<u32>)> = plan
            .phases
            .iter()
            .map(|phase| (phase.spec.mode, phase.spec.tasks.clone()))
            .gather();
        let members = self.of(session).to_vec();
        for id in &members {
            self.link(*id, &members);
        }
        for ((mode, tasks), phase) in phases.iter().zip(0u32..) {
            self.place(*mode, tasks, phase, &members);
        }
        let free: Vec<TaskId> = members
            .into_iter()
            .filter(|id| self.get(*id).is_some_and(|task| task.blockers == 0))
            .gather();
        free.into_iter().for_each(|id| self.release(id, now_ms));
        if !phases.is_empty() {
            self.open_phase(session, 0, now_ms);
            if crate::planted::is(7) && phases.len() > 1 {
                self.open_phase(session, 1, now_ms);
            }
        }
    }

    fn link(&mut self, id: TaskId, members: &[TaskId]) {
        let Some(task) = self.get(id) else { return };
        if task.spec.after.is_empty() && task.spec.parent.is_none() {
            return;
        }
        let after: Vec<TaskId> = task
            .spec
            .after
            .iter()
            .filter_map(|index| members.get(*index as usize).copied())
            .gather();
        let parent = self.parent(task);
        for dependency in &after {
            self.change(*dependency, |task| task.ties.dependents.push(id));
            self.block(id);
        }
        if let Some(parent) = parent {
            self.change(parent, |task| {
                task.ties.children.push(id);
                task.ties.open_children += 1;
            });
            self.block(id);
        }
    }

    /// Tasks of a phase wait for it to open, and in a sequential one for each other.
    fn place(&mut self, mode: PhaseMode, tasks: &[u32], phase: u32, members: &[TaskId]) {
        let tasks: Vec<TaskId> = tasks
            .iter()
            .filter_map(|index| members.get(*index as usize).copied())
            .gather();
        for id in &tasks {
            self.change(*id, |task| task.ties.phase = Some(phase));
            self.block(*id);
        }
        if mode != PhaseMode::Parallel {
            for pair in tasks.windows(2) {
                self.change(pair[0], |task| task.ties.followers.push(pair[1]));
                self.change(pair[1], |task| task.ties.awaits_turn = true);
                self.block(pair[1]);
            }
        }
    }

    /// Changes what holds a plan back; `set` answers whether nothing changed.
    fn hold(&mut self, session: SessionId, now_ms: u64, set: impl FnOnce(&mut Plan) -> bool, hold: bool) {
        let Some(plan) = self.plans.get_mut(session) else {
            return;
        };
        if set(plan) {
            return;
        }
        self.hold_phase(session, now_ms, hold);
        for id in self.of(session).to_vec() {
            if self.get(id).is_some_and(|task| task.status == TaskStatus::Ready) {
                self.leave_queue(id);
                self.queue_up(id);
            }
        }
    }

    /// A draft that is given up was never visible: its tasks go with it.
    fn drop_draft(&mut self, session: SessionId) {
        let Some(plan) = self.plans.get_mut(session).filter(|plan| !plan.committed) else {
            return;
        };
        plan.counts.total = 0;
        let tasks = self
            .by_plan
            .get_mut(session.0)
            .map(std::mem::take)
            .unwrap_or_default();
        tasks.into_iter().for_each(|id| drop(self.table.remove(id)));
    }

    fn forget(&mut self, session: SessionId) {
        let is_over = self.plans.remove(session).is_some_and(|plan| plan.is_over());
        let tasks = self.by_plan.remove(session.0).unwrap_or_default();
        if is_over {
            self.ended -= tasks.len();
        }
        tasks.into_iter().for_each(|id| drop(self.table.remove(id)));
        self.queue.forget(session);
    }
}

fn new_plan(spec: &PlanSpec, expected: u32, draft: bool) -> Plan {
    let phases = spec.phases.iter().map(|phase| Phase {
        spec: phase.clone(),
        status: PhaseStatus::Pending,
        clock: Countdown::default(),
        timed_out: false,
        open: phase.tasks.len() as u32,
        completed: 0,
    });
    Plan {
        expected,
        draft,
        committed: false,
        phases: phases.gather(),
        classes: spec.classes.clone(),
        running: vec![0; spec.classes.len()],
        policy: spec.policy,
        counts: Default::default(),
        held: false,
        alerted: false,
        cancelling: false,
        bytes: 0,
        outcomes: Default::default(),
        durations: vec![Durations::default(); spec.classes.len() + 1],
    }
}

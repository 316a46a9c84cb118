use super::Tasks;
use crate::id::{SessionId, TaskId};
use crate::tasks::{Phase, PhaseStatus};

impl Tasks {
    pub(super) fn open_phase(&mut self, session: SessionId, phase: u32, now_ms: u64) {
        let Some(plan) = self.plans.get_mut(session) else {
            return;
        };
        let holds = u32::from(plan.held) + u32::from(plan.alerted);
        let Some(entry) = plan.phases.get_mut(phase as usize) else {
            return;
        };
        entry.status = PhaseStatus::Open;
        entry.clock.holds = holds;
        entry.clock.start(now_ms, entry.spec.timeout_ms);
        let indexes = entry.spec.tasks.clone();
        self.touched.phases.push(session);
        for id in self.at(session, &indexes) {
            self.unblock(id, now_ms);
        }
    }

    pub(super) fn end_phase(&mut self, session: SessionId, phase: u32, passed: bool) {
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
                entry.clock.stop();
            } else if index > phase && !passed && entry.status == PhaseStatus::Pending {
                entry.status = PhaseStatus::Skipped;
                doomed.extend(entry.spec.tasks.iter().copied());
            }
        }
        self.touched.phases.push(session);
        let doomed = self.at(session, &doomed);
        self.doom(doomed.into_iter());
    }

    /// What still runs in a phase is stopped, what waits in it ends.
    pub(super) fn time_out_phase(&mut self, session: SessionId, phase: u32) {
        let Some(entry) = self.phase_mut(session, phase) else {
            return;
        };
        entry.timed_out = true;
        entry.clock.stop();
        self.touched.phases.push(session);
        self.expire_phases(session);
    }

    /// Enters what is open of phases whose time is over.
    pub(super) fn expire_phases(&mut self, session: SessionId) {
        let phases = self.plan(session).into_iter().flat_map(|plan| &plan.phases);
        let over = phases.filter(|phase| phase.timed_out && phase.status == PhaseStatus::Open);
        let indexes: Vec<u32> = over.flat_map(|phase| phase.spec.tasks.iter().copied()).collect();
        for id in self.at(session, &indexes) {
            self.expire(id);
        }
    }

    /// The session has ended, and with it what phases had not.
    pub(super) fn close_phases(&mut self, session: SessionId) {
        let Some(plan) = self.plans.get_mut(session) else {
            return;
        };
        for phase in &mut plan.phases {
            phase.clock.stop();
            phase.status = match phase.status {
                PhaseStatus::Pending => PhaseStatus::Skipped,
                PhaseStatus::Open => PhaseStatus::Failed,
                ended => ended,
            };
        }
        self.touched.phases.push(session);
    }

    /// Lets the clock of the open phase of a session stand still, or run on.
    pub(super) fn hold_phase(&mut self, session: SessionId, now_ms: u64, hold: bool) {
        let open = self.plans.get_mut(session).and_then(|plan| {
            plan.phases
                .iter_mut()
                .find(|phase| phase.status == PhaseStatus::Open)
        });
        if let Some(phase) = open {
            set_hold(phase, now_ms, hold);
            self.touched.phases.push(session);
        }
    }

    /// The same for the phase a task stands in.
    pub(super) fn hold_phase_of(&mut self, task: TaskId, now_ms: u64, hold: bool) {
        let Some(task) = self.get(task) else { return };
        let (session, phase) = (task.session, self.phase_of(task));
        if let Some(phase) = phase.and_then(|phase| self.phase_mut(session, phase)) {
            set_hold(phase, now_ms, hold);
            self.touched.phases.push(session);
        }
    }

    fn phase_mut(&mut self, session: SessionId, phase: u32) -> Option<&mut Phase> {
        self.plans.get_mut(session)?.phases.get_mut(phase as usize)
    }

    /// The tasks of a plan with these indexes.
    fn at(&self, session: SessionId, indexes: &[u32]) -> Vec<TaskId> {
        let members = self.of(session);
        indexes
            .iter()
            .filter_map(|index| members.get(*index as usize).copied())
            .collect()
    }
}

fn set_hold(phase: &mut Phase, now_ms: u64, hold: bool) {
    if hold {
        phase.clock.hold(now_ms);
    } else {
        phase.clock.release(now_ms);
    }
}

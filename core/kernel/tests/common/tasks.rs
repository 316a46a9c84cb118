//! Short ways to say things about plans, tasks and escalations.

use std::sync::Arc;

use polyphon_kernel::escalations::commands::EscalationCommand;
use polyphon_kernel::escalations::{Decision, Escalation, EscalationStatus};
use polyphon_kernel::sessions::commands::SessionCommand;
use polyphon_kernel::sessions::{Session, SessionStatus};
use polyphon_kernel::tasks::commands::TaskCommand;
use polyphon_kernel::tasks::{
    ClassSpec, Criterion, PhaseMode, PhaseSpec, PhaseStatus, Plan, PlanSpec, Report, Task, TaskSpec,
    TaskStatus,
};
use polyphon_kernel::{EscalationId, Fence, Resources, SessionId, TaskId, Usage};

use super::{Lab, error, plan, task};

impl Lab {
    pub fn totals(&mut self, memory_mb: u64, cpu_milli: u64) {
        self.configure(|settings| {
            settings.totals = Some(Resources {
                memory_mb,
                cpu_milli,
                disk_mb: 1_000_000,
            });
        });
    }

    /// Hands a plan in by parts, however large.
    pub fn hand_in(&mut self, plan: PlanSpec, tasks: &[TaskSpec]) -> SessionId {
        let session = SessionId(self.accept(SessionCommand::BeginPlan {
            plan,
            expected: tasks.len() as u32,
            input: None,
        }));
        for part in tasks.chunks(2_000) {
            let tasks = super::shared(part.to_vec());
            self.accept(SessionCommand::AddTasks { session, tasks });
        }
        self.accept(SessionCommand::CommitPlan { session });
        session
    }

    pub fn start(&mut self, plan: PlanSpec, tasks: Vec<TaskSpec>) -> SessionId {
        SessionId(self.accept(SessionCommand::Orchestrate {
            plan,
            tasks: super::shared(tasks),
            input: None,
        }))
    }

    pub fn task_id(&self, session: SessionId, key: &str) -> TaskId {
        let tasks = &self.kernel.durable().tasks;
        let mut members = tasks.of(session).iter().copied();
        members
            .find(|id| tasks.get(*id).unwrap().spec.key == key)
            .unwrap_or_else(|| panic!("no task {key}"))
    }

    pub fn task(&self, session: SessionId, key: &str) -> &Task {
        let id = self.task_id(session, key);
        self.kernel.durable().tasks.get(id).unwrap()
    }

    pub fn task_status(&self, session: SessionId, key: &str) -> TaskStatus {
        self.task(session, key).status
    }

    pub fn statuses(&self, session: SessionId) -> Vec<TaskStatus> {
        let tasks = &self.kernel.durable().tasks;
        let members = tasks.of(session).iter();
        members.map(|id| tasks.get(*id).unwrap().status).collect()
    }

    pub fn session(&self, session: SessionId) -> &Session {
        self.kernel.durable().sessions.get(session).unwrap()
    }

    pub fn session_status(&self, session: SessionId) -> SessionStatus {
        self.session(session).status
    }

    pub fn plan_of(&self, session: SessionId) -> &Plan {
        self.kernel.durable().tasks.plan(session).unwrap()
    }

    pub fn phases(&self, session: SessionId) -> Vec<PhaseStatus> {
        self.plan_of(session)
            .phases
            .iter()
            .map(|phase| phase.status)
            .collect()
    }

    /// Reports the end of the running attempt with these metrics, in millionths.
    pub fn complete_with(&mut self, key: &str, report: Report) {
        let fence = self.fence(key);
        self.accept(TaskCommand::CompleteTask {
            fence,
            report,
            tolerated: None,
        });
    }

    /// Fails one attempt and waits for the next one, if there is one.
    pub fn fail_and_wait(&mut self, key: &str, error_type: &str) {
        self.fail(key, error_type);
        self.wait_for_backoff();
    }

    /// Lets the time until the next attempt of whatever waits pass.
    pub fn wait_for_backoff(&mut self) {
        let tasks = &self.kernel.durable().tasks;
        let due = tasks.iter().filter_map(|(_, task)| match task.course.wait {
            Some(polyphon_kernel::tasks::Wait::Backoff { until_ms }) => Some(until_ms),
            _ => None,
        });
        if let Some(until_ms) = due.max() {
            let now_ms = self.kernel.durable().last_ms();
            self.pass(until_ms.saturating_sub(now_ms));
        }
    }

    /// Level and name of the recoveries of a task.
    pub fn recoveries(&self, session: SessionId, key: &str) -> Vec<(u32, String)> {
        let recoveries = self.task(session, key).course.recoveries.iter();
        recoveries
            .map(|recovery| (recovery.level, recovery.action.clone()))
            .collect()
    }

    pub fn open_escalations(&self) -> Vec<(EscalationId, Escalation)> {
        let escalations = self.kernel.durable().escalations.iter();
        escalations
            .filter(|(_, known)| known.status == EscalationStatus::Open)
            .map(|(id, known)| (id, known.clone()))
            .collect()
    }

    pub fn resolve(&mut self, escalation: EscalationId, decision: Decision) {
        self.accept(resolve(escalation, decision));
    }

    /// The running attempt of a task, as the kernel sees it.
    pub fn held_fence(&self, session: SessionId, key: &str) -> Option<Fence> {
        self.task(session, key).course.fence
    }
}

pub fn resolve(escalation: EscalationId, decision: Decision) -> EscalationCommand {
    EscalationCommand::ResolveEscalation {
        escalation,
        decision,
        note: "looked at it".to_owned(),
    }
}

/// A report with these metrics in millionths, which must be sorted.
pub fn metrics(metrics: &[(&str, i64)]) -> Report {
    let mut report = Report::empty();
    report.metrics = metrics
        .iter()
        .map(|(name, value)| ((*name).to_owned(), *value))
        .collect();
    report
}

/// A report of this peak of memory.
pub fn peak(memory_mb: u64) -> Report {
    let mut report = Report::empty();
    report.usage = Usage {
        memory_peak_bytes: Some(memory_mb << 20),
        cpu_ms: None,
        disk_bytes: None,
    };
    report
}

pub fn criterion(name: &str, bound_micro: i64) -> Criterion {
    Criterion {
        name: name.to_owned(),
        bound_micro,
    }
}

/// A plan with phases, each with its mode, tasks and time.
pub fn phased(phases: &[(PhaseMode, &[u32], u64)]) -> PlanSpec {
    let mut plan = plan();
    plan.phases = phases
        .iter()
        .zip(1..)
        .map(|((mode, tasks, timeout_ms), number)| PhaseSpec {
            name: format!("PHASE_{number}"),
            mode: *mode,
            tasks: tasks.to_vec(),
            timeout_ms: *timeout_ms,
            gate_ppm: 1_000_000,
        })
        .collect();
    plan
}

pub fn class(name: &str, max_parallel: u32) -> ClassSpec {
    ClassSpec {
        name: name.to_owned(),
        max_parallel,
    }
}

/// A task that is part of another.
pub fn part(key: &str, parent: u32, after: &[u32]) -> TaskSpec {
    let mut part = task(key, after);
    part.parent = Some(parent);
    part
}

/// A task that reserves this much.
pub fn heavy(key: &str, memory_mb: u64, cpu_milli: u64) -> TaskSpec {
    let mut heavy = task(key, &[]);
    let demand = Arc::make_mut(&mut heavy.demand);
    demand.resources.memory_mb = memory_mb;
    demand.resources.cpu_milli = cpu_milli;
    heavy
}

impl Lab {
    /// The agent does not take the attempt on, and wants to rest.
    pub fn refuse_attempt(&mut self, key: &str, pause_ms: u64) {
        let (fence, error) = (self.fence(key), error("agent_unavailable"));
        self.accept(TaskCommand::RefuseTask {
            fence,
            error,
            pause_ms,
        });
    }
}

/// An error of this type, reported by an attempt.
pub fn failure(fence: Fence, error_type: &str) -> TaskCommand {
    TaskCommand::FailTask {
        fence,
        error: error(error_type),
        report: Report::empty(),
    }
}

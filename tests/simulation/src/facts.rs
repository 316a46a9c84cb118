//! What a reader of the journal knows: a model of its own, far simpler than the kernel's.

mod agents;
mod queues;
mod shared;
mod states;

use std::collections::{BTreeMap, BTreeSet};

use polyphon_kernel::agents::{AgentStatus, HostKind};
use polyphon_kernel::alerts::{AlertAction, AlertEvent};
use polyphon_kernel::escalations::{Decision, EscalationEvent};
use polyphon_kernel::journal::JournalEvent;
use polyphon_kernel::outbox::OutboxEvent;
use polyphon_kernel::sessions::{SessionEvent, SessionStatus};
use polyphon_kernel::tasks::{Next, PhaseStatus, PlanSpec, TaskEvent, TaskSpec, TaskStatus};
use polyphon_kernel::{Event, Resources};

pub(crate) use agents::AgentFact;
pub(crate) use queues::{MessageFact, Place, QueueFact, QueueFacts};
pub(crate) use shared::{Place as ValuePlace, SharedFacts, place};
pub(crate) use states::StateFacts;

#[derive(Debug)]
pub(crate) struct TaskFact {
    pub(crate) session: u64,
    pub(crate) index: u32,
    pub(crate) spec: TaskSpec,
    pub(crate) status: TaskStatus,
    pub(crate) fence: Option<u64>,
    pub(crate) attempts: u32,
    pub(crate) failures: u32,
    pub(crate) losses: u32,
}

#[derive(Debug)]
pub(crate) struct SessionFact {
    pub(crate) plan: PlanSpec,
    pub(crate) expected: u32,
    pub(crate) draft: bool,
    pub(crate) committed: bool,
    pub(crate) status: SessionStatus,
    pub(crate) members: Vec<u64>,
    pub(crate) phases: Vec<PhaseStatus>,
    /// The time of a task, a phase or all of it was over.
    pub(crate) has_run_out: bool,
    /// Running tasks by class.
    pub(crate) running: Vec<u32>,
}

#[derive(Debug)]
pub(crate) struct LeaseFact {
    pub(crate) task: u64,
    pub(crate) agent: u64,
    pub(crate) epoch: u64,
    pub(crate) resources: Resources,
    /// Sequence of the request to stop.
    pub(crate) stopping: Option<u64>,
    /// Time it was given last, and when that is over.
    pub(crate) length_ms: u64,
    pub(crate) until_ms: u64,
}

/// Everything the journal has said so far.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    pub(crate) seq: u64,
    pub(crate) ms: u64,
    /// Wall time minus kernel time.
    pub(crate) offset_ms: i64,
    pub(crate) chain: [u8; 32],
    pub(crate) frame_epoch: u64,
    /// Epoch of the node that started last.
    pub(crate) epoch: u64,
    pub(crate) totals: Option<Resources>,
    pub(crate) tasks: BTreeMap<u64, TaskFact>,
    pub(crate) sessions: BTreeMap<u64, SessionFact>,
    pub(crate) leases: BTreeMap<u64, LeaseFact>,
    pub(crate) agents: BTreeMap<u64, AgentFact>,
    pub(crate) pools: BTreeSet<u64>,
    /// Pools that are to end.
    pub(crate) closing: BTreeSet<u64>,
    /// Open escalations and the task of each.
    pub(crate) questions: BTreeMap<u64, u64>,
    /// Alerts that hold a session back until a human resumes it, or they are cleared.
    pub(crate) holds: BTreeMap<u64, u64>,
    /// Open durable effects of the outbox.
    pub(crate) outbox: BTreeSet<u64>,
    /// Sessions that ended, and how. Their tasks are let go.
    pub(crate) ended: BTreeMap<u64, SessionStatus>,
    pub(crate) queues: QueueFacts,
    pub(crate) states: StateFacts,
    pub(crate) shared: SharedFacts,
}

impl Facts {
    /// What all leases reserve together.
    pub(crate) fn reserved(&self) -> Resources {
        self.leases
            .values()
            .fold(Resources::default(), |sum, lease| sum.plus(&lease.resources))
    }

    /// Resources of the grant that `event` makes.
    pub(crate) fn granted_resources(event: &TaskEvent) -> Option<Resources> {
        match event {
            TaskEvent::TaskGranted { resources, .. } => Some(*resources),
            _ => None,
        }
    }

    pub(crate) fn apply(&mut self, seq: u64, event: &Event) {
        self.seq = seq;
        match event {
            Event::Journal(event) => self.apply_journal(event),
            Event::Agent(event) => self.apply_agent(seq, event),
            Event::Session(event) => {
                self.shared.apply(seq, self.ms, event);
                self.apply_session(seq, event);
            }
            Event::Task(event) => self.apply_task(seq, event),
            Event::Escalation(event) => self.apply_escalation(seq, event),
            Event::Outbox(OutboxEvent::EffectDone { effect, .. }) => drop(self.outbox.remove(&effect.0)),
            Event::Alert(event) => self.apply_alert(seq, event),
            Event::Queue(event) => self.queues.apply(seq, self.ms, event),
        }
    }

    fn apply_journal(&mut self, event: &JournalEvent) {
        match event {
            JournalEvent::NodeStarted { epoch, .. } => {
                self.epoch = *epoch;
                self.shared.start_node(self.ms);
                for lease in self.leases.values_mut() {
                    lease.until_ms = self.ms + lease.length_ms;
                }
                for agent in self.agents.values_mut() {
                    agent.paused_until_ms = None;
                }
                for agent in self
                    .agents
                    .values_mut()
                    .filter(|agent| agent.spec.host != HostKind::Remote)
                {
                    agent.status = match agent.status {
                        AgentStatus::Starting | AgentStatus::Idle | AgentStatus::Busy => {
                            AgentStatus::Registered
                        }
                        AgentStatus::Draining => AgentStatus::Stopped,
                        other => other,
                    };
                    agent.start = None;
                    agent.end = None;
                }
            }
            JournalEvent::SettingsChanged { settings } => self.totals = settings.totals,
            JournalEvent::ClockAdjusted { offset_ms } => self.offset_ms = *offset_ms,
            _ => {}
        }
    }

    fn apply_session(&mut self, seq: u64, event: &SessionEvent) {
        let mut turn = |session: u64, status| {
            if let Some(session) = self.sessions.get_mut(&session) {
                session.status = status;
            }
        };
        match event {
            SessionEvent::SessionOpened {
                plan,
                expected,
                draft,
                ..
            } => {
                let status = if *draft {
                    SessionStatus::Planning
                } else {
                    SessionStatus::Running
                };
                let session = SessionFact {
                    expected: *expected,
                    draft: *draft,
                    committed: false,
                    status,
                    members: Vec::new(),
                    phases: vec![PhaseStatus::Pending; plan.phases.len()],
                    has_run_out: false,
                    running: vec![0; plan.classes.len()],
                    plan: plan.clone(),
                };
                self.sessions.insert(seq, session);
            }
            SessionEvent::SessionPaused { session, .. } => turn(session.0, SessionStatus::Paused),
            SessionEvent::SessionResumed { session } => {
                turn(session.0, SessionStatus::Running);
                self.holds.retain(|_, held| *held != session.0);
            }
            SessionEvent::SessionCancelRequested { session, .. }
            | SessionEvent::SessionTimedOut { session } => {
                turn(session.0, SessionStatus::Cancelling);
                if matches!(event, SessionEvent::SessionTimedOut { .. }) {
                    self.run_out(session.0);
                }
            }
            SessionEvent::SessionEnded { session, status, .. } => {
                if let Some(gone) = self.sessions.remove(&session.0) {
                    gone.members.iter().for_each(|task| drop(self.tasks.remove(task)));
                }
                self.ended.insert(session.0, *status);
                self.holds.retain(|_, held| *held != session.0);
            }
            _ => {}
        }
    }

    fn run_out(&mut self, session: u64) {
        if let Some(session) = self.sessions.get_mut(&session) {
            session.has_run_out = true;
        }
    }

    fn apply_task(&mut self, seq: u64, event: &TaskEvent) {
        match event {
            TaskEvent::TaskAdded { session, spec } => self.add(seq, session.0, spec),
            TaskEvent::PlanCommitted { session } => self.commit(session.0),
            TaskEvent::TaskGranted {
                task,
                agent,
                timeout_ms,
                ..
            } => {
                let lease = LeaseFact {
                    task: task.0,
                    agent: agent.0,
                    epoch: self.epoch,
                    resources: Self::granted_resources(event).unwrap_or_default(),
                    stopping: None,
                    length_ms: *timeout_ms,
                    until_ms: self.ms + timeout_ms,
                };
                self.leases.insert(seq, lease);
                if let Some(agent) = self.agents.get_mut(&agent.0) {
                    agent.load += 1;
                }
                self.count(task.0, 1);
                self.turn(task.0, TaskStatus::Running, |task| {
                    task.fence = Some(seq);
                    task.attempts += 1;
                });
            }
            TaskEvent::TaskStopRequested { fence, .. } => {
                if let Some(lease) = self.leases.get_mut(&fence.0) {
                    lease.stopping = Some(seq);
                }
            }
            TaskEvent::TaskCompleted { task, fence, .. } => {
                self.end(fence.0);
                self.turn(task.0, TaskStatus::Completed, |task| task.fence = None);
            }
            TaskEvent::TaskAttemptFailed {
                task, fence, next, ..
            } => {
                self.end(fence.0);
                let (status, mark) = after(next, self.ms);
                self.turn(task.0, status, |task| {
                    task.fence = None;
                    match mark {
                        Mark::Failure => task.failures += 1,
                        Mark::Loss => task.losses += 1,
                        Mark::None => {}
                    }
                });
            }
            TaskEvent::TaskWoken { task, .. } => self.turn(task.0, TaskStatus::Ready, |_| {}),
            TaskEvent::TaskSkipped { task, .. } => self.turn(task.0, TaskStatus::Skipped, |_| {}),
            TaskEvent::TaskCancelled { task, .. } => self.turn(task.0, TaskStatus::Cancelled, |_| {}),
            TaskEvent::GroupEnded { task, completed, .. } => {
                let status = if *completed {
                    TaskStatus::Completed
                } else {
                    TaskStatus::Failed
                };
                self.turn(task.0, status, |_| {});
            }
            TaskEvent::PhaseOpened { session, phase } => self.phase(session.0, *phase, PhaseStatus::Open),
            TaskEvent::PhaseEnded {
                session,
                phase,
                passed,
                ..
            } => {
                let status = if *passed {
                    PhaseStatus::Passed
                } else {
                    PhaseStatus::Failed
                };
                self.phase(session.0, *phase, status);
            }
            TaskEvent::TaskExpired { task, status, .. } => self.turn(task.0, *status, |_| {}),
            TaskEvent::TaskExtended { fence, length_ms, .. } => {
                let until_ms = self.ms + length_ms;
                if let Some(lease) = self.leases.get_mut(&fence.0) {
                    (lease.length_ms, lease.until_ms) = (*length_ms, until_ms);
                }
            }
            TaskEvent::PhaseTimedOut { session, .. } | TaskEvent::TaskTimedOut { session, .. } => {
                self.run_out(session.0);
            }
            TaskEvent::TaskProgressed { .. } => {}
        }
    }

    fn apply_alert(&mut self, seq: u64, event: &AlertEvent) {
        match event {
            AlertEvent::AlertRaised {
                session: Some(session),
                action: AlertAction::PauseNewTasks,
                ..
            } => drop(self.holds.insert(seq, session.0)),
            AlertEvent::AlertRaised { .. } => {}
            AlertEvent::AlertCleared { alert, .. } => drop(self.holds.remove(&alert.0)),
        }
    }

    fn apply_escalation(&mut self, seq: u64, event: &EscalationEvent) {
        match event {
            EscalationEvent::EscalationRaised { task, notify, .. } => {
                self.questions.insert(seq, task.0);
                if *notify {
                    self.outbox.insert(seq);
                }
                self.turn(task.0, TaskStatus::Waiting, |_| {});
            }
            EscalationEvent::EscalationResolved {
                escalation,
                task,
                decision,
                ..
            } => {
                self.questions.remove(&escalation.0);
                match decision {
                    Decision::Approve => self.turn(task.0, TaskStatus::Completed, |_| {}),
                    Decision::Abort => self.turn(task.0, TaskStatus::Failed, |_| {}),
                    Decision::Retry => self.turn(task.0, TaskStatus::Ready, |task| task.failures = 0),
                }
            }
            EscalationEvent::EscalationWithdrawn { escalation, .. } => {
                self.questions.remove(&escalation.0);
            }
        }
    }

    fn add(&mut self, id: u64, session: u64, spec: &TaskSpec) {
        let Some(entry) = self.sessions.get_mut(&session) else {
            return;
        };
        let index = entry.members.len() as u32;
        entry.members.push(id);
        let is_whole = !entry.draft && entry.members.len() as u32 == entry.expected;
        let task = TaskFact {
            session,
            index,
            spec: spec.clone(),
            status: TaskStatus::Pending,
            fence: None,
            attempts: 0,
            failures: 0,
            losses: 0,
        };
        self.tasks.insert(id, task);
        if is_whole {
            self.commit(session);
        }
    }

    fn commit(&mut self, session: u64) {
        if let Some(entry) = self.sessions.get_mut(&session) {
            entry.committed = true;
            entry.draft = false;
            if entry.status == SessionStatus::Planning {
                entry.status = SessionStatus::Running;
            }
            if let Some(first) = entry.phases.first_mut() {
                *first = PhaseStatus::Open;
            }
        }
    }

    fn phase(&mut self, session: u64, phase: u32, status: PhaseStatus) {
        let entry = self.sessions.get_mut(&session);
        if let Some(known) = entry.and_then(|entry| entry.phases.get_mut(phase as usize)) {
            *known = status;
        }
    }

    fn turn(&mut self, task: u64, status: TaskStatus, with: impl FnOnce(&mut TaskFact)) {
        if let Some(task) = self.tasks.get_mut(&task) {
            task.status = status;
            with(task);
        }
    }

    fn end(&mut self, fence: u64) {
        let Some(lease) = self.leases.remove(&fence) else {
            return;
        };
        if let Some(agent) = self.agents.get_mut(&lease.agent) {
            agent.load = agent.load.saturating_sub(1);
        }
        self.count(lease.task, -1);
    }

    fn count(&mut self, task: u64, by: i32) {
        let Some(task) = self.tasks.get(&task) else { return };
        let (Some(session), Some(class)) = (self.sessions.get_mut(&task.session), task.spec.class) else {
            return;
        };
        if let Some(running) = session.running.get_mut(class as usize) {
            *running = running.saturating_add_signed(by);
        }
    }
}

/// What a task is marked with by an attempt that did not complete it.
enum Mark {
    Failure,
    Loss,
    None,
}

/// Status a failed attempt leaves, and its mark.
fn after(next: &Next, now_ms: u64) -> (TaskStatus, Mark) {
    match next {
        Next::Retry { at_ms, .. } if *at_ms <= now_ms => (TaskStatus::Ready, Mark::Failure),
        Next::Retry { .. } | Next::Escalate { .. } => (TaskStatus::Waiting, Mark::Failure),
        Next::Fail { .. } => (TaskStatus::Failed, Mark::Failure),
        Next::Cancel {} => (TaskStatus::Cancelled, Mark::Failure),
        Next::Requeue {} => (TaskStatus::Ready, Mark::Loss),
        Next::Return {} => (TaskStatus::Ready, Mark::None),
    }
}

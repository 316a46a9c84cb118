use std::sync::Arc;

use polyphon_wire::wire;

use super::report::{AttemptError, Report, Verdict};
use super::spec::{Demand, TaskSpec};
use crate::id::{AgentId, EscalationId, Fence, SessionId, TaskId};
use crate::rare::{Blank, Rare};

wire! {
    /// Where a task is in its life.
    pub choice TaskStatus {
        /// Something must happen first.
        0 => Pending,
        /// It could run now.
        1 => Ready,
        /// An agent, or its parts, are at it.
        2 => Running,
        /// Between attempts, or until a human decides.
        3 => Waiting,
        /// Done, every criterion met.
        4 => Completed,
        /// Failed for good.
        5 => Failed,
        /// Not run, because what it needs did not complete.
        6 => Skipped,
        /// Cancelled.
        7 => Cancelled,
    }
}

wire! {
    /// What a waiting task waits for.
    pub enum Wait {
        /// The time of its next attempt.
        1 => Backoff { until_ms: u64 },
        /// A human.
        2 => Human { escalation: EscalationId },
    }
}

wire! {
    /// A recovery strategy that was tried.
    pub struct Recovery {
        /// 1 by the agent, 2 by the orchestrator.
        level: u32,
        /// Name of the strategy.
        action: String,
        /// Type of the error it was for.
        error_type: String,
        /// Attempt that failed.
        attempt: u32,
        at_ms: u64,
    }
}

wire! {
    /// One task.
    pub struct Task {
        session: SessionId,
        index: u32,
        spec: Arc<TaskSpec>,
        status: TaskStatus,
        /// Things that must happen before it is ready.
        blockers: u32,
        ready_ms: u64,
        course: Rare<Course>,
        ties: Rare<Ties>,
    }
}

wire! {
    /// What became of a task so far.
    pub struct Course {
        wait: Option<Wait>,
        /// Demand of the next attempt, where recovery changed the plan's.
        demand: Option<Arc<Demand>>,
        /// Time of the next attempt, where recovery changed the plan's.
        timeout_ms: Option<u64>,
        /// Attempts granted.
        attempts: u32,
        /// Attempts that failed since the last human decision.
        failures: u32,
        /// Attempts lost with their host.
        losses: u32,
        /// What was tried since the last human decision.
        recoveries: Vec<Recovery>,
        /// Times a human let it run again.
        reprieves: u32,
        fence: Option<Fence>,
        /// Its attempt was asked to stop.
        stopping: bool,
        agent: Option<AgentId>,
        progress_ppm: u32,
        /// When progress was last written down.
        progressed_ms: u64,
        started_ms: Option<u64>,
        ended_ms: Option<u64>,
        /// Kernel time at which its total time is over.
        deadline_ms: Option<u64>,
        /// Its total time is over: what still runs of it is being stopped.
        timed_out: bool,
        error: Option<AttemptError>,
        report: Option<Box<Report>>,
        verdicts: Vec<Verdict>,
    }
}

wire! {
    /// How a task hangs together with others of its plan.
    pub struct Ties {
        /// Phase it stands in itself, not through its parent.
        phase: Option<u32>,
        /// Tasks that wait for it to complete.
        dependents: Vec<TaskId>,
        /// Tasks that wait for it to end, however.
        followers: Vec<TaskId>,
        /// A task before it in its sequential phase has not ended.
        awaits_turn: bool,
        /// Its parts.
        children: Vec<TaskId>,
        open_children: u32,
    }
}

impl Blank for Course {
    const BLANK: &'static Self = &Self {
        wait: None,
        demand: None,
        timeout_ms: None,
        attempts: 0,
        failures: 0,
        losses: 0,
        recoveries: Vec::new(),
        reprieves: 0,
        fence: None,
        stopping: false,
        agent: None,
        progress_ppm: 0,
        progressed_ms: 0,
        started_ms: None,
        ended_ms: None,
        deadline_ms: None,
        timed_out: false,
        error: None,
        report: None,
        verdicts: Vec::new(),
    };
}

impl Blank for Ties {
    const BLANK: &'static Self = &Self {
        phase: None,
        dependents: Vec::new(),
        followers: Vec::new(),
        awaits_turn: false,
        children: Vec::new(),
        open_children: 0,
    };
}

impl TaskStatus {
    /// Whether nothing happens to the task any more.
    pub fn is_terminal(self) -> bool {
        matches!(
            self,
            Self::Completed | Self::Failed | Self::Skipped | Self::Cancelled
        )
    }
}

impl Task {
    pub(crate) fn new(session: SessionId, index: u32, spec: Arc<TaskSpec>) -> Self {
        Self {
            session,
            index,
            spec,
            status: TaskStatus::Pending,
            blockers: 0,
            ready_ms: 0,
            course: Rare::default(),
            ties: Rare::default(),
        }
    }

    /// Whether it is made of parts and not run itself.
    pub fn is_group(&self) -> bool {
        !self.ties.children.is_empty()
    }

    /// Demand of its next attempt.
    pub fn demand(&self) -> &Arc<Demand> {
        self.course.demand.as_ref().unwrap_or(&self.spec.demand)
    }

    /// Time of its next attempt.
    pub fn timeout_ms(&self) -> u64 {
        self.course.timeout_ms.unwrap_or(self.spec.timeout_ms)
    }

    /// What the next attempt demands and how long it may take.
    pub(crate) fn adjust(&mut self, demand: &Arc<Demand>, timeout_ms: u64) {
        if *demand != *self.demand() {
            self.course.demand = Some(demand.clone());
        }
        if timeout_ms != self.timeout_ms() {
            self.course.timeout_ms = Some(timeout_ms);
        }
    }

    /// It waits for nothing but its turn.
    pub(crate) fn stop_waiting(&mut self) {
        if self.course.wait.is_some() {
            self.course.wait = None;
        }
    }
}

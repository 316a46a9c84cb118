use std::sync::Arc;

use polyphon_wire::wire;

use super::report::{AttemptError, Report, Verdict};
use super::spec::{Demand, TaskSpec};
use super::task::TaskStatus;
use crate::id::{AgentId, Fence, SessionId, TaskId};
use crate::leases::{LeaseChange, StopReason};
use crate::resources::Resources;

wire! {
    /// How an attempt ended that did not complete its task.
    pub choice AttemptOutcome {
        /// It reported an error or missed a criterion.
        1 => Failed,
        /// It took too long.
        2 => Timeout,
        /// Its agent or node was lost.
        3 => Lost,
        /// It was cancelled.
        4 => Cancelled,
        /// Its agent did not take it on: nothing was done.
        5 => Refused,
    }
}

wire! {
    /// What follows a failed attempt.
    pub enum Next {
        /// Another one.
        1 => Retry {
            /// Recovery level: 1 by the agent, 2 by the orchestrator.
            level: u32,
            /// Recovery strategy the attempt stands for, for example `extend_timeout`.
            action: String,
            at_ms: u64,
            demand: Arc<Demand>,
            timeout_ms: u64,
        },
        /// A human decides.
        2 => Escalate { reason: String },
        /// Nothing: the task has failed for good.
        3 => Fail { reason: String },
        /// Nothing: the task is cancelled.
        4 => Cancel {},
        /// The same again, at once: the attempt did not fail, it was lost.
        5 => Requeue {},
        /// The same again, at once: its agent did not take it on and rests.
        6 => Return {},
    }
}

wire! {
    /// What happened to tasks.
    pub enum TaskEvent {
        /// A task joined a plan; its id is this event's sequence.
        300 => TaskAdded { session: SessionId, spec: Arc<TaskSpec> },
        /// The plan is whole; its tasks may run.
        301 => PlanCommitted { session: SessionId },
        /// An agent got the task; the fence is this event's sequence.
        302 => TaskGranted { task: TaskId, session: SessionId, agent: AgentId, attempt: u32, timeout_ms: u64, resources: Resources },
        /// How far the attempt is.
        303 => TaskProgressed { task: TaskId, session: SessionId, fence: Fence, ppm: u32, message: String },
        /// The attempt met every criterion.
        304 => TaskCompleted {
            task: TaskId, session: SessionId, agent: AgentId, fence: Fence, duration_ms: u64, report: Report,
            verdicts: Vec<Verdict>,
        },
        /// The attempt ended without.
        305 => TaskAttemptFailed {
            task: TaskId, session: SessionId, agent: AgentId, fence: Fence, duration_ms: u64, outcome: AttemptOutcome,
            error: AttemptError, report: Report, verdicts: Vec<Verdict>, next: Next,
        },
        /// The attempt was asked to end.
        306 => TaskStopRequested { task: TaskId, session: SessionId, fence: Fence, reason: StopReason, until_ms: u64 },
        /// The time before the next attempt is over.
        307 => TaskWoken { task: TaskId, session: SessionId },
        /// It will not run, because what it needs did not complete.
        308 => TaskSkipped { task: TaskId, session: SessionId, reason: String },
        /// It was cancelled before it ran.
        309 => TaskCancelled { task: TaskId, session: SessionId },
        /// Every part of a task has ended, and so has the task.
        310 => GroupEnded {
            task: TaskId, session: SessionId, completed: bool, report: Report, verdicts: Vec<Verdict>,
            /// Why it has not completed.
            error: Option<AttemptError>,
        },
        /// The tasks of a phase may run.
        311 => PhaseOpened { session: SessionId, phase: u32 },
        /// Every task of a phase has ended.
        312 => PhaseEnded { session: SessionId, phase: u32, passed: bool, reason: String },
        /// The time of a phase is over: what still runs in it is stopped, and its gate is not passed.
        313 => PhaseTimedOut { session: SessionId, phase: u32 },
        /// The total time of a task is over: what still runs of it is stopped.
        314 => TaskTimedOut { task: TaskId, session: SessionId },
        /// It ended without a running attempt, because the time of the task, its parent or its phase is over.
        315 => TaskExpired { task: TaskId, session: SessionId, status: TaskStatus, reason: String },
        /// The attempt has more time, from now on.
        316 => TaskExtended { task: TaskId, session: SessionId, fence: Fence, length_ms: u64 },
    }
}

impl TaskEvent {
    /// The lease the event ends or takes back.
    pub(crate) fn fence(&self) -> Option<Fence> {
        match self {
            Self::TaskCompleted { fence, .. }
            | Self::TaskAttemptFailed { fence, .. }
            | Self::TaskStopRequested { fence, .. } => Some(*fence),
            _ => None,
        }
    }

    /// What the event means for leases.
    pub(crate) fn lease_change(&self) -> Option<LeaseChange> {
        match self {
            Self::TaskGranted {
                task,
                session,
                agent,
                timeout_ms,
                resources,
                ..
            } => Some(LeaseChange::Grant {
                task: *task,
                session: *session,
                agent: *agent,
                length_ms: *timeout_ms,
                resources: *resources,
            }),
            Self::TaskExtended { fence, length_ms, .. } => Some(LeaseChange::Extend {
                fence: *fence,
                length_ms: *length_ms,
            }),
            Self::TaskStopRequested {
                fence,
                reason,
                until_ms,
                ..
            } => Some(LeaseChange::Revoke {
                fence: *fence,
                reason: *reason,
                until_ms: *until_ms,
            }),
            Self::TaskCompleted { fence, .. } | Self::TaskAttemptFailed { fence, .. } => {
                Some(LeaseChange::End { fence: *fence })
            }
            _ => None,
        }
    }
}

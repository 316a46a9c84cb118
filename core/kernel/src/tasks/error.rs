use crate::id::{SessionId, TaskId};

/// Why a command about tasks is refused.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TaskError {
    /// The plan has more tasks or bytes than it may. Split it. Code `PLAN_TOO_LARGE`.
    #[error("the plan has {tasks} tasks, the limit is {limit}")]
    PlanTooLarge {
        /// Tasks of the plan.
        tasks: u64,
        /// The bound.
        limit: u64,
    },
    /// One command brings more tasks than it may. Hand the plan in in parts. Code `PLAN_TOO_LARGE`.
    #[error("one command brings {tasks} tasks, the limit is {limit}: hand the plan in in parts")]
    PartTooLarge {
        /// Tasks of the command.
        tasks: u64,
        /// The bound.
        limit: u64,
    },
    /// The plan has more bytes than it may. Split it. Code `PLAN_TOO_LARGE`.
    #[error("the plan has {bytes} bytes, the limit is {limit}")]
    PlanTooHeavy {
        /// Encoded bytes of its tasks.
        bytes: u64,
        /// The bound.
        limit: u64,
    },
    /// The plan breaks a rule. Correct it. Code `PLAN_INVALID`.
    #[error("{place}: {rule}")]
    PlanInvalid {
        /// Where in the plan.
        place: String,
        /// The rule.
        rule: &'static str,
    },
    /// A plan cannot be committed before all its tasks have come. Code `PLAN_INCOMPLETE`.
    #[error("{got} of {expected} tasks have come")]
    PlanIncomplete {
        /// Tasks that came.
        got: u32,
        /// Tasks announced.
        expected: u32,
    },
    /// The plan was committed and takes no more tasks. Code `PLAN_COMMITTED`.
    #[error("the plan of {session} is committed")]
    PlanCommitted {
        /// The session.
        session: SessionId,
    },
    /// Tasks wait for each other in a circle. Break it. Code `TASK_CYCLE`.
    #[error("tasks wait for each other: {}", .path.join(" → "))]
    Cycle {
        /// Keys along the circle; the first is also the last.
        path: Vec<String>,
    },
    /// Two tasks of a plan have one key. Rename one. Code `TASK_DUPLICATE`.
    #[error("two tasks are called {key:?}")]
    Duplicate {
        /// The key.
        key: String,
    },
    /// A task refers to one that is not in the plan. Code `TASK_DEPENDENCY_UNKNOWN`.
    #[error("task {key:?} refers to task number {index}, which is not in the plan")]
    DependencyUnknown {
        /// The task.
        key: String,
        /// The index it refers to.
        index: u32,
    },
    /// A report breaks a rule. Correct the agent. Code `TASK_REPORT_INVALID`.
    #[error("{task}: {rule}")]
    ReportInvalid {
        /// The task.
        task: TaskId,
        /// The rule.
        rule: &'static str,
    },
}

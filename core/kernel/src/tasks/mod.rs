//! Tasks: plans as graphs, what each task demands, when it may run, who runs it, and what comes of it.

pub mod commands;
mod criteria;
pub(crate) mod dispatch;
mod error;
mod event;
pub(crate) mod graph;
pub(crate) mod group;
mod plan;
mod progress;
pub(crate) mod queue;
pub mod recovery;
mod report;
mod spec;
mod state;
mod stats;
pub(crate) mod sweep;
mod task;
pub(crate) mod waiting;

pub use error::TaskError;
pub use event::{AttemptOutcome, Next, TaskEvent};
pub use plan::{Counts, Phase, PhaseStatus, Plan};
pub use progress::{SessionProgress, SessionResults, progress, results};
pub use report::{Artifact, AttemptError, Report, Verdict};
pub use spec::{ClassSpec, Criterion, Demand, PhaseMode, PhaseSpec, PlanSpec, Policy, Priority, TaskSpec};
pub use state::Tasks;
pub use stats::{Durations, Outcomes};
pub use task::{Course, Recovery, Task, TaskStatus, Ties, Wait};
pub use waiting::{SessionWaits, WaitReason};

//! Tasks: plans as graphs, what each task demands, when it may run, who runs it, and what comes of it.

pub mod commands;
pub(crate) mod dispatch;
mod error;
mod event;
pub(crate) mod graph;
mod plan;
mod queue;
mod report;
mod spec;
mod state;
pub(crate) mod sweep;
mod task;

pub(crate) use queue::LaneKey;

pub use error::TaskError;
pub use event::{AttemptOutcome, Next, TaskEvent};
pub use plan::{Counts, Phase, PhaseStatus, Plan};
pub use report::{Artifact, AttemptError, Report, Verdict};
pub use spec::{ClassSpec, Criterion, Demand, PhaseMode, PhaseSpec, PlanSpec, Policy, Priority, TaskSpec};
pub use state::Tasks;
pub use task::{Task, TaskStatus, Wait};

//! What can be reported of tasks, a file each.

mod complete;
mod extend;
mod fail;
mod progress;
mod refuse;

use polyphon_wire::wire;

use super::report::{AttemptError, Report};
use crate::id::Fence;
use crate::refusal::Refusal;
use crate::state::{Sink, State};

pub(crate) use fail::settle;

wire! {
    /// What can be reported of tasks. Every report carries the fence of its attempt.
    pub enum TaskCommand {
        /// How far an attempt is, in millionths.
        300 => ReportProgress { fence: Fence, ppm: u32, message: String },
        /// An attempt ended well; whether well enough is judged here.
        301 => CompleteTask {
            fence: Fence,
            report: Report,
            /// Failed tests the attempt put up with because a criterion judges the pass rate: why it failed when that
            /// criterion is not met.
            tolerated: Option<AttemptError>,
        },
        /// An attempt ended otherwise.
        302 => FailTask { fence: Fence, error: AttemptError, report: Report },
        /// An attempt asks for more time.
        303 => ExtendTask {
            fence: Fence,
            /// Time it has from now on, unless it has more left.
            length_ms: u64,
        },
        /// Its agent did not take the attempt on, and nothing was done. It goes to another agent, or waits, and its agent
        /// rests.
        304 => RefuseTask {
            fence: Fence,
            error: AttemptError,
            /// Time in which the agent wants nothing new; held to a second and an hour.
            pause_ms: u64,
        },
    }
}

pub(crate) fn decide(state: &State<'_>, command: &TaskCommand, sink: &mut Sink) -> Result<(), Refusal> {
    match command {
        TaskCommand::ReportProgress { fence, ppm, message } => {
            progress::decide(state, *fence, *ppm, message, sink)
        }
        TaskCommand::CompleteTask {
            fence,
            report,
            tolerated,
        } => complete::decide(state, *fence, report, tolerated.as_ref(), sink),
        TaskCommand::ExtendTask { fence, length_ms } => extend::decide(state, *fence, *length_ms, sink),
        TaskCommand::RefuseTask {
            fence,
            error,
            pause_ms,
        } => refuse::decide(state, *fence, error, *pause_ms, sink),
        TaskCommand::FailTask { fence, error, report } => fail::decide(state, *fence, error, report, sink),
    }
}

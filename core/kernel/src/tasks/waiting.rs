//! Why a task does not run. Nothing waits in silence.

use polyphon_wire::wire;

use super::dispatch::{exceeds_totals, has_resources};
use super::{PhaseStatus, Plan, Task, TaskStatus, Wait};
use crate::agents::is_served;
use crate::id::{SessionId, TaskId};
use crate::state::State;

wire! {
    /// Why a task does not run.
    pub choice WaitReason {
        /// It runs, or has ended.
        0 => None,
        /// Its plan is not committed.
        1 => Draft,
        /// Its phase, or its parent's, is not open.
        2 => Phase,
        /// Other tasks, or its parent, must come first.
        3 => Dependencies,
        /// The time before its next attempt is not over.
        4 => Backoff,
        /// A human decides.
        5 => Human,
        /// Its session is paused.
        6 => Paused,
        /// An alert holds back what has not run yet.
        7 => Alert,
        /// As many tasks of its class run as may.
        8 => ClassFull,
        /// What runs leaves too little of what it demands.
        9 => Resources,
        /// Every agent that could take it is at work.
        10 => AgentsBusy,
        /// No agent that is known could take it.
        11 => NoAgent,
        /// It demands more than there is.
        12 => ExceedsTotals,
        /// It is being taken back.
        13 => Ending,
    }
}

wire! {
    /// Why the tasks of a session do not run, in plan order.
    pub struct SessionWaits { reasons: Vec<WaitReason> }
}

/// Why each task of `session` does not run. Costs its number of tasks.
pub(crate) fn reasons(state: &State<'_>, session: SessionId) -> SessionWaits {
    let tasks = state.durable.tasks.of(session).iter();
    SessionWaits {
        reasons: tasks.filter_map(|task| reason(state, *task)).collect(),
    }
}

/// Why `task` does not run; `None` when it is not in memory.
pub(crate) fn reason(state: &State<'_>, task: TaskId) -> Option<WaitReason> {
    let task = state.durable.tasks.get(task)?;
    let plan = state.durable.tasks.plan(task.session)?;
    Some(match task.status {
        TaskStatus::Pending => pending(state, plan, task),
        TaskStatus::Ready => ready(state, plan, task),
        TaskStatus::Waiting => match task.course.wait {
            Some(Wait::Human { .. }) => WaitReason::Human,
            _ => WaitReason::Backoff,
        },
        _ => WaitReason::None,
    })
}

fn pending(state: &State<'_>, plan: &Plan, task: &Task) -> WaitReason {
    let phase = state.durable.tasks.phase_of(task);
    let phase = phase.and_then(|phase| plan.phases.get(phase as usize));
    if !plan.committed {
        WaitReason::Draft
    } else if plan.cancelling {
        WaitReason::Ending
    } else if phase.is_some_and(|phase| phase.status == PhaseStatus::Pending) {
        WaitReason::Phase
    } else {
        WaitReason::Dependencies
    }
}

fn ready(state: &State<'_>, plan: &Plan, task: &Task) -> WaitReason {
    if plan.cancelling {
        WaitReason::Ending
    } else if plan.held {
        WaitReason::Paused
    } else if plan.alerted && task.course.attempts == 0 {
        WaitReason::Alert
    } else if exceeds_totals(state, task.demand()) {
        WaitReason::ExceedsTotals
    } else if !is_served(state, task.demand()) {
        WaitReason::NoAgent
    } else if !plan.admits(task.spec.class) {
        WaitReason::ClassFull
    } else if !has_resources(state, task.demand()) {
        WaitReason::Resources
    } else {
        WaitReason::AgentsBusy
    }
}

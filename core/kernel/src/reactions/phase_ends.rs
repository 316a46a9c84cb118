//! The last task of a phase has ended → its gate is passed or not.

use super::ended_task;
use crate::event::Event;
use crate::state::{Sink, State};
use crate::tasks::{PhaseStatus, TaskEvent};

pub(super) fn react(state: &State<'_>, event: &Event, sink: &mut Sink) {
    let tasks = &state.durable.tasks;
    let Some(task) = ended_task(state, event).and_then(|id| tasks.get(id)) else {
        return;
    };
    let Some(number) = task.phase else { return };
    let phase = tasks
        .plan(task.session)
        .and_then(|plan| plan.phases.get(number as usize));
    let Some(phase) = phase.filter(|phase| phase.open == 0 && phase.status == PhaseStatus::Open) else {
        return;
    };
    let total = phase.spec.tasks.len() as u64;
    let enough = u64::from(phase.completed) * 1_000_000 >= total * u64::from(phase.spec.gate_ppm);
    let reason = match phase.timed_out {
        true => format!(
            "its {} ms are over: {} of {total} tasks completed",
            phase.spec.timeout_ms, phase.completed
        ),
        false => format!("{} of {total} tasks completed", phase.completed),
    };
    sink.emit(TaskEvent::PhaseEnded {
        session: task.session,
        phase: number,
        passed: enough && !phase.timed_out,
        reason,
    });
}

//! The last task of a phase has ended, perhaps before the phase opened → its gate is passed or not.

use super::ended_task;
use crate::event::Event;
use crate::id::SessionId;
use crate::state::{Sink, State};
use crate::tasks::{PhaseStatus, TaskEvent};

pub(super) fn react(state: &State<'_>, event: &Event, sink: &mut Sink) {
    let Some((session, number)) = touched(state, event) else {
        return;
    };
    let plan = state.durable.tasks.plan(session);
    let phase = plan.and_then(|plan| plan.phases.get(number as usize));
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
        session,
        phase: number,
        passed: enough && !phase.timed_out,
        reason,
    });
}

/// The phase whose tasks may all have ended. One without tasks is no concern of this reaction.
fn touched(state: &State<'_>, event: &Event) -> Option<(SessionId, u32)> {
    let tasks = &state.durable.tasks;
    if let Event::Task(TaskEvent::PhaseOpened { session, phase }) = event {
        let entry = tasks.plan(*session)?.phases.get(*phase as usize)?;
        return (!entry.spec.tasks.is_empty()).then_some((*session, *phase));
    }
    let task = tasks.get(ended_task(state, event)?)?;
    Some((task.session, task.phase?))
}

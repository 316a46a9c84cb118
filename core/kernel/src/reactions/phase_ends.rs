//! The last task of a phase has ended, or a phase opens in which nothing is left to do → its gate is passed or not.

use super::{begun_session, ended_task};
use crate::event::Event;
use crate::id::SessionId;
use crate::state::{Sink, State};
use crate::tasks::{PhaseStatus, TaskEvent};

pub(super) fn react(state: &State<'_>, event: &Event, sink: &mut Sink) {
    let tasks = &state.durable.tasks;
    if let Event::Task(TaskEvent::PhaseOpened { session, phase }) = event {
        end(state, *session, *phase, sink);
    } else if let Some(session) = begun_session(state, event) {
        end(state, session, 0, sink);
    } else if let Some(task) = ended_task(state, event).and_then(|id| tasks.get(id))
        && let Some(phase) = task.ties.phase
    {
        end(state, task.session, phase, sink);
    }
}

/// Ends a phase that is open and whose tasks have all ended.
fn end(state: &State<'_>, session: SessionId, number: u32, sink: &mut Sink) {
    let plan = state.durable.tasks.plan(session);
    let phase = plan.and_then(|plan| plan.phases.get(number as usize));
    let Some(phase) = phase.filter(|phase| phase.open == 0 && phase.status == PhaseStatus::Open) else {
        return;
    };
    let total = phase.spec.tasks.len() as u64;
    let enough = u64::from(phase.completed) * 1_000_000 >= total * u64::from(phase.spec.gate_ppm);
    let counted = match total {
        0 => "it has no tasks".to_owned(),
        _ => format!("{} of {total} tasks completed", phase.completed),
    };
    let reason = match phase.timed_out {
        true => format!("its {} ms are over: {counted}", phase.spec.timeout_ms),
        false => counted,
    };
    sink.emit(TaskEvent::PhaseEnded {
        session,
        phase: number,
        passed: enough && !phase.timed_out,
        reason,
    });
}

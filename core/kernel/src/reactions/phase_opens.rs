//! A gate was passed → the next phase opens. A phase without tasks is passed at once.

use crate::event::Event;
use crate::id::SessionId;
use crate::state::{Sink, State};
use crate::tasks::{PhaseStatus, TaskEvent};

pub(super) fn react(state: &State<'_>, event: &Event, sink: &mut Sink) {
    match event {
        Event::Task(TaskEvent::PhaseEnded {
            session,
            phase,
            passed: true,
            ..
        }) if phase_is(state, *session, phase + 1, PhaseStatus::Pending).is_some() => {
            sink.emit(TaskEvent::PhaseOpened {
                session: *session,
                phase: phase + 1,
            });
        }
        Event::Task(TaskEvent::PhaseOpened { session, phase }) => pass_empty(state, *session, *phase, sink),
        Event::Task(TaskEvent::PlanCommitted { session }) => pass_empty(state, *session, 0, sink),
        Event::Task(TaskEvent::TaskAdded { session, .. }) if is_committed(state, *session) => {
            pass_empty(state, *session, 0, sink);
        }
        _ => {}
    }
}

fn is_committed(state: &State<'_>, session: SessionId) -> bool {
    state
        .durable
        .tasks
        .plan(session)
        .is_some_and(|plan| plan.committed)
}

fn pass_empty(state: &State<'_>, session: SessionId, phase: u32, sink: &mut Sink) {
    if phase_is(state, session, phase, PhaseStatus::Open) == Some(0) {
        sink.emit(TaskEvent::PhaseEnded {
            session,
            phase,
            passed: true,
            reason: "it has no tasks".to_owned(),
        });
    }
}

/// How many tasks a phase of this status has.
fn phase_is(state: &State<'_>, session: SessionId, phase: u32, status: PhaseStatus) -> Option<usize> {
    let phase = state.durable.tasks.plan(session)?.phases.get(phase as usize)?;
    (phase.status == status).then_some(phase.spec.tasks.len())
}

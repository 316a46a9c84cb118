//! A gate was passed → the next phase opens.

use crate::event::Event;
use crate::state::{Sink, State};
use crate::tasks::{PhaseStatus, TaskEvent};

pub(super) fn react(state: &State<'_>, event: &Event, sink: &mut Sink) {
    let Event::Task(TaskEvent::PhaseEnded {
        session,
        phase,
        passed: true,
        ..
    }) = event
    else {
        return;
    };
    let plan = state.durable.tasks.plan(*session);
    let next = plan.and_then(|plan| plan.phases.get(*phase as usize + 1));
    if next.is_some_and(|next| next.status == PhaseStatus::Pending) {
        sink.emit(TaskEvent::PhaseOpened {
            session: *session,
            phase: phase + 1,
        });
    }
}

//! A failed attempt needs a human → a human is asked. A task with an open question ended otherwise → it is withdrawn.

use super::ended_task;
use crate::bounds;
use crate::escalations::EscalationEvent;
use crate::escalations::raise::raised;
use crate::event::Event;
use crate::state::{Sink, State};
use crate::tasks::{Next, TaskEvent};

pub(super) fn react(state: &State<'_>, event: &Event, sink: &mut Sink) {
    if let Event::Task(TaskEvent::TaskAttemptFailed {
        task,
        error,
        next: Next::Escalate { reason },
        ..
    }) = event
        && let Some(entry) = state.durable.tasks.get(*task)
    {
        sink.emit(raised(state, *task, entry, error, reason));
        return;
    }
    let escalations = &state.durable.escalations;
    if escalations.open() == 0 {
        return;
    }
    let ended = ended_task(state, event).and_then(|id| Some((id, escalations.open_of(id)?)));
    if let Some((task, escalation)) = ended {
        sink.emit(EscalationEvent::EscalationWithdrawn {
            escalation,
            task,
            session: state
                .durable
                .tasks
                .get(task)
                .map(|task| task.session)
                .unwrap_or_default(),
            evict: escalations.beyond(bounds::CLOSED_ESCALATIONS - 1).collect(),
        });
    }
}

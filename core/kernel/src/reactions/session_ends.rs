//! The last task of a session has ended → the session ends.

use super::ended_task;
use crate::bounds;
use crate::event::Event;
use crate::sessions::{SessionEvent, SessionStatus};
use crate::state::{Sink, State};
use crate::tasks::TaskEvent;

pub(super) fn react(state: &State<'_>, event: &Event, sink: &mut Sink) {
    let durable = state.durable;
    let session = match event {
        Event::Task(TaskEvent::PlanCommitted { session }) => Some(*session),
        Event::Session(SessionEvent::SessionCancelRequested { session, .. }) => Some(*session),
        _ => ended_task(state, event)
            .and_then(|id| durable.tasks.get(id))
            .map(|task| task.session),
    };
    let Some((session, plan)) = session.and_then(|id| Some((id, durable.tasks.plan(id)?))) else {
        return;
    };
    let is_running = durable
        .sessions
        .get(session)
        .is_some_and(|session| !session.status.is_terminal());
    let is_over = plan.counts.ended() == plan.counts.total && (plan.committed || plan.cancelling);
    if !is_running || !is_over {
        return;
    }
    let status = if plan.cancelling {
        SessionStatus::Cancelled
    } else if plan.counts.completed == plan.counts.total {
        SessionStatus::Completed
    } else {
        SessionStatus::Failed
    };
    let evict = durable.sessions.beyond(bounds::ENDED_SESSIONS - 1).collect();
    sink.emit(SessionEvent::SessionEnded {
        session,
        status,
        evict,
    });
}

use super::{live, transition};
use crate::id::SessionId;
use crate::refusal::Refusal;
use crate::sessions::{SessionEvent, SessionStatus};
use crate::state::{Sink, State};

/// Goes on after a pause, or after an alert held new tasks back. To resume what runs changes nothing.
pub(super) fn decide(state: &State<'_>, session: SessionId, sink: &mut Sink) -> Result<(), Refusal> {
    sink.answer(session.0);
    let plan = state.durable.tasks.plan(session);
    let is_held = match live(state, session)?.status {
        SessionStatus::Paused => true,
        SessionStatus::Running => plan.is_some_and(|plan| plan.alerted),
        status => return Err(transition(session, status, "resume")),
    };
    if is_held {
        sink.emit(SessionEvent::SessionResumed { session });
    }
    Ok(())
}

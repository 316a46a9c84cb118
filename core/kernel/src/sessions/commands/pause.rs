use super::{live, transition};
use crate::id::SessionId;
use crate::refusal::Refusal;
use crate::sessions::{SessionEvent, SessionStatus};
use crate::state::{Sink, State};

/// What runs goes on; nothing new is granted, and the clocks of session and phase stand still. To pause again changes
/// nothing.
pub(super) fn decide(
    state: &State<'_>,
    session: SessionId,
    reason: &str,
    sink: &mut Sink,
) -> Result<(), Refusal> {
    sink.answer(session.0);
    match live(state, session)?.status {
        SessionStatus::Running => sink.emit(SessionEvent::SessionPaused {
            session,
            reason: crate::text::clip(reason),
        }),
        SessionStatus::Paused => {}
        status => return Err(transition(session, status, "pause")),
    }
    Ok(())
}

use super::live;
use crate::id::SessionId;
use crate::refusal::Refusal;
use crate::sessions::{SessionEvent, SessionStatus};
use crate::state::{Sink, State};

/// To cancel again changes nothing.
pub(super) fn decide(
    state: &State<'_>,
    session: SessionId,
    reason: &str,
    sink: &mut Sink,
) -> Result<(), Refusal> {
    sink.answer(session.0);
    let known = state.durable.sessions.get(session);
    if known.is_some_and(|known| known.status == SessionStatus::Cancelled) {
        return Ok(());
    }
    if live(state, session)?.status != SessionStatus::Cancelling {
        sink.emit(SessionEvent::SessionCancelRequested {
            session,
            reason: crate::text::clip(reason),
        });
    }
    Ok(())
}

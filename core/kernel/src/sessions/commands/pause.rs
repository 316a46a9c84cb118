use super::live;
use crate::id::SessionId;
use crate::refusal::Refusal;
use crate::sessions::{SessionEvent, SessionStatus};
use crate::state::{Sink, State};

/// What runs goes on; nothing new is granted. A paused or cancelled session stays as it is.
pub(super) fn decide(
    state: &State<'_>,
    session: SessionId,
    reason: &str,
    sink: &mut Sink,
) -> Result<(), Refusal> {
    if live(state, session)?.status == SessionStatus::Running {
        sink.emit(SessionEvent::SessionPaused {
            session,
            reason: crate::text::clip(reason),
        });
    }
    Ok(())
}

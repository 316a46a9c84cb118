use super::live;
use crate::id::SessionId;
use crate::refusal::Refusal;
use crate::sessions::{SessionEvent, SessionStatus};
use crate::state::{Sink, State};

pub(super) fn decide(
    state: &State<'_>,
    session: SessionId,
    reason: &str,
    sink: &mut Sink,
) -> Result<(), Refusal> {
    if live(state, session)?.status != SessionStatus::Cancelling {
        sink.emit(SessionEvent::SessionCancelRequested {
            session,
            reason: crate::text::clip(reason),
        });
    }
    Ok(())
}

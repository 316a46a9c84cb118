use super::live;
use crate::id::SessionId;
use crate::payload::{Payload, is_bounded};
use crate::refusal::Refusal;
use crate::sessions::{SessionError, SessionEvent};
use crate::state::{Sink, State};
use crate::text::is_name;

/// Names a session's context may have.
const CONTEXT_NAMES: usize = 10_000;

/// To set what is set, or to remove what is not there, changes nothing.
pub(super) fn decide(
    state: &State<'_>,
    session: SessionId,
    entries: &[(String, Option<Payload>)],
    sink: &mut Sink,
) -> Result<(), Refusal> {
    let context = &live(state, session)?.context;
    let fresh = entries
        .iter()
        .filter(|(name, value)| value.is_some() && !context.contains_key(name))
        .count();
    let rules = [
        (
            context.len() + fresh <= CONTEXT_NAMES,
            "a context has at most 10,000 names",
        ),
        (
            entries.iter().all(|(name, _)| is_name(name)),
            "a name must have 1 to 256 bytes without control characters",
        ),
        (
            entries.iter().all(|(_, value)| is_bounded(value.as_ref())),
            "a value of more than 256 bytes must be referred to",
        ),
    ];
    if let Some((_, rule)) = rules.iter().find(|(kept, _)| !kept) {
        return Err(SessionError::Context { session, rule }.into());
    }
    sink.answer(session.0);
    if entries
        .iter()
        .any(|(name, value)| context.get(name) != value.as_ref())
    {
        sink.emit(SessionEvent::ContextUpdated {
            session,
            entries: entries.to_vec(),
        });
    }
    Ok(())
}

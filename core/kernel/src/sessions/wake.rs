//! What time, and the end of attempts, do to values and locks.

use super::{LockEnd, SessionEvent};
use crate::id::Fence;
use crate::state::{Sink, State};

/// The time of a value is over.
pub(crate) fn value(state: &State<'_>, version: u64, sink: &mut Sink) {
    let Some(value) = state.durable.sessions.values.table.get(version) else {
        return;
    };
    sink.emit(SessionEvent::ValueWritten {
        session: value.session,
        key: value.key.clone(),
        payload: None,
        expires_ms: None,
        by: String::new(),
        why: "its time is over".to_owned(),
    });
}

/// The time of a hold, or of the wait for one, is over.
pub(crate) fn lock(state: &State<'_>, lock: u64, sink: &mut Sink) {
    end(state, lock, LockEnd::Expired, sink);
}

/// Takes back the next hold or wait of an attempt that has ended, or hands out the next lock that became free; answers
/// whether there was one.
pub(crate) fn next(state: &State<'_>, sink: &mut Sink) -> bool {
    let locks = &state.durable.sessions.locks;
    if let Some(orphan) = locks.orphans.first() {
        end(state, *orphan, LockEnd::HolderEnded, sink);
        return true;
    }
    let first = locks.loose.first().copied();
    let Some((request, wait)) = first.and_then(|first| Some((first, locks.waits.get(first)?))) else {
        return false;
    };
    sink.emit(SessionEvent::LockGranted {
        session: wait.session,
        wish: wait.wish.clone(),
        request: Some(request),
    });
    true
}

fn end(state: &State<'_>, lock: u64, cause: LockEnd, sink: &mut Sink) {
    let locks = &state.durable.sessions.locks;
    let hold = locks.holds.table.get(Fence(lock)).map(|hold| hold.session);
    let wait = || locks.waits.get(lock).map(|wait| wait.session);
    if let Some(session) = hold.or_else(wait) {
        sink.emit(SessionEvent::LockEnded { session, lock, cause });
    }
}

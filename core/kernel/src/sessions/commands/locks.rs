//! Locks: wished for, extended, given back.

use super::{live, writer};
use crate::bounds;
use crate::id::{Fence, SessionId};
use crate::leases::{Hold, LeaseError, LockWish};
use crate::refusal::Refusal;
use crate::sessions::locks::find_deadlock;
use crate::sessions::{LockEnd, LockError, SessionEvent};
use crate::state::{Origin, Sink, State};
use crate::tasks::graph::LONGEST_MS;
use crate::text::is_name;

/// How long somebody waits for a lock, and whether at all.
#[derive(Clone, Copy)]
pub(super) struct Patience {
    pub(super) wait_ms: Option<u64>,
    pub(super) force: bool,
}

/// Hands a lock out, or lets whoever asks wait for it. One that is taken by force is lost to whoever had it.
pub(super) fn acquire(
    state: &State<'_>,
    origin: &Origin<'_>,
    session: SessionId,
    attempt: Option<Fence>,
    wish: &LockWish,
    patience: Patience,
    sink: &mut Sink,
) -> Result<(), Refusal> {
    let Patience { wait_ms, force } = patience;
    live(state, session)?;
    let writer = writer(state, origin, session, attempt)?;
    check_wish(wish)?;
    let wish = owned(state, wish, writer, attempt);
    if force && attempt.is_some() {
        let rule = "an agent takes nothing over";
        return Err(LockError::Invalid { rule }.into());
    }
    let locks = &state.durable.sessions.locks;
    let lost = match force {
        true => locks.holders(session, &wish.name),
        false => Vec::new(),
    };
    if force {
        room(state)?;
    } else if let Err(refusal) = grantable(state, session, &wish, &[]) {
        let is_held = refusal.code == "LOCK_HELD";
        return match wait_ms {
            Some(wait_ms) if is_held => queue(state, session, wish, wait_ms, sink),
            _ => Err(refusal),
        };
    }
    let granted = state.durable.last_seq() + 1 + lost.len() as u64;
    for fence in lost {
        sink.emit(SessionEvent::LockEnded {
            session,
            lock: fence.0,
            cause: LockEnd::TakenOver,
        });
    }
    sink.emit(SessionEvent::LockGranted {
        session,
        wish,
        request: None,
    });
    sink.answer(granted);
    Ok(())
}

fn queue(
    state: &State<'_>,
    session: SessionId,
    wish: LockWish,
    wait_ms: u64,
    sink: &mut Sink,
) -> Result<(), Refusal> {
    let locks = &state.durable.sessions.locks;
    if locks.waiting(session) >= bounds::LOCK_WAITS {
        let (what, limit) = ("waits for locks in the session", bounds::LOCK_WAITS);
        return Err(LockError::Limit { what, limit }.into());
    }
    if let Some(cycle) = find_deadlock(locks, session, &wish) {
        return Err(LockError::Deadlock { cycle }.into());
    }
    let until_ms = (wait_ms > 0).then(|| state.now_ms.saturating_add(wait_ms));
    sink.emit(SessionEvent::LockQueued {
        session,
        wish,
        until_ms,
    });
    Ok(())
}

/// More time, from now on. Time it was given already is not taken away, so to ask for less than is left changes nothing.
pub(super) fn extend(
    state: &State<'_>,
    session: SessionId,
    fence: Fence,
    length_ms: u64,
    sink: &mut Sink,
) -> Result<(), Refusal> {
    let hold = held(state, session, fence)?;
    check_length(length_ms)?;
    if state.now_ms.saturating_add(length_ms) > hold.deadline_ms {
        sink.emit(SessionEvent::LockExtended {
            session,
            fence,
            length_ms,
        });
    }
    sink.answer(fence.0);
    Ok(())
}

/// Gives a lock back, or the wait for it up.
pub(super) fn release(
    state: &State<'_>,
    session: SessionId,
    lock: u64,
    sink: &mut Sink,
) -> Result<(), Refusal> {
    let wait = state.durable.sessions.locks.waits.get(lock);
    if wait.is_none_or(|wait| wait.session != session) {
        held(state, session, Fence(lock))?;
    }
    let cause = LockEnd::Released;
    sink.emit(SessionEvent::LockEnded { session, lock, cause });
    sink.answer(lock);
    Ok(())
}

/// A lock of the session that is held under this fence.
pub(super) fn held<'a>(state: &State<'a>, session: SessionId, fence: Fence) -> Result<&'a Hold, LeaseError> {
    let locks = &state.durable.sessions.locks;
    let hold = locks.holds.held(fence, state.now_ms)?;
    if hold.session != session || locks.orphans.contains(&fence.0) {
        return Err(LeaseError::Fenced { fence });
    }
    Ok(hold)
}

/// The wish of whoever really asks: what an attempt holds is its own, whatever it says.
pub(super) fn owned(state: &State<'_>, wish: &LockWish, writer: &str, attempt: Option<Fence>) -> LockWish {
    let owner = match attempt {
        Some(attempt) => [writer, "#", &attempt.0.to_string()].concat(),
        None => wish.owner.clone(),
    };
    debug_assert!(attempt.is_none_or(|attempt| state.durable.leases.held(attempt).is_ok()));
    LockWish {
        owner,
        attempt,
        ..wish.clone()
    }
}

pub(super) fn check_wish(wish: &LockWish) -> Result<(), LockError> {
    if !is_name(&wish.name) || !is_name(&wish.owner) {
        let rule = "a name has 1 to 256 bytes without control characters";
        return Err(LockError::Invalid { rule });
    }
    check_length(wish.length_ms)
}

fn check_length(length_ms: u64) -> Result<(), LockError> {
    let rule = "a lock is held for 1 ms to a year";
    match (1..=LONGEST_MS).contains(&length_ms) {
        true => Ok(()),
        false => Err(LockError::Invalid { rule }),
    }
}

/// Refuses a wish that would have to wait, when the fences in `released` are held no more.
pub(super) fn grantable(
    state: &State<'_>,
    session: SessionId,
    wish: &LockWish,
    released: &[Fence],
) -> Result<(), Refusal> {
    room(state)?;
    let locks = &state.durable.sessions.locks;
    let before = locks.before(session, wish, u64::MAX);
    let first = before.iter().find(|handle| !released.contains(&Fence(**handle)));
    let Some(first) = first.copied() else {
        return Ok(());
    };
    let hold = locks.holds.table.get(Fence(first)).map(|hold| &hold.wish);
    let owner = hold.or_else(|| locks.waits.get(first).map(|wait| &wait.wish));
    Err(LockError::Held {
        name: wish.name.clone(),
        owner: owner.map_or_else(String::new, |wish| wish.owner.clone()),
        lock: Fence(first),
    }
    .into())
}

fn room(state: &State<'_>) -> Result<(), LockError> {
    let (what, limit) = ("locks held or waited for", bounds::LOCKS);
    match state.durable.sessions.locks.len() < limit {
        true => Ok(()),
        false => Err(LockError::Limit { what, limit }),
    }
}

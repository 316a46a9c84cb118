use super::locks::{check_wish, grantable, held, owned};
use super::{live, writer};
use crate::bounds;
use crate::id::{Fence, SessionId};
use crate::payload::{Payload, is_bounded};
use crate::refusal::Refusal;
use crate::sessions::commands::StateChange;
use crate::sessions::values::weight;
use crate::sessions::{LockEnd, Scope, SessionEvent, ValueError, ValueKey};
use crate::state::{Origin, Sink, State};
use crate::tasks::graph::LONGEST_MS;
use crate::text::is_name;

/// All of it happens, or nothing. To remove what is not there changes nothing.
pub(super) fn decide(
    state: &State<'_>,
    origin: &Origin<'_>,
    session: SessionId,
    attempt: Option<Fence>,
    change: &StateChange,
    sink: &mut Sink,
) -> Result<(), Refusal> {
    let (entry, values) = (live(state, session)?, &state.durable.sessions.values);
    let writer = writer(state, origin, session, attempt)?;
    let StateChange {
        why,
        checks,
        writes,
        held: fences,
        release,
        acquire,
    } = change;
    check(change, attempt.is_some().then_some(writer))?;
    for fence in fences.iter().chain(release) {
        held(state, session, *fence)?;
    }
    for (key, expected) in checks {
        let found = values
            .get(session, key, state.now_ms)
            .map_or(0, |(version, _)| version);
        if found != *expected && !crate::planted::is(40) {
            let (key, expected) = (key.clone(), *expected);
            return Err(ValueError::Conflict { key, found, expected }.into());
        }
    }
    let limits = &state.durable.settings().values;
    let (mut count, mut bytes) = (entry.values, entry.value_bytes);
    for write in writes {
        let before = values
            .get(session, &write.key, 0)
            .map(|(_, value)| value.weight());
        let after = write.payload.as_ref().map(|payload| weight(&write.key, payload));
        if after.is_some_and(|after| after > limits.value_bytes) {
            return Err(limit("bytes a value", limits.value_bytes));
        }
        count = count + u64::from(after.is_some()) - u64::from(before.is_some());
        bytes = bytes.saturating_add(after.unwrap_or(0)) - before.unwrap_or(0);
    }
    if count > entry.values && count > limits.keys {
        return Err(limit("values", limits.keys));
    }
    if bytes > entry.value_bytes && bytes > limits.bytes {
        return Err(limit("bytes of values", limits.bytes));
    }
    let room = bounds::VALUES.saturating_sub(values.len()) as u64;
    if count.saturating_sub(entry.values) > room {
        return Err(Refusal::full("values", bounds::VALUES));
    }
    let mut wishes = Vec::with_capacity(acquire.len());
    for wish in acquire {
        check_wish(wish)?;
        let wish = owned(state, wish, writer, attempt);
        grantable(state, session, &wish, release)?;
        wishes.push(wish);
    }
    let last = writes.len().saturating_sub(1);
    for (write, index) in writes.iter().zip(0..) {
        let is_there = values.get(session, &write.key, 0).is_some();
        let is_lost = crate::planted::is(41) && last > 0 && index == last;
        if (write.payload.is_none() && !is_there) || is_lost {
            continue;
        }
        sink.emit(SessionEvent::ValueWritten {
            session,
            key: write.key.clone(),
            payload: write.payload.clone(),
            expires_ms: write.ttl_ms.map(|ttl_ms| state.now_ms.saturating_add(ttl_ms)),
            by: writer.to_owned(),
            why: why.clone(),
        });
    }
    for fence in release {
        sink.emit(SessionEvent::LockEnded {
            session,
            lock: fence.0,
            cause: LockEnd::Released,
        });
    }
    for wish in wishes {
        let request = None;
        sink.emit(SessionEvent::LockGranted {
            session,
            wish,
            request,
        });
    }
    Ok(())
}

fn limit(what: &'static str, limit: u64) -> Refusal {
    ValueError::Limit { what, limit }.into()
}

/// What can be said without looking at the state; `agent` is the agent that writes.
fn check(change: &StateChange, agent: Option<&str>) -> Result<(), ValueError> {
    let StateChange {
        why,
        checks,
        writes,
        held,
        release,
        acquire,
    } = change;
    let mut keys = writes.iter().map(|write| &write.key);
    let mut all = keys.clone().chain(checks.iter().map(|(key, _)| key));
    let locks: Vec<&str> = acquire.iter().map(|wish| wish.name.as_str()).collect();
    let fences: Vec<u64> = release.iter().map(|fence| fence.0).collect();
    let is_whole =
        |key: &ValueKey| is_name(&key.name) && (key.scope == Scope::Private) == is_name(&key.owner);
    let is_own = |key: &ValueKey| key.scope != Scope::Private || agent.is_none_or(|agent| agent == key.owner);
    let has_time = |scope, payload: Option<&Payload>, ttl_ms: Option<u64>| {
        ttl_ms.is_some() == (scope == Scope::Temporary && payload.is_some())
            && ttl_ms.is_none_or(|ttl_ms| (1..=LONGEST_MS).contains(&ttl_ms))
    };
    let mut writes = writes.iter();
    let rules = [
        (
            writes.len().max(checks.len()) <= bounds::VALUE_BATCH,
            "a command names at most 1,000 values",
        ),
        (
            (held.len() + release.len()).max(acquire.len()) <= bounds::LOCK_BATCH,
            "a command names at most 100 locks",
        ),
        (why.len() <= bounds::NAME_BYTES, "a reason has at most 256 bytes"),
        (
            all.clone().all(is_whole),
            "a name has 1 to 256 bytes without control characters, and a private value the name of its agent",
        ),
        (
            all.all(is_own),
            "an agent has no business with private values of another",
        ),
        (
            is_sorted(&mut keys),
            "values must be named once each, in the order of their keys",
        ),
        (
            locks.is_sorted_by(|a, b| a < b) && fences.is_sorted_by(|a, b| a < b),
            "locks must be named once each, in order",
        ),
        (
            writes
                .clone()
                .all(|write| has_time(write.key.scope, write.payload.as_ref(), write.ttl_ms)),
            "a temporary value has a time of 1 ms to a year, and no other has",
        ),
        (
            writes.all(|write| is_bounded(write.payload.as_ref())),
            "a value of more than 256 bytes must be referred to",
        ),
    ];
    match rules.iter().find(|(kept, _)| !kept) {
        Some((_, rule)) => Err(ValueError::Invalid { rule }),
        None => Ok(()),
    }
}

fn is_sorted<'a>(keys: &mut impl Iterator<Item = &'a ValueKey>) -> bool {
    keys.map(|key| (key.scope.tag(), key.owner.as_str(), key.name.as_str()))
        .is_sorted_by(|a, b| a < b)
}

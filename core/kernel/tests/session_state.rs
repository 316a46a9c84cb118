//! Values of a session: versions, scopes, time, quotas, and changes that happen as a whole.

#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a test ends at what it did not expect, and its names are its words"
)]

mod common;

use common::sessions::{cancel, commit};
use common::state::{change, key, nothing, open, set, shared, unlock, wish, write};
use common::{Lab, task};
use polyphon_kernel::journal::JournalCommand;
use polyphon_kernel::sessions::commands::{SessionCommand, StateChange};
use polyphon_kernel::sessions::{Scope, SessionStatus, ValueSettings};
use polyphon_kernel::{Fence, SessionId, Settings};

fn limits(lab: &mut Lab, values: ValueSettings) {
    let settings = Settings {
        values,
        ..Settings::default()
    };
    lab.accept(JournalCommand::Configure { settings });
}

#[test]
fn a_write_has_the_version_of_its_event_and_is_expected_by_it() {
    let mut lab = Lab::new();
    let session = open(&mut lab);
    let first = lab.accept(set(session, "plan", "a"));
    assert_eq!(lab.value(session, &shared("plan")), Some((first, "a".to_owned())));
    let expecting = |version| {
        let (checks, writes) = (vec![(shared("plan"), version)], vec![write(shared("plan"), "b")]);
        change(
            session,
            StateChange {
                checks,
                writes,
                ..nothing()
            },
        )
    };
    assert_eq!(lab.refuse(expecting(0)).code, "VALUE_CONFLICT");
    let second = lab.accept(expecting(first));
    let refusal = lab.refuse(expecting(first));
    assert_eq!(refusal.code, "VALUE_CONFLICT");
    let found = refusal.details.iter().find(|(name, _)| name == "version");
    assert_eq!(found.unwrap().1, second.to_string());
    lab.check_replay();
}

#[test]
fn scopes_and_sessions_do_not_meet() {
    let mut lab = Lab::new();
    let (one, other) = (open(&mut lab), open(&mut lab));
    lab.accept(set(one, "plan", "a"));
    let own = key(Scope::Private, "writer", "plan");
    let writes = vec![write(own.clone(), "p")];
    lab.accept(change(one, StateChange { writes, ..nothing() }));
    assert_eq!(lab.value(one, &shared("plan")).unwrap().1, "a");
    assert_eq!(lab.value(one, &own).unwrap().1, "p");
    assert_eq!(lab.value(one, &key(Scope::Private, "reader", "plan")), None);
    assert_eq!(lab.value(other, &shared("plan")), None);
}

#[test]
fn a_value_that_was_deleted_begins_anew_with_a_version_nobody_had() {
    let mut lab = Lab::new();
    let session = open(&mut lab);
    let first = lab.accept(set(session, "plan", "a"));
    lab.accept(set(session, "plan", ""));
    assert_eq!(lab.value(session, &shared("plan")), None);
    assert_eq!(
        lab.accept(set(session, "plan", "")),
        0,
        "nothing is there to delete"
    );
    assert!(lab.accept(set(session, "plan", "b")) > first + 1);
    lab.check_replay();
}

#[test]
fn a_temporary_value_goes_when_its_time_is_over_and_not_before() {
    let mut lab = Lab::new();
    let session = open(&mut lab);
    let brief = key(Scope::Temporary, "", "draft");
    let mut entry = write(brief.clone(), "x");
    entry.ttl_ms = Some(1_000);
    let writes = vec![entry];
    lab.accept(change(session, StateChange { writes, ..nothing() }));
    lab.pass(999);
    assert!(lab.value(session, &brief).is_some());
    lab.pass(1);
    assert_eq!(lab.value(session, &brief), None);
    assert!(lab.kernel.durable().sessions.values.is_empty());
    assert_eq!(lab.event_names().last(), Some(&"ValueWritten"));
    lab.check_replay();
}

#[test]
fn quotas_count_what_is_there_now() {
    let mut lab = Lab::new();
    limits(
        &mut lab,
        ValueSettings {
            keys: 2,
            bytes: 40,
            value_bytes: 30,
        },
    );
    let session = open(&mut lab);
    lab.accept(set(session, "a", "0123456789"));
    lab.accept(set(session, "b", "0123456789"));
    assert_eq!(lab.refuse(set(session, "c", "x")).code, "VALUE_LIMIT");
    assert_eq!(lab.refuse(set(session, "a", &"x".repeat(30))).code, "VALUE_LIMIT");
    assert_eq!(lab.refuse(set(session, "a", &"x".repeat(29))).code, "VALUE_LIMIT");
    lab.accept(set(session, "b", ""));
    lab.accept(set(session, "a", &"x".repeat(29)));
    let entry = lab.kernel.durable().sessions.get(session).unwrap();
    assert_eq!((entry.values, entry.value_bytes), (1, 30));
    lab.check_replay();
}

#[test]
fn lower_quotas_leave_what_is_there_and_let_it_shrink() {
    let mut lab = Lab::new();
    let session = open(&mut lab);
    for name in ["a", "b", "c"] {
        lab.accept(set(session, name, "0123456789"));
    }
    limits(
        &mut lab,
        ValueSettings {
            keys: 1,
            bytes: 12,
            value_bytes: 12,
        },
    );
    lab.accept(set(session, "a", "01234"));
    lab.accept(set(session, "b", ""));
    assert_eq!(lab.refuse(set(session, "b", "x")).code, "VALUE_LIMIT");
}

#[test]
fn a_change_happens_as_a_whole_or_not_at_all() {
    let mut lab = Lab::new();
    let session = open(&mut lab);
    let version = lab.accept(set(session, "from", "100"));
    let pay = |expected, fence: Option<Fence>| StateChange {
        checks: vec![(shared("from"), expected)],
        writes: vec![write(shared("from"), "70"), write(shared("to"), "30")],
        release: fence.into_iter().collect(),
        acquire: vec![wish("books", "cashier")],
        ..nothing()
    };
    assert_eq!(
        lab.refuse(change(session, pay(version + 1, None))).code,
        "VALUE_CONFLICT"
    );
    assert!(lab.holders("books").is_empty() && lab.value(session, &shared("to")).is_none());
    lab.accept(change(session, pay(version, None)));
    let held = lab.holders("books");
    assert_eq!(held.len(), 1);
    assert_eq!(lab.value(session, &shared("to")).unwrap().1, "30");
    // The lock is held: the same again is refused with it, and changes nothing.
    let version = lab.value(session, &shared("from")).unwrap().0;
    assert_eq!(lab.refuse(change(session, pay(version, None))).code, "LOCK_HELD");
    assert_eq!(lab.value(session, &shared("from")).unwrap().0, version);
    // Given back and taken in one go, it has a new fence.
    lab.accept(change(session, pay(version, Some(Fence(held[0].0)))));
    assert!(lab.holders("books")[0].0 > held[0].0);
    lab.check_replay();
}

#[test]
fn a_stale_fence_is_refused_when_writing() {
    let mut lab = Lab::new();
    let session = open(&mut lab);
    let other = open(&mut lab);
    let fence = lab.accept(common::state::lock(session, "plan", "a"));
    let under = |session: SessionId, fence| {
        let (held, writes) = (vec![Fence(fence)], vec![write(shared("plan"), "x")]);
        change(
            session,
            StateChange {
                held,
                writes,
                ..nothing()
            },
        )
    };
    lab.accept(under(session, fence));
    assert_eq!(lab.refuse(under(other, fence)).code, "LEASE_FENCED");
    lab.accept(unlock(session, fence));
    assert_eq!(lab.refuse(under(session, fence)).code, "LEASE_FENCED");
    let late = lab.accept(common::state::lock(session, "plan", "b"));
    lab.pass(10_000);
    assert_eq!(lab.refuse(under(session, late)).code, "LEASE_FENCED");
}

#[test]
fn an_agent_writes_while_its_attempt_counts_and_only_its_own() {
    let mut lab = common::sessions::lab();
    let session = lab.orchestrate(vec![task("a", &[])]);
    let fence = lab.fence("a");
    let by = |scope: Scope, owner: &str, attempt| SessionCommand::ChangeState {
        session,
        attempt: Some(attempt),
        change: StateChange {
            why: "because".to_owned(),
            writes: vec![write(key(scope, owner, "note"), "x")],
            ..nothing()
        },
    };
    lab.accept(by(Scope::Shared, "", fence));
    lab.accept(by(Scope::Private, "worker", fence));
    assert_eq!(
        lab.refuse(by(Scope::Private, "other", fence)).code,
        "VALUE_INVALID"
    );
    assert_eq!(
        lab.refuse(by(Scope::Shared, "", Fence(fence.0 + 1))).code,
        "LEASE_FENCED"
    );
    let written = lab.events();
    let written = written.iter().rev().find(|event| event.name() == "ValueWritten");
    assert!(format!("{written:?}").contains("by: \"worker\", why: \"because\""));
    // The attempt goes on, its session ends with it.
    lab.complete("a");
    assert_eq!(lab.refuse(by(Scope::Shared, "", fence)).code, "SESSION_ENDED");
    assert_eq!(
        lab.value(session, &key(Scope::Shared, "", "note")).unwrap().1,
        "x"
    );
    lab.check_replay();
}

#[test]
fn a_session_without_tasks_goes_on_until_it_is_closed() {
    let mut lab = Lab::new();
    let (closed, cancelled) = (open(&mut lab), open(&mut lab));
    lab.pass(3_600_000);
    lab.accept(set(closed, "plan", "a"));
    lab.accept(commit(closed));
    lab.accept(cancel(cancelled));
    let status = |lab: &Lab, session| lab.kernel.durable().sessions.get(session).unwrap().status;
    assert_eq!(status(&lab, closed), SessionStatus::Completed);
    assert_eq!(status(&lab, cancelled), SessionStatus::Cancelled);
    assert_eq!(lab.refuse(set(closed, "plan", "b")).code, "SESSION_ENDED");
    let late = open(&mut lab);
    lab.pass(7_200_000);
    assert_eq!(status(&lab, late), SessionStatus::Failed);
    lab.check_replay();
}

#[test]
fn values_leave_memory_with_their_session() {
    let mut lab = Lab::new();
    for _ in 0..=polyphon_kernel::bounds::ENDED_SESSIONS {
        let session = open(&mut lab);
        lab.accept(set(session, "plan", "a"));
        lab.accept(commit(session));
    }
    let kept = lab.kernel.durable().sessions.values.len();
    assert_eq!(kept, polyphon_kernel::bounds::ENDED_SESSIONS);
    lab.check_replay();
}

//! Of what sessions share, and of their locks.

use polyphon_kernel::sessions::Scope;
use polyphon_kernel::sessions::commands::{SessionCommand, StateChange};
use polyphon_kernel::{Fence, Payload, SessionId, bounds};

use super::{Case, LONG, NOTHING, TOO_LONG_MS, add, inline};
use crate::common::state::{change, key, lock, nothing, open, set, shared, wish, write};
use crate::common::{Lab, plan, task};

/// Changes something in a new session.
fn changing(cases: &mut Vec<Case>, code: &'static str, rule: &'static str, make: fn() -> StateChange) {
    add(cases, code, rule, move |lab| {
        let session = open(lab);
        change(session, make())
    });
}

fn acquiring(lab: &mut Lab, make: impl FnOnce(&mut polyphon_kernel::leases::LockWish)) -> SessionCommand {
    let session = open(lab);
    let mut wish = wish("plan", "a");
    make(&mut wish);
    SessionCommand::AcquireLock {
        session,
        attempt: None,
        wish,
        wait_ms: None,
        force: false,
    }
}

fn about(session: SessionId) -> [SessionCommand; 4] {
    let fence = Fence(NOTHING);
    let length_ms = 1;
    [
        set(session, "plan", "a"),
        lock(session, "plan", "a"),
        SessionCommand::ExtendLock {
            session,
            fence,
            length_ms,
        },
        SessionCommand::ReleaseLock {
            session,
            lock: NOTHING,
        },
    ]
}

pub(super) fn values(cases: &mut Vec<Case>) {
    for number in 0..2 {
        add(
            cases,
            "SESSION_UNKNOWN",
            "there is no running session",
            move |_| about(SessionId(NOTHING))[number].clone(),
        );
        add(cases, "SESSION_ENDED", "has ended", move |lab| {
            about(lab.orchestrate(Vec::new()))[number].clone()
        });
    }
    for number in 2..4 {
        add(cases, "LEASE_FENCED", "is not a running lease", move |lab| {
            about(open(lab))[number].clone()
        });
    }
    add(cases, "PLAN_INVALID", "a plan takes at most a year", |_| {
        let mut plan = plan();
        plan.timeout_ms = TOO_LONG_MS;
        SessionCommand::OpenSession { plan, input: None }
    });
    changing(cases, "VALUE_INVALID", "at most 1,000 values", || StateChange {
        checks: (0..=bounds::VALUE_BATCH)
            .map(|name| (shared(&name.to_string()), 0))
            .collect(),
        ..nothing()
    });
    changing(cases, "VALUE_INVALID", "at most 100 locks", || StateChange {
        held: vec![Fence(NOTHING); bounds::LOCK_BATCH + 1],
        ..nothing()
    });
    changing(cases, "VALUE_INVALID", "a reason has at most 256 bytes", || {
        StateChange {
            why: "x".repeat(LONG),
            ..nothing()
        }
    });
    let whole =
        "a name has 1 to 256 bytes without control characters, and a private value the name of its agent";
    changing(cases, "VALUE_INVALID", whole, || StateChange {
        writes: vec![write(shared("a\n"), "x")],
        ..nothing()
    });
    changing(cases, "VALUE_INVALID", whole, || StateChange {
        writes: vec![write(key(Scope::Private, "", "a"), "x")],
        ..nothing()
    });
    changing(cases, "VALUE_INVALID", whole, || StateChange {
        checks: vec![(key(Scope::Shared, "writer", "a"), 0)],
        ..nothing()
    });
    add(
        cases,
        "VALUE_INVALID",
        "an agent has no business with private values of another",
        |lab| {
            lab.agent("worker", 1);
            let session = lab.orchestrate(vec![task("A", &[])]);
            SessionCommand::ChangeState {
                session,
                attempt: Some(lab.fence("A")),
                change: StateChange {
                    writes: vec![write(key(Scope::Private, "other", "a"), "x")],
                    ..nothing()
                },
            }
        },
    );
    changing(cases, "VALUE_INVALID", "in the order of their keys", || {
        StateChange {
            writes: vec![write(shared("a"), "x"), write(shared("a"), "y")],
            ..nothing()
        }
    });
    changing(
        cases,
        "VALUE_INVALID",
        "locks must be named once each, in order",
        || StateChange {
            acquire: vec![wish("a", "x"), wish("a", "y")],
            ..nothing()
        },
    );
    let time = "a temporary value has a time of 1 ms to a year, and no other has";
    changing(cases, "VALUE_INVALID", time, || StateChange {
        writes: vec![write(key(Scope::Temporary, "", "a"), "x")],
        ..nothing()
    });
    changing(cases, "VALUE_INVALID", time, || {
        let mut write = write(shared("a"), "x");
        write.ttl_ms = Some(1);
        StateChange {
            writes: vec![write],
            ..nothing()
        }
    });
    changing(
        cases,
        "VALUE_INVALID",
        "a value of more than 256 bytes must be referred to",
        || {
            let mut write = write(shared("a"), "x");
            write.payload = inline(257);
            StateChange {
                writes: vec![write],
                ..nothing()
            }
        },
    );
    changing(cases, "VALUE_CONFLICT", "has version 0, expected was 7", || {
        StateChange {
            checks: vec![(shared("a"), 7)],
            ..nothing()
        }
    });
    changing(cases, "VALUE_LIMIT", "at most 1048576 bytes a value", || {
        let mut write = write(shared("a"), "x");
        let (hash, key) = ([0; 32], "row".to_owned());
        write.payload = Some(Payload::Ref {
            hash,
            bytes: 1 << 20,
            key,
        });
        StateChange {
            writes: vec![write],
            ..nothing()
        }
    });
    changing(cases, "LEASE_FENCED", "is not a running lease", || StateChange {
        release: vec![Fence(NOTHING)],
        ..nothing()
    });
}

pub(super) fn locks(cases: &mut Vec<Case>) {
    add(
        cases,
        "LOCK_INVALID",
        "a name has 1 to 256 bytes without control characters",
        |lab| acquiring(lab, |wish| wish.name.clear()),
    );
    add(
        cases,
        "LOCK_INVALID",
        "a lock is held for 1 ms to a year",
        |lab| acquiring(lab, |wish| wish.length_ms = TOO_LONG_MS),
    );
    add(cases, "LOCK_INVALID", "an agent takes nothing over", |lab| {
        lab.agent("worker", 1);
        let session = lab.orchestrate(vec![task("A", &[])]);
        SessionCommand::AcquireLock {
            session,
            attempt: Some(lab.fence("A")),
            wish: wish("plan", "a"),
            wait_ms: None,
            force: true,
        }
    });
    add(cases, "LOCK_HELD", "is held or waited for by \"a\"", |lab| {
        let session = open(lab);
        lab.accept(lock(session, "plan", "a"));
        SessionCommand::AcquireLock {
            session,
            attempt: None,
            wish: wish("plan", "b"),
            wait_ms: None,
            force: false,
        }
    });
    add(cases, "LOCK_DEADLOCK", "a → plan → a", |lab| {
        let session = open(lab);
        lab.accept(lock(session, "plan", "a"));
        lock(session, "plan", "a")
    });
    add(cases, "LOCK_LIMIT", "locks held or waited for", |lab| {
        let session = open(lab);
        for part in 0..bounds::LOCKS / bounds::LOCK_BATCH {
            let names = (0..bounds::LOCK_BATCH).map(|name| format!("{part:04}-{name:02}"));
            let acquire = names.map(|name| wish(&name, "a")).collect();
            lab.accept(change(session, StateChange { acquire, ..nothing() }));
        }
        lock(session, "one more", "a")
    });
    add(cases, "LOCK_LIMIT", "waits for locks in the session", |lab| {
        let session = open(lab);
        for owner in 0..=bounds::LOCK_WAITS {
            lab.accept(lock(session, "plan", &owner.to_string()));
        }
        lock(session, "plan", "one more")
    });
}

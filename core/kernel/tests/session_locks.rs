//! Locks of a session: who has them, who waits, and how each of that ends.

#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a test ends at what it did not expect, and its names are its words"
)]

mod common;

use common::sessions::commit;
use common::state::{lock, open, unlock, wish};
use common::{Lab, task};
use polyphon_kernel::journal::JournalCommand;
use polyphon_kernel::sessions::commands::SessionCommand;
use polyphon_kernel::{Fence, SessionId};
use proptest::prelude::*;

fn shared_lock(session: SessionId, name: &str, owner: &str) -> SessionCommand {
    let mut wish = wish(name, owner);
    wish.shared = true;
    acquire(session, None, wish, Some(0), false)
}

fn acquire(
    session: SessionId,
    attempt: Option<Fence>,
    wish: polyphon_kernel::leases::LockWish,
    wait_ms: Option<u64>,
    force: bool,
) -> SessionCommand {
    SessionCommand::AcquireLock {
        session,
        attempt,
        wish,
        wait_ms,
        force,
    }
}

fn owners(lab: &Lab, name: &str) -> Vec<String> {
    lab.holders(name).into_iter().map(|(_, owner)| owner).collect()
}

#[test]
fn a_lock_goes_to_whoever_waited_longest_with_a_greater_fence() {
    let mut lab = Lab::new();
    let session = open(&mut lab);
    let first = lab.accept(lock(session, "plan", "a"));
    for owner in ["b", "c"] {
        lab.accept(lock(session, "plan", owner));
    }
    assert_eq!(owners(&lab, "plan"), ["a"]);
    lab.accept(unlock(session, first));
    assert_eq!(owners(&lab, "plan"), ["b"]);
    let second = lab.holders("plan")[0].0;
    assert!(second > first);
    lab.accept(unlock(session, second));
    assert_eq!(owners(&lab, "plan"), ["c"]);
    assert_eq!(lab.refuse(unlock(session, first)).code, "LEASE_FENCED");
    lab.check_replay();
}

#[test]
fn those_who_share_wait_behind_whoever_wants_it_alone() {
    let mut lab = Lab::new();
    let session = open(&mut lab);
    let readers = ["a", "b"].map(|owner| lab.accept(shared_lock(session, "plan", owner)));
    lab.accept(lock(session, "plan", "writer"));
    for owner in ["c", "d"] {
        lab.accept(shared_lock(session, "plan", owner));
    }
    assert_eq!(owners(&lab, "plan"), ["a", "b"]);
    for fence in readers {
        lab.accept(unlock(session, fence));
    }
    assert_eq!(owners(&lab, "plan"), ["writer"]);
    let writer = lab.holders("plan")[0].0;
    lab.accept(unlock(session, writer));
    assert_eq!(owners(&lab, "plan"), ["c", "d"]);
    lab.check_replay();
}

#[test]
fn whoever_does_not_want_to_wait_hears_who_has_it() {
    let mut lab = Lab::new();
    let session = open(&mut lab);
    let fence = lab.accept(lock(session, "plan", "a"));
    let refusal = lab.refuse(acquire(session, None, wish("plan", "b"), None, false));
    assert_eq!(refusal.code, "LOCK_HELD");
    let details = [
        ("name", "plan".to_owned()),
        ("owner", "a".to_owned()),
        ("lock", fence.to_string()),
    ];
    assert_eq!(
        refusal.details,
        details.map(|(name, value)| (name.to_owned(), value))
    );
}

#[test]
fn a_circle_of_waits_is_refused_and_named() {
    let mut lab = Lab::new();
    let session = open(&mut lab);
    for (name, owner) in [("x", "a"), ("y", "b"), ("z", "c")] {
        lab.accept(lock(session, name, owner));
    }
    lab.accept(lock(session, "y", "a"));
    lab.accept(lock(session, "z", "b"));
    let refusal = lab.refuse(lock(session, "x", "c"));
    assert_eq!(refusal.code, "LOCK_DEADLOCK");
    let cycle = refusal.details.iter().find(|(name, _)| name == "cycle").unwrap();
    assert_eq!(cycle.1, "c → x → a → y → b → z → c");
    // Whoever has a lock and wants it again would wait for itself.
    let refusal = lab.refuse(lock(session, "x", "a"));
    assert!(refusal.message.ends_with("a → x → a"), "{}", refusal.message);
    // In another session the same names are others.
    let other = open(&mut lab);
    lab.accept(lock(other, "x", "c"));
    lab.check_replay();
}

#[test]
fn a_circle_through_those_who_wait_ahead_is_one_too() {
    let mut lab = Lab::new();
    let session = open(&mut lab);
    let reader = lab.accept(shared_lock(session, "x", "reader"));
    lab.accept(lock(session, "y", "late"));
    lab.accept(lock(session, "x", "writer"));
    // The reader would wait for `late`, `late` for the writer ahead of it, and the writer for the reader.
    lab.accept(shared_lock(session, "x", "late"));
    let refusal = lab.refuse(lock(session, "y", "reader"));
    assert_eq!(refusal.code, "LOCK_DEADLOCK");
    lab.accept(unlock(session, reader));
    assert_eq!(owners(&lab, "x"), ["writer"]);
}

#[test]
fn a_hold_ends_with_its_time_and_not_before_and_more_time_is_more() {
    let mut lab = Lab::new();
    let session = open(&mut lab);
    let first = lab.accept(lock(session, "plan", "a"));
    lab.accept(lock(session, "plan", "b"));
    lab.pass(9_000);
    let extend = |length_ms| SessionCommand::ExtendLock {
        session,
        fence: Fence(first),
        length_ms,
    };
    lab.accept(extend(10_000));
    let until = lab.hold_until(Fence(first)).unwrap();
    lab.accept(extend(5));
    assert_eq!(lab.hold_until(Fence(first)), Some(until), "nothing is taken away");
    lab.pass(9_999);
    assert_eq!(owners(&lab, "plan"), ["a"]);
    lab.pass(1);
    assert_eq!(owners(&lab, "plan"), ["b"]);
    assert_eq!(lab.refuse(extend(10_000)).code, "LEASE_FENCED");
    lab.check_replay();
}

#[test]
fn a_wait_is_given_up_when_its_time_is_over_or_by_whoever_waits() {
    let mut lab = Lab::new();
    let session = open(&mut lab);
    let fence = lab.accept(lock(session, "plan", "a"));
    lab.accept(acquire(session, None, wish("plan", "b"), Some(500), false));
    let third = lab.accept(lock(session, "plan", "c"));
    lab.pass(500);
    lab.accept(unlock(session, third));
    lab.accept(unlock(session, fence));
    assert!(owners(&lab, "plan").is_empty());
    assert_eq!(lab.kernel.durable().sessions.locks.waits().count(), 0);
    lab.check_replay();
}

#[test]
fn what_an_attempt_holds_and_waits_for_ends_with_it() {
    let mut lab = common::sessions::lab();
    let session = lab.orchestrate(vec![task("a", &[]), task("b", &[]), task("c", &["a"].map(|_| 0))]);
    let (a, b) = (lab.fence("a"), lab.fence("b"));
    let first = lab.accept(acquire(session, Some(a), wish("plan", "a"), Some(0), false));
    lab.accept(acquire(session, Some(b), wish("plan", "a"), Some(0), false));
    lab.accept(acquire(session, None, wish("plan", "me"), Some(0), false));
    assert_eq!(owners(&lab, "plan"), [format!("worker#{}", a.0)]);
    lab.complete("b");
    lab.fail("a", "timeout");
    assert_eq!(owners(&lab, "plan"), ["me"], "the attempts of both are over");
    assert!(lab.holders("plan")[0].0 > first);
    lab.check_replay();
}

#[test]
fn a_lock_is_taken_by_force_from_outside_only() {
    let mut lab = common::sessions::lab();
    let session = lab.orchestrate(vec![task("a", &[])]);
    let first = lab.accept(lock(session, "plan", "a"));
    lab.accept(lock(session, "plan", "b"));
    let fence = lab.fence("a");
    let refusal = lab.refuse(acquire(session, Some(fence), wish("plan", "x"), None, true));
    assert_eq!(refusal.code, "LOCK_INVALID");
    let taken = lab.accept(acquire(session, None, wish("plan", "operator"), None, true));
    assert_eq!(lab.holders("plan"), [(taken, "operator".to_owned())]);
    assert_eq!(lab.refuse(unlock(session, first)).code, "LEASE_FENCED");
    lab.accept(unlock(session, taken));
    assert_eq!(owners(&lab, "plan"), ["b"]);
    lab.check_replay();
}

#[test]
fn after_a_restart_holders_have_their_full_time_and_nobody_waits() {
    let mut lab = Lab::new();
    let session = open(&mut lab);
    let first = lab.accept(lock(session, "plan", "a"));
    lab.accept(lock(session, "plan", "b"));
    lab.now.mono_ms += 9_000;
    lab.now.wall_ms += 9_000;
    lab.accept(JournalCommand::StartNode {
        epoch: 2,
        seed: 42,
        node: "lab".to_owned(),
    });
    lab.pass(9_999);
    assert_eq!(lab.holders("plan"), [(first, "a".to_owned())]);
    lab.pass(1);
    assert!(owners(&lab, "plan").is_empty());
    let second = lab.accept(lock(session, "plan", "b"));
    assert!(second > first);
    lab.check_replay();
}

#[test]
fn locks_end_with_their_session() {
    let mut lab = Lab::new();
    let session = open(&mut lab);
    let fence = lab.accept(lock(session, "plan", "a"));
    lab.accept(lock(session, "plan", "b"));
    lab.accept(commit(session));
    assert!(owners(&lab, "plan").is_empty());
    assert_eq!(lab.refuse(unlock(session, fence)).code, "LEASE_FENCED");
    lab.pass(60_000);
    lab.check_replay();
}

#[test]
fn waits_are_bounded() {
    let mut lab = Lab::new();
    let session = open(&mut lab);
    lab.accept(lock(session, "plan", "holder"));
    for owner in 0..polyphon_kernel::bounds::LOCK_WAITS {
        lab.accept(lock(session, "plan", &format!("w{owner}")));
    }
    let refusal = lab.refuse(lock(session, "plan", "one more"));
    assert_eq!(refusal.code, "LOCK_LIMIT");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]
    /// Whatever is asked, a lock is in one hand or in many that share it, whoever can have it has it, nobody waits in a
    /// circle, and what is rebuilt is the same.
    #[test]
    fn locks_keep_their_rules(asked in prop::collection::vec((0_u8..5, 0_u8..3, 0_u8..4, any::<bool>()), 1..80)) {
        let mut lab = Lab::new();
        let session = open(&mut lab);
        let mut last = 0;
        for (what, name, owner, shares) in asked {
            let (name, owner) = (format!("l{name}"), format!("o{owner}"));
            let mut wish = wish(&name, &owner);
            wish.shared = shares;
            match what {
                0..=2 => drop(lab.tell(acquire(session, None, wish, Some(u64::from(what) * 3_000), false))),
                3 => {
                    if let Some((fence, _)) = lab.holders(&name).first() {
                        lab.accept(unlock(session, *fence));
                    }
                }
                _ => lab.pass(1_000),
            }
            let locks = &lab.kernel.durable().sessions.locks;
            let holds: Vec<_> = locks.holds().iter().collect();
            for (fence, hold) in &holds {
                let same = holds.iter().filter(|(_, other)| other.wish.name == hold.wish.name);
                let alone = same.clone().count() == 1;
                prop_assert!(alone || same.clone().all(|(_, other)| other.wish.shared), "{fence}");
                prop_assert!(fence.0 <= lab.kernel.durable().last_seq());
            }
            let newest = holds.iter().map(|(fence, _)| fence.0).max().unwrap_or(0);
            last = newest.max(last);
            for (handle, wait) in locks.waits() {
                let others = holds.iter().filter(|(_, hold)| hold.wish.name == wait.wish.name);
                let ahead = locks.waits().any(|(other, known)| other < handle && known.wish.name == wait.wish.name);
                let blocked = others.clone().any(|(_, hold)| !(hold.wish.shared && wait.wish.shared));
                prop_assert!(blocked || ahead, "{handle} could have what it waits for");
            }
        }
        lab.check_replay();
    }
}

//! Plans that come in parts: invisible until they are committed, bounded, and given up when they do not grow.

#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a test ends at what it did not expect, and its names are its words"
)]

mod common;

use std::sync::Arc;

use common::sessions::{add, begin, cancel, commit, lab};
use common::tasks::criterion;
use common::{plan, task};
use polyphon_kernel::SessionId;
use polyphon_kernel::bounds;
use polyphon_kernel::sessions::SessionStatus;
use polyphon_kernel::sessions::commands::SessionCommand;

#[test]
fn a_draft_is_invisible_until_it_is_committed() {
    let mut lab = lab();
    let session = begin(&mut lab, 3);
    lab.accept(add(session, vec![task("A", &[]), task("B", &[0])]));
    assert!(lab.running().is_empty());
    assert_eq!(lab.refuse(commit(session)).code, "PLAN_INCOMPLETE");
    lab.accept(add(session, vec![task("C", &[])]));
    lab.accept(commit(session));
    assert_eq!(lab.running(), ["A", "C"]);
    assert_eq!(
        lab.accept(commit(session)),
        session.0,
        "once more changes nothing"
    );
    assert_eq!(
        lab.refuse(add(session, vec![task("D", &[])])).code,
        "PLAN_COMMITTED"
    );
    for key in ["A", "B", "C"] {
        lab.complete(key);
    }
    lab.accept(commit(session));
    lab.check_replay();
}

#[test]
fn a_draft_takes_no_more_tasks_than_it_announced() {
    let mut lab = lab();
    let session = begin(&mut lab, 1);
    let refusal = lab.refuse(add(session, vec![task("A", &[]), task("B", &[])]));
    assert_eq!(refusal.code, "PLAN_TOO_LARGE");
    assert_eq!(
        lab.refuse(add(session, vec![task("A", &[1])])).code,
        "PLAN_INVALID"
    );
}

#[test]
fn what_is_wrong_with_a_draft_as_a_whole_is_found_when_it_is_committed() {
    let mut lab = lab();
    let session = begin(&mut lab, 2);
    lab.accept(add(session, vec![task("A", &[1])]));
    lab.accept(add(session, vec![task("B", &[0])]));
    assert_eq!(lab.refuse(commit(session)).code, "TASK_CYCLE");
    assert_eq!(lab.session_status(session), SessionStatus::Planning);
    lab.accept(cancel(session));
    assert_eq!(lab.session_status(session), SessionStatus::Cancelled);
}

#[test]
fn a_cancelled_draft_is_gone_at_once_with_its_tasks() {
    let mut lab = lab();
    let session = begin(&mut lab, 5_000);
    let tasks = (0..2_000).map(|number| task(&format!("T{number}"), &[]));
    lab.accept(add(session, tasks.collect()));
    let before = lab.events().len();
    lab.accept(cancel(session));
    assert_eq!(
        lab.event_names()[before..],
        ["SessionCancelRequested", "SessionEnded"]
    );
    assert_eq!(lab.kernel.durable().tasks.len(), 0);
    assert_eq!(
        lab.refuse(add(session, vec![task("A", &[])])).code,
        "SESSION_ENDED"
    );
    assert_eq!(lab.refuse(commit(session)).code, "SESSION_ENDED");
    lab.check_replay();
}

#[test]
fn a_draft_that_does_not_grow_is_given_up() {
    let mut lab = lab();
    let session = begin(&mut lab, 5);
    lab.pass(599_999);
    lab.accept(add(session, vec![task("A", &[])]));
    lab.pass(599_999);
    assert_eq!(lab.session_status(session), SessionStatus::Planning);
    lab.pass(1);
    assert_eq!(lab.session_status(session), SessionStatus::Cancelled);
    assert!(lab.session(session).reason.contains("handed in"));
    assert_eq!(lab.kernel.durable().sessions.drafts(), 0);
    lab.check_replay();
}

#[test]
fn a_committed_draft_has_its_full_time() {
    let mut lab = lab();
    let session = begin(&mut lab, 1);
    lab.accept(add(session, vec![task("A", &[])]));
    lab.pass(500_000);
    lab.accept(commit(session));
    let clock = lab.session(session).clock;
    assert_eq!(
        clock.deadline_ms.unwrap() - lab.kernel.durable().last_ms(),
        7_200_000
    );
    lab.check_replay();
}

#[test]
fn the_bytes_of_a_plan_are_bounded_over_all_its_parts() {
    let mut lab = lab();
    let bulky = |number: usize| {
        let mut bulky = task(&format!("T{number}"), &[]);
        bulky.name = "n".repeat(250);
        Arc::make_mut(&mut bulky.demand).needs = (0..64).map(|need| format!("{need:0>200}")).collect();
        bulky.criteria = (0..64)
            .map(|name| criterion(&format!("{name:0>200}"), 1))
            .collect();
        bulky
    };
    let one = polyphon_wire::to_bytes(&bulky(1_000_000)).len() as u64;
    let fit = (bounds::PLAN_BYTES / one) as usize;
    let session = begin(&mut lab, bounds::PLAN_TASKS);
    let mut sent = 0;
    while sent + 200 < fit {
        lab.accept(add(session, (sent..sent + 200).map(bulky).collect()));
        sent += 200;
    }
    let refusal = lab.refuse(add(session, (sent..sent + 250).map(bulky).collect()));
    assert_eq!(refusal.code, "PLAN_TOO_LARGE");
    assert!(refusal.message.contains("bytes"), "{}", refusal.message);
    lab.accept(add(session, vec![task("small", &[])]));
    assert!(lab.frames.iter().all(|frame| frame.len() < bounds::FRAME_BYTES));
}

#[test]
fn a_plan_of_one_task_too_many_is_refused() {
    let mut lab = lab();
    let draft = |expected| SessionCommand::BeginPlan {
        plan: plan(),
        expected,
        input: None,
    };
    assert_eq!(lab.refuse(draft(bounds::PLAN_TASKS + 1)).code, "PLAN_TOO_LARGE");
    lab.accept(draft(bounds::PLAN_TASKS));
}

#[test]
fn too_many_drafts_are_refused_until_one_ends() {
    let mut lab = lab();
    let drafts: Vec<SessionId> = (0..bounds::OPEN_DRAFTS).map(|_| begin(&mut lab, 1)).collect();
    let one_more = || SessionCommand::BeginPlan {
        plan: plan(),
        expected: 1,
        input: None,
    };
    assert_eq!(lab.refuse(one_more()).code, "SESSION_LIMIT");
    lab.accept(cancel(drafts[7]));
    lab.accept(one_more());
}

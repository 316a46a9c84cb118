//! The progress ledger: what is written down, and what it adds up to.

#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a test ends at what it did not expect, and its names are its words"
)]

mod common;

use common::tasks::{class, part};
use common::{Lab, plan, task};
use polyphon_kernel::sessions::commands::SessionCommand;
use polyphon_kernel::tasks::SessionProgress;
use polyphon_kernel::tasks::commands::TaskCommand;
use polyphon_kernel::{SessionId, View};
use polyphon_wire::from_bytes;

fn lab() -> Lab {
    let mut lab = Lab::new();
    lab.agent("worker", 100);
    lab
}

fn report(lab: &mut Lab, key: &str, ppm: u32) {
    let fence = lab.fence(key);
    lab.accept(TaskCommand::ReportProgress {
        fence,
        ppm,
        message: "29 of 45 tests".to_owned(),
    });
}

fn progress(lab: &Lab, session: SessionId) -> SessionProgress {
    from_bytes(&lab.kernel.view(&View::Progress { session })).unwrap()
}

#[test]
fn progress_is_written_down_at_most_once_a_second_for_each_task() {
    let mut lab = lab();
    let session = lab.orchestrate(vec![task("A", &[]), task("B", &[])]);
    for tenth in 0..35 {
        report(&mut lab, "A", tenth * 10_000);
        report(&mut lab, "B", tenth * 10_000);
        lab.pass(100);
    }
    assert_eq!(lab.count("TaskProgressed"), 6);
    assert_eq!(lab.task(session, "A").course.progress_ppm, 300_000);
    lab.check_replay();
}

#[test]
fn what_does_not_move_leaves_no_trace_and_nothing_exceeds_the_whole() {
    let mut lab = lab();
    let session = lab.orchestrate(vec![task("A", &[])]);
    lab.pass(1_000);
    report(&mut lab, "A", 5_000_000);
    assert_eq!(lab.task(session, "A").course.progress_ppm, 1_000_000);
    lab.pass(1_000);
    report(&mut lab, "A", 1_000_000);
    assert_eq!(lab.count("TaskProgressed"), 1);
}

#[test]
fn a_new_attempt_begins_at_nothing() {
    let mut lab = lab();
    let session = lab.orchestrate(vec![task("A", &[])]);
    lab.pass(1_000);
    report(&mut lab, "A", 700_000);
    lab.fail_and_wait("A", "network_error");
    assert_eq!(lab.task(session, "A").course.progress_ppm, 0);
    report(&mut lab, "A", 100_000);
    assert_eq!(
        lab.task(session, "A").course.progress_ppm,
        0,
        "the grant itself is an entry of the ledger"
    );
}

#[test]
fn a_session_is_as_far_as_its_tasks() {
    let mut lab = lab();
    let session = lab.orchestrate(vec![
        task("G", &[]),
        part("G1", 0, &[]),
        part("G2", 0, &[]),
        task("A", &[0]),
        task("B", &[3]),
    ]);
    assert_eq!(progress(&lab, session).ppm, 0);
    lab.complete("G1");
    assert_eq!(
        progress(&lab, session).ppm,
        250_000,
        "the whole counts through its parts"
    );
    lab.pass(1_000);
    report(&mut lab, "G2", 500_000);
    let seen = progress(&lab, session);
    assert_eq!((seen.ppm, seen.running, seen.pending), (375_000, 1, 2));
    lab.fail("G2", "logic_error");
    let seen = progress(&lab, session);
    assert_eq!((seen.ppm, seen.running, seen.humans), (250_000, 0, 1));
    let escalation = lab.open_escalations()[0].0;
    lab.resolve(escalation, polyphon_kernel::escalations::Decision::Abort);
    let seen = progress(&lab, session);
    assert_eq!(
        (seen.ppm, seen.counts.completed, seen.counts.skipped),
        (1_000_000, 1, 2)
    );
    assert_eq!(seen.eta_ms, None);
}

#[test]
fn what_is_left_is_estimated_from_what_like_tasks_took_and_how_many_run_at_once() {
    let mut lab = Lab::new();
    lab.agent("worker", 2);
    let mut classed = plan();
    classed.classes = vec![class("short", 2), class("long", 2)];
    let mut tasks: Vec<_> = (0..6).map(|number| task(&format!("S{number}"), &[])).collect();
    tasks.iter_mut().for_each(|task| task.class = Some(0));
    let mut long = task("L", &[]);
    (long.class, long.timeout_ms) = (Some(1), 100_000);
    tasks.push(long.clone());
    long.key = "M".to_owned();
    long.after = vec![6];
    tasks.push(long);
    let session = lab.start(classed, tasks);
    assert_eq!(progress(&lab, session).eta_ms, None, "nothing is known yet");
    lab.pass(4_000);
    lab.complete("S0");
    lab.complete("S1");
    let seen = progress(&lab, session);
    assert_eq!(
        seen.eta_ms,
        Some(12_000),
        "6 tasks of 4 s, 2 at once; of the long class nothing is known"
    );
    for pair in [["S2", "S3"], ["S4", "S5"]] {
        lab.pass(4_000);
        pair.iter().for_each(|key| lab.complete(key));
    }
    lab.pass(4_000);
    report(&mut lab, "L", 200_000);
    assert_eq!(
        progress(&lab, session).eta_ms,
        Some(7_200),
        "3.2 s and 4 s, one after the other"
    );
    lab.pass(16_000);
    lab.complete("L");
    assert_eq!(
        progress(&lab, session).eta_ms,
        Some(20_000),
        "now it is known how long one takes"
    );
    lab.complete("M");
    assert_eq!(progress(&lab, session).eta_ms, None);
    lab.check_replay();
}

#[test]
fn what_holds_a_session_is_seen() {
    let mut lab = lab();
    let session = lab.orchestrate(vec![task("A", &[]), task("B", &[])]);
    lab.fail("A", "network_error");
    lab.accept(SessionCommand::PauseSession {
        session,
        reason: String::new(),
    });
    let seen = progress(&lab, session);
    assert_eq!(
        (seen.paused, seen.alerted, seen.backing_off, seen.running),
        (true, false, 1, 1)
    );
    lab.pass(1_000);
    assert_eq!(progress(&lab, session).ready, 1);
}

#[test]
fn a_session_that_is_not_in_memory_has_no_progress() {
    let mut lab = lab();
    let session = SessionId(4_711);
    assert!(lab.kernel.view(&View::Progress { session }).is_empty());
    let empty = lab.orchestrate(Vec::new());
    assert_eq!(progress(&lab, empty).ppm, 1_000_000);
}

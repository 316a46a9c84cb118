//! Tasks made of parts.

#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a test ends at what it did not expect, and its names are its words"
)]

mod common;

use common::tasks::{criterion, metrics, part, peak};
use common::{Lab, plan, task};
use polyphon_kernel::escalations::{Decision, EscalationStatus};
use polyphon_kernel::sessions::SessionStatus;
use polyphon_kernel::tasks::{TaskSpec, TaskStatus};

fn lab() -> Lab {
    let mut lab = Lab::new();
    lab.agent("worker", 100);
    lab
}

fn group(criteria: &[(&str, i64)]) -> Vec<TaskSpec> {
    let mut whole = task("G", &[]);
    whole.criteria = criteria
        .iter()
        .map(|(name, bound)| criterion(name, *bound))
        .collect();
    vec![whole, part("G1", 0, &[]), part("G2", 0, &[])]
}

#[test]
fn the_whole_is_judged_on_what_its_parts_measured_together() {
    let mut lab = lab();
    let session = lab.orchestrate(group(&[
        ("coverage", 800_000),
        ("execution_time_max", 7_000_000),
        ("memory_max", 400_000_000),
        ("pass_rate", 950_000),
    ]));
    lab.pass(2_000);
    let counts =
        |passed, total| metrics(&[("coverage", 900_000), ("passed", passed), ("total_tests", total)]);
    let mut first = counts(9, 10);
    first.usage = peak(300).usage;
    lab.complete_with("G1", first);
    lab.pass(5_000);
    lab.complete_with("G2", counts(90, 90));
    let whole = lab.task(session, "G");
    assert_eq!(whole.status, TaskStatus::Completed);
    let measured: Vec<(&str, Option<i64>)> = whole
        .course
        .verdicts
        .iter()
        .map(|verdict| (verdict.name.as_str(), verdict.measured_micro))
        .collect();
    assert_eq!(
        measured,
        [
            ("coverage", Some(900_000)),
            ("execution_time_max", Some(7_000_000)),
            ("memory_max", Some(300_000_000)),
            ("pass_rate", Some(990_000))
        ]
    );
    assert_eq!(lab.session_status(session), SessionStatus::Completed);
    lab.check_replay();
}

#[test]
fn a_whole_that_misses_a_criterion_fails_although_its_parts_completed() {
    let mut lab = lab();
    let mut tasks = group(&[("coverage", 900_000)]);
    tasks.push(task("Z", &[0]));
    let session = lab.orchestrate(tasks);
    lab.complete_with("G1", metrics(&[("coverage", 950_000)]));
    lab.complete_with("G2", metrics(&[("coverage", 850_000)]));
    let whole = lab.task(session, "G");
    assert_eq!(whole.status, TaskStatus::Failed);
    let error = whole.course.error.as_ref().unwrap();
    assert_eq!(error.error_type, "criteria_unmet");
    assert!(error.message.contains("0.85"), "{}", error.message);
    assert_eq!(lab.task_status(session, "Z"), TaskStatus::Skipped);
    lab.check_replay();
}

#[test]
fn a_whole_fails_with_a_part_and_names_it() {
    let mut lab = lab();
    let session = lab.orchestrate(group(&[]));
    lab.complete("G2");
    for _ in 0..3 {
        lab.fail_and_wait("G1", "import_error");
    }
    let error = lab.task(session, "G").course.error.clone().unwrap();
    assert_eq!(
        (error.error_type.as_str(), error.message.as_str()),
        ("part_failed", "G1 did not complete")
    );
    assert_eq!(lab.session_status(session), SessionStatus::Failed);
    lab.check_replay();
}

#[test]
fn wholes_nest_and_begin_after_what_they_need() {
    let mut lab = lab();
    let mut outer = task("O", &[4]);
    outer.criteria = vec![criterion("passed", 3)];
    let inner = part("I", 0, &[]);
    let session = lab.orchestrate(vec![
        outer,
        inner,
        part("I1", 1, &[]),
        part("O1", 0, &[1]),
        task("first", &[]),
    ]);
    assert_eq!(lab.running(), ["first"]);
    lab.complete("first");
    assert_eq!(lab.running(), ["I1"]);
    lab.complete_with("I1", metrics(&[("passed", 1)]));
    assert_eq!(lab.task_status(session, "I"), TaskStatus::Completed);
    lab.complete_with("O1", metrics(&[("passed", 2)]));
    let outer = lab.task(session, "O");
    assert_eq!(
        (outer.status, outer.course.verdicts[0].measured_micro),
        (TaskStatus::Completed, Some(3))
    );
    lab.check_replay();
}

#[test]
fn parts_of_a_whole_that_is_skipped_are_skipped() {
    let mut lab = lab();
    let session = lab.orchestrate(vec![
        task("A", &[]),
        task("G", &[0]),
        part("G1", 1, &[]),
        part("G2", 1, &[2]),
    ]);
    for _ in 0..3 {
        lab.fail_and_wait("A", "import_error");
    }
    assert_eq!(lab.statuses(session)[1..], [TaskStatus::Skipped; 3]);
    assert_eq!(lab.session_status(session), SessionStatus::Failed);
    lab.check_replay();
}

#[test]
fn the_total_time_of_a_whole_bounds_all_its_parts() {
    let mut lab = lab();
    let mut tasks = group(&[]);
    tasks[0].total_timeout_ms = Some(8_000);
    tasks[2].after = vec![1];
    tasks.push(task("Z", &[0]));
    let session = lab.orchestrate(tasks);
    lab.pass(7_999);
    assert_eq!(lab.running(), ["G1"]);
    lab.pass(1);
    lab.fail("G1", "stopped");
    assert_eq!(
        lab.statuses(session),
        [
            TaskStatus::Failed,
            TaskStatus::Failed,
            TaskStatus::Skipped,
            TaskStatus::Skipped
        ]
    );
    let error = lab.task(session, "G1").course.error.clone().unwrap();
    assert_eq!(error.message, "the 8000 ms of G are over");
    lab.check_replay();
}

#[test]
fn the_total_time_of_a_task_counts_from_when_it_could_run_and_includes_waiting() {
    let mut lab = Lab::new();
    let mut impatient = task("A", &[]);
    impatient.total_timeout_ms = Some(60_000);
    let session = lab.orchestrate(vec![impatient, task("B", &[0])]);
    lab.pass(59_999);
    assert_eq!(lab.task_status(session, "A"), TaskStatus::Ready);
    lab.pass(1);
    assert_eq!(lab.statuses(session), [TaskStatus::Skipped; 2]);
    assert_eq!(lab.session_status(session), SessionStatus::Failed);
    lab.check_replay();
}

#[test]
fn the_total_time_of_a_task_bounds_the_wait_for_a_human_too() {
    let mut lab = lab();
    let mut impatient = task("A", &[]);
    impatient.total_timeout_ms = Some(60_000);
    let session = lab.orchestrate(vec![impatient]);
    lab.fail("A", "logic_error");
    let escalation = lab.open_escalations()[0].0;
    lab.pass(60_000);
    assert_eq!(lab.task_status(session, "A"), TaskStatus::Failed);
    let status = lab.kernel.durable().escalations.get(escalation).unwrap().status;
    assert_eq!(status, EscalationStatus::Withdrawn);
    lab.check_replay();
}

#[test]
fn a_total_time_that_is_kept_leaves_nothing_behind() {
    let mut lab = lab();
    let mut tasks = group(&[]);
    tasks[0].total_timeout_ms = Some(8_000);
    let session = lab.orchestrate(tasks);
    lab.complete("G1");
    lab.complete("G2");
    assert_eq!(
        lab.kernel.deadline().filter(|at| *at < lab.now.wall_ms + 8_001),
        None
    );
    lab.pass(10_000);
    assert_eq!(lab.session_status(session), SessionStatus::Completed);
}

#[test]
fn a_cancelled_whole_ends_after_its_parts() {
    let mut lab = lab();
    let session = lab.start(
        plan(),
        vec![
            task("G", &[]),
            part("H", 0, &[]),
            part("H1", 1, &[]),
            part("H2", 1, &[2]),
        ],
    );
    lab.accept(
        polyphon_kernel::sessions::commands::SessionCommand::CancelSession {
            session,
            reason: String::new(),
        },
    );
    assert_eq!(lab.task_status(session, "H2"), TaskStatus::Cancelled);
    assert_eq!(lab.task_status(session, "H"), TaskStatus::Running);
    lab.pass(500);
    assert_eq!(lab.statuses(session), [TaskStatus::Cancelled; 4]);
    assert_eq!(lab.session_status(session), SessionStatus::Cancelled);
    lab.check_replay();
}

#[test]
fn an_approved_part_counts_for_its_whole() {
    let mut lab = lab();
    let session = lab.orchestrate(group(&[]));
    lab.complete("G1");
    lab.fail("G2", "calculation_error");
    let escalation = lab.open_escalations()[0].0;
    lab.resolve(escalation, Decision::Approve);
    assert_eq!(lab.task_status(session, "G"), TaskStatus::Completed);
    lab.check_replay();
}

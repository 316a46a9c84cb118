//! Phases: order, modes, gates, time.

#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a test ends at what it did not expect, and its names are its words"
)]

mod common;

use common::tasks::{part, phased};
use common::{Lab, plan, shared, task};
use polyphon_kernel::escalations::Decision;
use polyphon_kernel::sessions::SessionStatus;
use polyphon_kernel::sessions::commands::SessionCommand;
use polyphon_kernel::tasks::{PhaseMode, PhaseStatus, TaskEvent, TaskStatus};
use polyphon_kernel::{Event, SessionId};

use PhaseMode::{Parallel, Sequential, SequentialWithParallelSubtasks};
use PhaseStatus::{Failed, Open, Passed, Pending, Skipped};

fn lab() -> Lab {
    let mut lab = Lab::new();
    lab.agent("worker", 100);
    lab
}

/// Why the phases of a session ended, in order.
fn reasons(lab: &Lab) -> Vec<String> {
    let reason = |event| match event {
        Event::Task(TaskEvent::PhaseEnded { reason, .. }) => Some(reason),
        _ => None,
    };
    lab.events().into_iter().filter_map(reason).collect()
}

#[test]
fn the_suite_of_the_specification_runs_phase_by_phase() {
    let mut lab = lab();
    let tasks = vec![
        task("A1", &[]),
        task("A2", &[]),
        task("A3", &[]),
        task("B1", &[0, 1, 2]),
        task("B2", &[3]),
        task("B3", &[3]),
        task("C1", &[3, 4, 5]),
        task("C2", &[6]),
        task("C3", &[6]),
        part("B1a", 3, &[]),
        part("B1b", 3, &[]),
        part("B1c", 3, &[]),
    ];
    let plan = phased(&[
        (Parallel, &[0, 1, 2], 600_000),
        (SequentialWithParallelSubtasks, &[3, 4, 5], 0),
        (Sequential, &[6, 7, 8], 0),
    ]);
    let session = lab.start(plan, tasks);
    assert_eq!(lab.phases(session), [Open, Pending, Pending]);
    let mut order = Vec::new();
    while !lab.running().is_empty() {
        let running = lab.running();
        order.push(running.join(" "));
        running.iter().for_each(|key| lab.complete(key));
    }
    assert_eq!(order, ["A1 A2 A3", "B1a B1b B1c", "B2", "B3", "C1", "C2", "C3"]);
    assert_eq!(lab.phases(session), [Passed; 3]);
    assert_eq!(lab.session_status(session), SessionStatus::Completed);
    lab.check_replay();
}

#[test]
fn a_sequential_phase_goes_on_after_a_failure_and_its_gate_decides() {
    let mut lab = lab();
    let session = lab.start(
        phased(&[(Sequential, &[0, 1], 0), (Parallel, &[2], 0)]),
        vec![task("A", &[]), task("B", &[]), task("C", &[])],
    );
    for _ in 0..3 {
        lab.fail_and_wait("A", "import_error");
    }
    assert_eq!(lab.running(), ["B"]);
    lab.complete("B");
    assert_eq!(lab.phases(session), [Failed, Skipped]);
    assert_eq!(lab.task_status(session, "C"), TaskStatus::Skipped);
    assert_eq!(lab.session_status(session), SessionStatus::Failed);
    assert_eq!(reasons(&lab), ["1 of 2 tasks completed"]);
    lab.check_replay();
}

#[test]
fn a_gate_may_ask_for_less_than_all() {
    let mut lab = lab();
    let mut plan = phased(&[(Parallel, &[0, 1], 0), (Parallel, &[2], 0)]);
    plan.phases[0].gate_ppm = 500_000;
    let session = lab.start(plan, vec![task("A", &[]), task("B", &[]), task("C", &[])]);
    lab.complete("B");
    for _ in 0..3 {
        lab.fail_and_wait("A", "import_error");
    }
    assert_eq!(lab.phases(session), [Passed, Open]);
    lab.complete("C");
    assert_eq!(
        lab.session_status(session),
        SessionStatus::Failed,
        "a task failed, although its phase was passed"
    );
    lab.check_replay();
}

#[test]
fn when_the_time_of_a_phase_is_over_everything_in_it_ends_and_the_gate_is_not_passed() {
    let mut lab = lab();
    let mut long = vec![
        task("A", &[]),
        task("B", &[]),
        task("C", &[]),
        task("D", &[2]),
        task("E", &[]),
    ];
    long.iter_mut().for_each(|task| task.timeout_ms = 1_000_000);
    let session = lab.start(
        phased(&[(Parallel, &[0, 1, 2, 3], 600_000), (Parallel, &[4], 0)]),
        long,
    );
    lab.complete("A");
    lab.fail("B", "network_error");
    lab.pass(1_000);
    lab.pass(598_999);
    assert_eq!(lab.running(), ["C", "B"]);
    lab.pass(1);
    let stopped = lab
        .event_names()
        .iter()
        .filter(|name| **name == "TaskStopRequested")
        .count();
    assert_eq!(stopped, 2);
    assert_eq!(
        lab.phases(session),
        [Open, Pending],
        "attempts have their grace period"
    );
    lab.fail("C", "stopped");
    lab.pass(500);
    assert_eq!(
        lab.statuses(session),
        [
            TaskStatus::Completed,
            TaskStatus::Failed,
            TaskStatus::Failed,
            TaskStatus::Skipped,
            TaskStatus::Skipped
        ]
    );
    assert_eq!(lab.phases(session), [Failed, Skipped]);
    assert_eq!(reasons(&lab), ["its 600000 ms are over: 1 of 4 tasks completed"]);
    assert_eq!(lab.session_status(session), SessionStatus::Failed);
    assert_eq!(
        lab.task(session, "C").course.error.as_ref().unwrap().error_type,
        "timeout"
    );
    lab.check_replay();
}

#[test]
fn a_task_between_two_attempts_fails_with_its_phase() {
    let mut lab = lab();
    let session = lab.start(
        phased(&[(Parallel, &[0, 1], 500)]),
        vec![task("A", &[]), task("B", &[0])],
    );
    lab.fail("A", "network_error");
    lab.pass(500);
    assert_eq!(lab.statuses(session), [TaskStatus::Failed, TaskStatus::Skipped]);
    assert_eq!(lab.session_status(session), SessionStatus::Failed);
    lab.check_replay();
}

#[test]
fn parts_of_a_task_end_with_the_phase_of_the_whole() {
    let mut lab = lab();
    let session = lab.start(
        phased(&[(SequentialWithParallelSubtasks, &[0, 3], 5_000)]),
        vec![
            task("G", &[]),
            part("G1", 0, &[]),
            part("G2", 0, &[]),
            task("H", &[]),
            part("H1", 3, &[]),
        ],
    );
    lab.complete("G1");
    lab.pass(5_000);
    lab.fail("G2", "stopped");
    assert_eq!(
        lab.statuses(session),
        [
            TaskStatus::Failed,
            TaskStatus::Completed,
            TaskStatus::Failed,
            TaskStatus::Skipped,
            TaskStatus::Skipped
        ]
    );
    assert_eq!(lab.session_status(session), SessionStatus::Failed);
    lab.check_replay();
}

#[test]
fn a_late_result_does_not_count_after_the_phase() {
    let mut lab = lab();
    let session = lab.start(phased(&[(Parallel, &[0], 5_000)]), vec![task("A", &[])]);
    lab.pass(5_000);
    lab.complete("A");
    assert_eq!(lab.task_status(session, "A"), TaskStatus::Failed);
    lab.check_replay();
}

#[test]
fn a_phase_waits_for_a_human_and_its_time_stands_still() {
    let mut lab = lab();
    let session = lab.start(
        phased(&[(Parallel, &[0, 1], 600_000), (Parallel, &[2], 0)]),
        vec![task("A", &[]), task("B", &[]), task("C", &[])],
    );
    lab.complete("B");
    lab.pass(1_000);
    lab.fail("A", "logic_error");
    lab.pass(86_400_000);
    assert_eq!(lab.phases(session), [Open, Pending]);
    assert_eq!(lab.task_status(session, "A"), TaskStatus::Waiting);
    let escalation = lab.open_escalations()[0].0;
    lab.resolve(escalation, Decision::Retry);
    let clock = lab.plan_of(session).phases[0].clock;
    assert_eq!(
        clock.deadline_ms.unwrap() - lab.kernel.durable().last_ms(),
        599_000
    );
    lab.complete("A");
    assert_eq!(lab.phases(session), [Passed, Open]);
    lab.check_replay();
}

#[test]
fn the_time_of_a_phase_stands_still_while_its_session_is_paused() {
    let mut lab = lab();
    let session = lab.start(phased(&[(Parallel, &[0], 5_000)]), vec![task("A", &[])]);
    let reason = String::new();
    lab.accept(SessionCommand::PauseSession { session, reason });
    lab.pass(9_000);
    assert_eq!(lab.running(), ["A"], "what runs goes on");
    lab.accept(SessionCommand::ResumeSession { session });
    lab.complete("A");
    assert_eq!(lab.session_status(session), SessionStatus::Completed);
    lab.check_replay();
}

#[test]
fn the_time_of_a_phase_does_not_run_while_no_node_does() {
    let mut lab = lab();
    let session = lab.start(phased(&[(Parallel, &[0], 5_000)]), vec![task("A", &[])]);
    lab.now.wall_ms += 86_400_000;
    lab.fail_over();
    lab.agent("worker", 1);
    lab.complete("A");
    assert_eq!(lab.session_status(session), SessionStatus::Completed);
    lab.check_replay();
}

#[test]
fn empty_phases_are_passed() {
    let mut lab = lab();
    let plan = phased(&[
        (Parallel, &[], 0),
        (Sequential, &[], 5_000),
        (Parallel, &[0], 0),
        (Parallel, &[], 0),
    ]);
    let session = lab.start(plan, vec![task("A", &[])]);
    assert_eq!(lab.phases(session), [Passed, Passed, Open, Pending]);
    lab.complete("A");
    assert_eq!(lab.phases(session), [Passed; 4]);
    assert_eq!(lab.session_status(session), SessionStatus::Completed);
    lab.check_replay();
}

#[test]
fn an_empty_plan_has_completed_when_it_begins() {
    let mut lab = lab();
    let empty = lab.start(plan(), Vec::new());
    assert_eq!(lab.session_status(empty), SessionStatus::Completed);
    let phases = lab.start(phased(&[(Parallel, &[], 0), (Parallel, &[], 1)]), Vec::new());
    assert_eq!(lab.phases(phases), [Passed, Passed]);
    assert_eq!(lab.session_status(phases), SessionStatus::Completed);
    let draft = SessionId(lab.accept(SessionCommand::BeginPlan {
        plan: phased(&[(Parallel, &[], 0)]),
        expected: 0,
        input: None,
    }));
    lab.accept(SessionCommand::CommitPlan { session: draft });
    assert_eq!(lab.session_status(draft), SessionStatus::Completed);
    lab.check_replay();
}

#[test]
fn a_task_in_no_phase_obeys_its_dependencies_only() {
    let mut lab = lab();
    let session = lab.start(
        phased(&[(Parallel, &[0], 0), (Parallel, &[1], 0)]),
        vec![task("A", &[]), task("B", &[]), task("X", &[])],
    );
    assert_eq!(lab.running(), ["A", "X"]);
    lab.complete("X");
    lab.complete("A");
    lab.complete("B");
    assert_eq!(lab.session_status(session), SessionStatus::Completed);
}

#[test]
fn a_phase_that_waits_for_a_later_one_is_a_circle() {
    let mut lab = lab();
    let refusal = lab.refuse(SessionCommand::Orchestrate {
        plan: phased(&[(Parallel, &[0], 0), (Parallel, &[1], 0)]),
        tasks: shared(vec![task("A", &[1]), task("B", &[])]),
        input: None,
    });
    assert_eq!(refusal.code, "TASK_CYCLE");
}

//! One event that concerns thousands of tasks is worked off in bounded steps.

#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a test ends at what it did not expect, and its names are its words"
)]

mod common;

use common::{Lab, plan, task};
use polyphon_kernel::bounds;
use polyphon_kernel::escalations::Decision;
use polyphon_kernel::journal::Frame;
use polyphon_kernel::sessions::SessionStatus;
use polyphon_kernel::sessions::commands::SessionCommand;
use polyphon_kernel::tasks::{PhaseMode, TaskSpec, TaskStatus};
use polyphon_kernel::{Kernel, SessionId};

const TASKS: u32 = 20_000;

/// Steps until nothing is left; answers how many steps that took. Each keeps to the bound on events.
fn work_off(lab: &mut Lab, session: SessionId) -> usize {
    let mut steps = 1;
    while !lab.session_status(session).is_terminal() {
        let output = lab.step(Vec::new());
        let is_over = lab.session_status(session).is_terminal();
        assert!(
            is_over || output.deadline_ms == Some(output.now_ms),
            "it asks to go on"
        );
        steps += 1;
        assert!(steps < 1_000);
    }
    for frame in &lab.frames {
        let events = Frame::read(frame).unwrap().events().unwrap().len();
        assert!(events <= bounds::STEP_EVENTS, "{events}");
    }
    steps
}

fn star() -> Vec<TaskSpec> {
    let mut tasks = vec![task("root", &[])];
    tasks.extend((1..TASKS).map(|number| task(&format!("T{number}"), &[0])));
    tasks
}

fn chain() -> Vec<TaskSpec> {
    let after = |number: u32| if number == 0 { Vec::new() } else { vec![number - 1] };
    (0..TASKS)
        .map(|number| task(&format!("T{number}"), &after(number)))
        .collect()
}

#[test]
fn a_cancelled_plan_ends_in_bounded_steps() {
    let mut lab = Lab::new();
    lab.agent("worker", 100);
    let session = lab.hand_in(plan(), &star());
    lab.complete("root");
    assert_eq!(lab.running().len(), 100);
    lab.accept(SessionCommand::CancelSession {
        session,
        reason: String::new(),
    });
    lab.pass(500);
    assert_eq!(
        work_off(&mut lab, session),
        1,
        "the rest ended in its grace period"
    );
    let counts = lab.plan_of(session).counts;
    assert_eq!((counts.completed, counts.cancelled), (1, TASKS - 1));
    assert_eq!(lab.session_status(session), SessionStatus::Cancelled);
    lab.check_replay();
}

#[test]
fn everything_behind_an_aborted_task_is_skipped_in_bounded_steps() {
    for tasks in [star(), chain()] {
        let mut lab = Lab::new();
        lab.agent("worker", 1);
        let session = lab.hand_in(plan(), &tasks);
        let first = tasks[0].key.clone();
        lab.fail(&first, "logic_error");
        let escalation = lab.open_escalations()[0].0;
        lab.resolve(escalation, Decision::Abort);
        let steps = work_off(&mut lab, session);
        assert!((4..20).contains(&steps), "{steps}");
        let counts = lab.plan_of(session).counts;
        assert_eq!((counts.failed, counts.skipped), (1, TASKS - 1));
        assert_eq!(lab.session_status(session), SessionStatus::Failed);
        lab.check_replay();
    }
}

#[test]
fn a_cascade_goes_on_where_it_was_after_a_restart() {
    let mut lab = Lab::new();
    lab.agent("worker", 1);
    let session = lab.hand_in(plan(), &star());
    lab.fail("root", "logic_error");
    let escalation = lab.open_escalations()[0].0;
    lab.resolve(escalation, Decision::Abort);
    let half = lab.plan_of(session).counts.skipped;
    assert!(half > 0 && half < TASKS - 1, "{half}");
    let snapshot = lab.kernel.snapshot();
    lab.kernel = Kernel::restore(&snapshot, 1).unwrap();
    work_off(&mut lab, session);
    assert_eq!(lab.plan_of(session).counts.skipped, TASKS - 1);
    lab.check_replay();
}

#[test]
fn a_phase_that_is_over_takes_its_tasks_with_it_in_bounded_steps() {
    let mut lab = Lab::new();
    lab.agent("worker", 50);
    let tasks: Vec<TaskSpec> = (0..TASKS)
        .map(|number| task(&format!("T{number}"), &[]))
        .collect();
    let all: Vec<u32> = (0..TASKS).collect();
    let phased = common::tasks::phased(&[(PhaseMode::Parallel, &all, 5_000)]);
    let session = lab.hand_in(phased, &tasks);
    lab.pass(5_000);
    lab.pass(500);
    work_off(&mut lab, session);
    let counts = lab.plan_of(session).counts;
    assert_eq!((counts.failed, counts.skipped), (50, TASKS - 50));
    assert_eq!(lab.task_status(session, "T0"), TaskStatus::Failed);
    lab.check_replay();
}

#[test]
fn a_failed_gate_skips_the_phases_behind_it_in_bounded_steps() {
    let mut lab = Lab::new();
    lab.agent("worker", 1);
    let tasks: Vec<TaskSpec> = (0..TASKS)
        .map(|number| task(&format!("T{number}"), &[]))
        .collect();
    let rest: Vec<u32> = (1..TASKS).collect();
    let phased = common::tasks::phased(&[(PhaseMode::Parallel, &[0], 0), (PhaseMode::Sequential, &rest, 0)]);
    let session = lab.hand_in(phased, &tasks);
    for _ in 0..3 {
        lab.fail_and_wait("T0", "import_error");
    }
    work_off(&mut lab, session);
    assert_eq!(lab.plan_of(session).counts.skipped, TASKS - 1);
    lab.check_replay();
}

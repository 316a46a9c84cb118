//! Phases open one after the other, whatever has become of their tasks before.

#![allow(clippy::unwrap_used, reason = "a test ends at what it did not expect")]

mod common;

use common::{Lab, plan, shared, task};
use polyphon_kernel::SessionId;
use polyphon_kernel::sessions::SessionStatus;
use polyphon_kernel::sessions::commands::SessionCommand;
use polyphon_kernel::tasks::{PhaseMode, PhaseSpec, PhaseStatus};

fn phase(tasks: &[u32], gate_ppm: u32) -> PhaseSpec {
    PhaseSpec {
        name: format!("phase of {tasks:?}"),
        mode: PhaseMode::Parallel,
        tasks: tasks.to_vec(),
        timeout_ms: 0,
        gate_ppm,
    }
}

fn run(phases: Vec<PhaseSpec>) -> (Lab, SessionId) {
    let mut lab = Lab::new();
    lab.agent("worker", 10);
    let mut plan = plan();
    plan.phases = phases;
    plan.policy.max_retries = 0;
    plan.policy.escalation_threshold = 100;
    let tasks = vec![task("a", &[]), task("b", &[]), task("c", &[0]), task("d", &[])];
    let input = None;
    let session = SessionId(lab.accept(SessionCommand::Orchestrate {
        plan,
        tasks: shared(tasks),
        input,
    }));
    lab.fail("a", "not_recoverable");
    lab.complete("b");
    (lab, session)
}

fn statuses(lab: &Lab, session: SessionId) -> Vec<PhaseStatus> {
    let plan = lab.kernel.durable().tasks.plan(session).unwrap();
    plan.phases.iter().map(|phase| phase.status).collect()
}

#[test]
fn a_phase_whose_tasks_were_all_skipped_before_it_opened_ends_at_its_gate() {
    let phases = vec![phase(&[0, 1], 500_000), phase(&[2], 1_000_000), phase(&[3], 0)];
    let (mut lab, session) = run(phases);
    assert_eq!(
        statuses(&lab, session),
        [PhaseStatus::Passed, PhaseStatus::Failed, PhaseStatus::Skipped]
    );
    let status = lab.kernel.durable().sessions.get(session).unwrap().status;
    assert_eq!(status, SessionStatus::Failed);
    lab.check_replay();
}

#[test]
fn a_phase_whose_tasks_were_all_skipped_before_it_opened_passes_an_open_gate() {
    let phases = vec![phase(&[0, 1], 500_000), phase(&[2], 0), phase(&[3], 0)];
    let (lab, session) = run(phases);
    assert_eq!(
        statuses(&lab, session),
        [PhaseStatus::Passed, PhaseStatus::Passed, PhaseStatus::Open]
    );
    assert_eq!(lab.running(), ["d"]);
}

#[test]
fn a_task_skipped_early_does_not_let_the_next_of_a_sequential_phase_overtake() {
    let mut lab = Lab::new();
    lab.agent("worker", 10);
    let mut plan = plan();
    plan.policy.max_retries = 0;
    let sequential = PhaseSpec {
        mode: PhaseMode::Sequential,
        ..phase(&[0, 1, 2, 3], 0)
    };
    plan.phases = vec![sequential];
    // `c` is skipped with `a`, while `b` has not run.
    let tasks = vec![task("a", &[]), task("b", &[]), task("c", &[0]), task("d", &[])];
    let input = None;
    lab.accept(SessionCommand::Orchestrate {
        plan,
        tasks: shared(tasks),
        input,
    });
    lab.fail("a", "not_recoverable");
    assert_eq!(lab.running(), ["b"]);
    lab.complete("b");
    assert_eq!(lab.running(), ["d"]);
    lab.check_replay();
}

#[test]
fn a_group_whose_turn_comes_when_the_time_of_its_phase_is_over_lets_no_part_run() {
    let mut lab = Lab::new();
    let mut plan = plan();
    plan.phases = vec![PhaseSpec {
        mode: PhaseMode::SequentialWithParallelSubtasks,
        timeout_ms: 1_000,
        ..phase(&[0, 1], 1_000_000)
    }];
    let mut part = task("part", &[]);
    part.parent = Some(1);
    let tasks = vec![task("first", &[]), task("group", &[]), part];
    let input = None;
    let session = SessionId(lab.accept(SessionCommand::Orchestrate {
        plan,
        tasks: shared(tasks),
        input,
    }));
    lab.pass(1_001);
    lab.agent("worker", 10);
    assert_eq!(lab.running(), Vec::<String>::new());
    let status = lab.kernel.durable().sessions.get(session).unwrap().status;
    assert_eq!(status, SessionStatus::Failed);
    lab.check_replay();
}

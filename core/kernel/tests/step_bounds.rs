//! A step is bounded whatever it is asked: what has no room comes again, and what never could is refused.

#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a test ends at what it did not expect, and its names are its words"
)]

mod common;

use common::tasks::criterion;
use common::{Lab, plan, shared, task};
use polyphon_kernel::bounds::{COMMAND_BYTES, FRAME_BYTES, PART_TASKS, STEP_COMMANDS, STEP_EVENTS};
use polyphon_kernel::journal::Frame;
use polyphon_kernel::sessions::commands::SessionCommand;
use polyphon_kernel::tasks::{PhaseMode, PhaseSpec, TaskSpec};
use polyphon_kernel::{Command, Outcome, Request, SessionId};

fn tasks(count: usize) -> Vec<TaskSpec> {
    (0..count)
        .map(|number| task(&format!("T{number}"), &[]))
        .collect()
}

fn whole(tasks: Vec<TaskSpec>) -> SessionCommand {
    SessionCommand::Orchestrate {
        plan: plan(),
        tasks: shared(tasks),
        input: None,
    }
}

fn requests(lab: &mut Lab, count: usize, command: impl Fn() -> SessionCommand) -> Vec<Request> {
    (0..count)
        .map(|_| lab.request(Command::from(command())))
        .collect()
}

fn most_events(lab: &Lab) -> usize {
    let events = |frame: &Vec<u8>| Frame::read(frame).unwrap().head.events as usize;
    lab.frames.iter().map(events).max().unwrap()
}

#[test]
fn the_largest_plan_of_one_command_fits_a_step_with_all_that_follows() {
    let mut lab = Lab::new();
    lab.agent("worker", 10_000);
    let mut plan = plan();
    // Every phase but the last is empty, opens and ends at once.
    plan.phases = (0..200)
        .map(|number| PhaseSpec {
            name: format!("P{number}"),
            mode: PhaseMode::Parallel,
            tasks: if number == 199 {
                (0..PART_TASKS as u32).collect()
            } else {
                Vec::new()
            },
            timeout_ms: 10_000,
            gate_ppm: 1_000_000,
        })
        .collect();
    lab.accept(SessionCommand::Orchestrate {
        plan,
        tasks: shared(tasks(PART_TASKS)),
        input: None,
    });
    lab.settle();
    assert_eq!(
        lab.running().len(),
        PART_TASKS,
        "what has no room is granted in the next steps"
    );
    assert!(most_events(&lab) <= STEP_EVENTS, "{}", most_events(&lab));
    lab.check_replay();
}

#[test]
fn a_plan_of_one_task_more_than_a_command_may_bring_is_refused_and_goes_in_parts() {
    let mut lab = Lab::new();
    let refusal = lab.refuse(whole(tasks(PART_TASKS + 1)));
    assert_eq!(refusal.code, "PLAN_TOO_LARGE");
    assert!(refusal.message.contains("in parts"), "{}", refusal.message);
    let session = SessionId(lab.accept(SessionCommand::BeginPlan {
        plan: plan(),
        expected: PART_TASKS as u32 + 1,
        input: None,
    }));
    let part = |tasks| SessionCommand::AddTasks {
        session,
        tasks: shared(tasks),
    };
    let refusal = lab.refuse(part(tasks(PART_TASKS + 1)));
    assert_eq!(refusal.code, "PLAN_TOO_LARGE");
    lab.accept(part(tasks(PART_TASKS)));
    lab.accept(part(vec![task("last", &[])]));
    lab.accept(SessionCommand::CommitPlan { session });
    assert!(most_events(&lab) <= STEP_EVENTS);
    lab.check_replay();
}

#[test]
fn what_a_step_has_no_room_for_is_left_and_comes_again() {
    let mut lab = Lab::new();
    let batch = requests(&mut lab, 5, || whole(tasks(1_500)));
    let output = lab.step_once(&batch);
    assert_eq!((output.answers.len(), output.left_over), (2, 3));
    assert_eq!(
        lab.kernel.durable().sessions.live(),
        2,
        "what was left did not happen"
    );
    let output = lab.step_requests(&batch[2..]);
    let accepted = |answer: &polyphon_kernel::Answer| matches!(answer.outcome, Outcome::Accepted { .. });
    assert!(output.answers.len() == 3 && output.answers.iter().all(accepted));
    assert_eq!(lab.kernel.durable().tasks.live(), 5 * 1_500);
    assert!(most_events(&lab) <= STEP_EVENTS, "{}", most_events(&lab));
    lab.check_replay();
}

#[test]
fn a_step_takes_a_bounded_number_of_commands_and_bytes() {
    let mut lab = Lab::new();
    let refused = || SessionCommand::CommitPlan {
        session: SessionId(9),
    };
    let batch = requests(&mut lab, STEP_COMMANDS + 1, refused);
    assert_eq!(lab.step_once(&batch).left_over, 1);
    let session = lab.orchestrate(vec![task("A", &[])]);
    let long = || SessionCommand::UpdateContext {
        session,
        entries: (0..1_500).map(|name| (format!("{name:0>250}"), None)).collect(),
    };
    let batch = requests(&mut lab, 3, long);
    let output = lab.step_once(&batch);
    assert_eq!(
        (output.answers.len(), output.left_over),
        (2, 1),
        "a third does not fit 1 MiB"
    );
}

#[test]
fn a_long_command_comes_alone_and_one_that_is_too_long_is_refused() {
    let mut lab = Lab::new();
    let bulky = |number: usize| {
        let mut bulky = task(&format!("T{number}"), &[]);
        bulky.criteria = (0..64)
            .map(|name| criterion(&format!("{name:0>250}"), 1))
            .collect();
        bulky
    };
    let one = polyphon_wire::to_bytes(&bulky(1_000)).len();
    let fit = COMMAND_BYTES / one;
    let batch = requests(&mut lab, 2, || whole((0..fit - 1).map(bulky).collect()));
    assert_eq!(lab.step_once(&batch).left_over, 1);
    assert!(lab.frames.iter().all(|frame| frame.len() < FRAME_BYTES));
    let refusal = lab.refuse(whole((0..fit + 20).map(bulky).collect()));
    assert_eq!(refusal.code, "COMMAND_INVALID");
    assert!(refusal.message.contains("8 MiB"), "{}", refusal.message);
    lab.check_replay();
}

#[test]
fn what_is_due_leaves_room_for_its_consequences_and_commands_wait_their_turn() {
    let mut lab = Lab::new();
    // Each draft that is given up takes its session with it; each plan that runs out of time fails.
    let batch = requests(&mut lab, 150, || whole(tasks(60)));
    lab.step_requests(&batch);
    lab.now.mono_ms += 8_000_000;
    lab.now.wall_ms += 8_000_000;
    let command = lab.request(whole(tasks(PART_TASKS)).into());
    let output = lab.step_requests(&[command]);
    assert_eq!(output.answers.len(), 1);
    lab.settle();
    assert!(most_events(&lab) <= STEP_EVENTS, "{}", most_events(&lab));
    lab.check_replay();
}

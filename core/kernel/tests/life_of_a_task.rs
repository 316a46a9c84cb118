//! One task through the kernel, in every way it can go.

#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a test ends at what it did not expect, and its names are its words"
)]

mod common;

use common::{Lab, plan, shared, task};
use polyphon_kernel::sessions::SessionStatus;
use polyphon_kernel::sessions::commands::SessionCommand;
use polyphon_kernel::tasks::commands::TaskCommand;
use polyphon_kernel::tasks::{TaskSpec, TaskStatus};
use polyphon_kernel::{Kernel, SessionId};

fn status(lab: &Lab, session: SessionId, index: usize) -> TaskStatus {
    let tasks = &lab.kernel.durable().tasks;
    tasks.get(tasks.of(session)[index]).unwrap().status
}

#[test]
fn a_task_takes_five_events() {
    let mut lab = Lab::new();
    lab.agent("worker", 1);
    let before = lab.events().len();
    lab.orchestrate(vec![task("A1", &[])]);
    lab.complete("A1");
    assert_eq!(
        lab.event_names()[before..],
        [
            "SessionOpened",
            "TaskAdded",
            "TaskGranted",
            "TaskCompleted",
            "SessionEnded"
        ]
    );
    lab.check_replay();
}

#[test]
fn a_task_runs_after_what_it_needs() {
    let mut lab = Lab::new();
    lab.agent("worker", 8);
    let session = lab.orchestrate(vec![task("C", &[1, 2]), task("A", &[]), task("B", &[1])]);
    assert_eq!(lab.running(), ["A"]);
    lab.complete("A");
    assert_eq!(lab.running(), ["B"]);
    lab.complete("B");
    assert_eq!(lab.running(), ["C"]);
    lab.complete("C");
    assert_eq!(
        lab.kernel.durable().sessions.get(session).unwrap().status,
        SessionStatus::Completed
    );
    lab.check_replay();
}

#[test]
fn a_circle_is_refused_with_its_path() {
    let mut lab = Lab::new();
    let tasks = vec![task("A", &[2]), task("B", &[0]), task("C", &[1])];
    let refusal = lab.refuse(SessionCommand::Orchestrate {
        plan: plan(),
        tasks: shared(tasks),
        input: None,
    });
    assert_eq!(refusal.code, "TASK_CYCLE");
    assert!(refusal.message.contains("A → C → B → A"), "{}", refusal.message);
}

#[test]
fn a_fence_is_accepted_once() {
    let mut lab = Lab::new();
    lab.agent("worker", 1);
    lab.orchestrate(vec![task("A1", &[]), task("A2", &[])]);
    let fence = lab.fence("A1");
    lab.complete("A1");
    let refusal = lab.refuse(TaskCommand::CompleteTask {
        fence,
        report: polyphon_kernel::tasks::Report::empty(),
        tolerated: None,
    });
    assert_eq!(refusal.code, "LEASE_FENCED");
}

#[test]
fn a_failed_attempt_is_followed_by_another_after_the_delay() {
    let mut lab = Lab::new();
    lab.agent("worker", 1);
    let session = lab.orchestrate(vec![task("A1", &[])]);
    lab.fail("A1", "network_error");
    assert_eq!(status(&lab, session, 0), TaskStatus::Waiting);
    lab.pass(60_000);
    assert_eq!(lab.running(), ["A1"]);
    lab.complete("A1");
    assert_eq!(status(&lab, session, 0), TaskStatus::Completed);
    lab.check_replay();
}

#[test]
fn an_attempt_that_takes_too_long_is_stopped_and_its_late_result_does_not_count() {
    let mut lab = Lab::new();
    lab.agent("worker", 1);
    let session = lab.orchestrate(vec![task("A1", &[])]);
    let fence = lab.fence("A1");
    lab.pass(10_000);
    assert!(lab.effects.iter().any(
        |effect| matches!(effect, polyphon_kernel::Effect::Stop { fence: stopped, .. } if *stopped == fence)
    ));
    lab.accept(TaskCommand::CompleteTask {
        fence,
        report: polyphon_kernel::tasks::Report::empty(),
        tolerated: None,
    });
    assert_ne!(status(&lab, session, 0), TaskStatus::Completed);
    lab.check_replay();
}

#[test]
fn an_attempt_that_does_not_answer_is_taken_for_ended_after_the_grace_period() {
    let mut lab = Lab::new();
    lab.agent("worker", 1);
    lab.orchestrate(vec![task("A1", &[])]);
    lab.pass(10_000);
    assert_eq!(lab.running(), ["A1"]);
    let fence = lab.fence("A1");
    lab.pass(500);
    assert!(lab.kernel.durable().leases.held(fence).is_err());
    assert_eq!(lab.running(), ["A1"], "it goes on with more time");
    assert_ne!(lab.fence("A1"), fence);
}

#[test]
fn tasks_behind_a_failed_one_are_skipped_and_the_session_fails() {
    let mut lab = Lab::new();
    lab.agent("worker", 8);
    let session = lab.orchestrate(vec![
        task("A", &[]),
        task("B", &[0]),
        task("C", &[1]),
        task("D", &[]),
    ]);
    lab.complete("D");
    for _ in 0..3 {
        lab.fail("A", "import_error");
        lab.pass(1_000);
    }
    let session = lab.kernel.durable().sessions.get(session).unwrap();
    assert_eq!(session.status, SessionStatus::Failed);
    assert!(lab.event_names().contains(&"TaskSkipped"));
    lab.check_replay();
}

#[test]
fn a_cancelled_session_ends_when_its_attempts_have() {
    let mut lab = Lab::new();
    lab.agent("worker", 1);
    let session = lab.orchestrate(vec![task("A", &[]), task("B", &[0]), task("C", &[])]);
    lab.accept(SessionCommand::CancelSession {
        session,
        reason: "enough".to_owned(),
    });
    lab.fail("A", "cancelled");
    assert_eq!(
        lab.kernel.durable().sessions.get(session).unwrap().status,
        SessionStatus::Cancelled
    );
    let ended = (0..3).map(|index| status(&lab, session, index));
    assert!(
        ended.clone().all(|status| status == TaskStatus::Cancelled),
        "{:?}",
        ended.collect::<Vec<_>>()
    );
    assert!(lab.kernel.durable().leases.is_empty());
    lab.check_replay();
}

#[test]
fn a_paused_session_is_granted_nothing_until_it_goes_on() {
    let mut lab = Lab::new();
    lab.agent("worker", 1);
    let session = lab.orchestrate(vec![task("A", &[]), task("B", &[])]);
    lab.accept(SessionCommand::PauseSession {
        session,
        reason: "lunch".to_owned(),
    });
    lab.complete("A");
    assert!(lab.running().is_empty());
    lab.accept(SessionCommand::ResumeSession { session });
    assert_eq!(lab.running(), ["B"]);
    lab.check_replay();
}

#[test]
fn work_of_a_dead_node_is_granted_again_with_a_new_fence() {
    let mut lab = Lab::new();
    lab.agent("worker", 1);
    lab.orchestrate(vec![task("A", &[])]);
    let fence = lab.fence("A");
    let mut revived = Kernel::new(0, 2);
    lab.frames.iter().for_each(|frame| revived.replay(frame).unwrap());
    lab.kernel = revived;
    lab.accept(polyphon_kernel::journal::JournalCommand::StartNode {
        epoch: 2,
        seed: 0,
        node: "lab".to_owned(),
    });
    assert!(lab.running().is_empty());
    let refusal = lab.refuse(TaskCommand::CompleteTask {
        fence,
        report: polyphon_kernel::tasks::Report::empty(),
        tolerated: None,
    });
    assert_eq!(refusal.code, "LEASE_FENCED");
    lab.agent("worker", 1);
    assert_eq!(lab.running(), ["A"]);
    assert_ne!(lab.fence("A"), fence);
    lab.check_replay();
}

#[test]
fn time_passes_in_a_kernel_that_was_rebuilt_within_its_process() {
    let mut lab = Lab::new();
    lab.agent("worker", 1);
    let timed = TaskSpec {
        timeout_ms: 1_000,
        ..task("A", &[])
    };
    lab.orchestrate(vec![timed]);
    // The store was opened anew, in a new epoch; the node has been there all the time and does not start again.
    let mut rebuilt = Kernel::new(0, 2);
    lab.frames.iter().for_each(|frame| rebuilt.replay(frame).unwrap());
    lab.kernel = rebuilt;
    lab.settle();
    lab.pass(1_000);
    lab.settle();
    assert!(lab.event_names().contains(&"TaskStopRequested"));
    lab.check_replay();
}

//! What happens to work an agent does not take on, and to the agent.

#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a test ends at what it did not expect, and its names are its words"
)]

mod common;

use common::{Lab, error, task};
use polyphon_kernel::agents::{Agent, AgentStatus};
use polyphon_kernel::journal::JournalCommand;
use polyphon_kernel::sessions::commands::SessionCommand;
use polyphon_kernel::tasks::TaskStatus;
use polyphon_kernel::tasks::commands::TaskCommand;
use polyphon_kernel::{AgentId, Kernel};

fn agent(lab: &Lab, id: AgentId) -> &Agent {
    lab.kernel.durable().agents.get(id).unwrap()
}

#[test]
fn refused_work_goes_to_another_agent_and_uses_up_no_retry() {
    let mut lab = Lab::new();
    let ada = lab.agent("ada", 1);
    let session = lab.orchestrate(vec![task("A", &[])]);
    let bob = lab.agent("bob", 1);
    lab.refuse_attempt("A", 30_000);
    assert_eq!(lab.task_status(session, "A"), TaskStatus::Running, "at once");
    assert_eq!((agent(&lab, ada).load, agent(&lab, bob).load), (0, 1));
    let course = &lab.task(session, "A").course;
    assert_eq!((course.attempts, course.failures, course.losses), (2, 0, 0));
    assert_eq!(agent(&lab, ada).failed, 0, "nothing was tried");
    lab.complete("A");
    lab.check_replay();
}

#[test]
fn an_agent_that_rests_gets_nothing_until_its_time_is_over() {
    let mut lab = Lab::new();
    let ada = lab.agent("ada", 4);
    let session = lab.orchestrate(vec![task("A", &[]), task("B", &[])]);
    lab.refuse_attempt("A", 30_000);
    assert_eq!(lab.running(), ["B"], "what it has goes on");
    assert_eq!(lab.task_status(session, "A"), TaskStatus::Ready);
    lab.pass(29_999);
    assert_eq!(lab.running(), ["B"]);
    lab.pass(1);
    assert_eq!(lab.running().len(), 2);
    assert_eq!(agent(&lab, ada).paused_until_ms(), None);
    lab.complete("A");
    lab.complete("B");
    lab.check_replay();
}

#[test]
fn a_rest_is_a_second_to_an_hour_and_the_longest_counts() {
    let mut lab = Lab::new();
    let ada = lab.agent("ada", 3);
    let session = lab.orchestrate(vec![task("A", &[]), task("B", &[]), task("C", &[])]);
    let now_ms = lab.now.wall_ms;
    lab.refuse_attempt("A", 0);
    assert_eq!(agent(&lab, ada).paused_until_ms(), Some(now_ms + 1_000));
    lab.refuse_attempt("B", u64::MAX);
    assert_eq!(agent(&lab, ada).paused_until_ms(), Some(now_ms + 3_600_000));
    lab.refuse_attempt("C", 5_000);
    assert_eq!(agent(&lab, ada).paused_until_ms(), Some(now_ms + 3_600_000));
    assert_eq!(
        lab.count("AgentPaused"),
        2,
        "what changes nothing leaves no trace"
    );
    lab.pass(3_600_000);
    assert_eq!(lab.count("AgentResumed"), 1);
    for key in ["A", "B", "C"] {
        lab.complete(key);
    }
    assert_eq!(lab.task_status(session, "A"), TaskStatus::Completed);
    lab.check_replay();
}

#[test]
fn an_attempt_that_was_asked_to_end_has_ended_and_nobody_rests() {
    let mut lab = Lab::new();
    let ada = lab.agent("ada", 1);
    let session = lab.orchestrate(vec![task("A", &[])]);
    let reason = "enough".to_owned();
    lab.accept(SessionCommand::CancelSession { session, reason });
    lab.refuse_attempt("A", 30_000);
    assert_eq!(lab.task_status(session, "A"), TaskStatus::Cancelled);
    assert_eq!(lab.count("AgentPaused"), 0);
    let (fence, error) = (lab.fence("A"), error("agent_unavailable"));
    let again = TaskCommand::RefuseTask {
        fence,
        error,
        pause_ms: 1,
    };
    assert_eq!(lab.refuse(again).code, "LEASE_FENCED", "it has ended once");
    assert_eq!(agent(&lab, ada).status, AgentStatus::Idle);
    lab.check_replay();
}

#[test]
fn an_agent_that_rests_can_be_stopped_and_comes_back_rested() {
    let mut lab = Lab::new();
    let ada = lab.agent("ada", 1);
    lab.orchestrate(vec![task("A", &[])]);
    lab.refuse_attempt("A", 30_000);
    lab.stop(ada);
    assert!(agent(&lab, ada).status.is_over());
    lab.pass(60_000);
    assert_eq!(lab.count("AgentResumed"), 0);
    lab.agent("ada", 1);
    assert_eq!(lab.running(), ["A"]);
    lab.complete("A");
    lab.check_replay();
}

#[test]
fn a_node_that_takes_over_knows_of_no_rests() {
    let mut lab = Lab::new();
    let far = lab.remote("far", 60_000);
    let near = lab.agent("near", 1);
    lab.orchestrate(vec![task("A", &[]), task("B", &[])]);
    lab.refuse_attempt("A", 30_000);
    lab.refuse_attempt("B", 30_000);
    lab.settle();
    for _ in 0..4 {
        for key in lab.running() {
            lab.refuse_attempt(&key, 30_000);
        }
    }
    assert_eq!(lab.running(), [""; 0], "both rest");
    let mut kernel = Kernel::new(0, 2);
    lab.frames.iter().for_each(|frame| kernel.replay(frame).unwrap());
    lab.kernel = kernel;
    lab.accept(JournalCommand::StartNode {
        epoch: 2,
        seed: 1,
        node: "next".to_owned(),
    });
    lab.settle();
    assert_eq!(agent(&lab, near).paused_until_ms(), None);
    assert_eq!(agent(&lab, far).paused_until_ms(), None);
    assert_eq!(lab.running().len(), 2, "who is there still has them");
    lab.complete("A");
    lab.complete("B");
    lab.check_replay();
}

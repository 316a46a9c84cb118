//! What holders of leases get: more time when they ask for it, and what was left of their time after a restart.

#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a test ends at what it did not expect, and its names are its words"
)]

mod common;

use common::{Lab, agent_spec, plan, task};
use polyphon_kernel::agents::commands::AgentCommand;
use polyphon_kernel::agents::{AgentSpec, HostKind};
use polyphon_kernel::journal::JournalCommand;
use polyphon_kernel::leases::Lease;
use polyphon_kernel::tasks::commands::TaskCommand;
use polyphon_kernel::tasks::{PlanSpec, TaskStatus};
use polyphon_kernel::{AgentId, Fence, Kernel, SessionId};

fn extend(fence: Fence, length_ms: u64) -> TaskCommand {
    TaskCommand::ExtendTask { fence, length_ms }
}

fn lease(lab: &Lab, fence: Fence) -> &Lease {
    lab.kernel.durable().leases.held(fence).unwrap()
}

/// A task of 10 s in the hands of an agent that runs elsewhere and gives signs of life.
fn remote() -> (Lab, SessionId, Fence, AgentId) {
    let mut lab = Lab::new();
    let spec = AgentSpec {
        host: HostKind::Remote,
        heartbeat_ms: 60_000,
        ..agent_spec("far", 1)
    };
    let agent = AgentId(lab.accept(AgentCommand::RegisterAgent { spec }));
    lab.accept(AgentCommand::ReportAgentStarted { agent, start: None });
    let policy = polyphon_kernel::tasks::Policy {
        grace_ms: 4_000,
        ..plan().policy
    };
    let session = lab.start(PlanSpec { policy, ..plan() }, vec![task("A", &[])]);
    let fence = lab.fence("A");
    (lab, session, fence, agent)
}

/// The process dies; another one takes the journal over `ms` later.
fn restart(lab: &mut Lab, epoch: u64, ms: u64) {
    let mut kernel = Kernel::new(0, epoch);
    lab.frames.iter().for_each(|frame| kernel.replay(frame).unwrap());
    lab.kernel = kernel;
    lab.now.mono_ms = 0;
    lab.now.wall_ms += ms;
    let (seed, node) = (1, "next".to_owned());
    lab.accept(JournalCommand::StartNode { epoch, seed, node });
    lab.settle();
}

#[test]
fn an_attempt_that_asks_has_more_time_from_then_on() {
    let (mut lab, session, fence, _) = remote();
    lab.pass(9_000);
    lab.accept(extend(fence, 20_000));
    lab.pass(19_999);
    assert!(lease(&lab, fence).revoked.is_none());
    lab.pass(1);
    assert!(lease(&lab, fence).revoked.is_some(), "that is over too");
    lab.pass(4_000);
    let error = lab.task(session, "A").course.error.clone().unwrap();
    assert_eq!(error.error_type, "timeout");
    assert!(
        error.message.contains("20000 ms it asked for last"),
        "{}",
        error.message
    );
    lab.check_replay();
}

#[test]
fn to_ask_again_and_again_keeps_an_attempt_going() {
    let (mut lab, session, fence, agent) = remote();
    for _ in 0..10 {
        lab.pass(8_000);
        let beat = polyphon_kernel::agents::Heartbeat {
            agent,
            memory_bytes: None,
            cpu_milli: None,
        };
        lab.accept(AgentCommand::ReportHeartbeats { beats: vec![beat] });
        lab.accept(extend(fence, 10_000));
    }
    lab.complete("A");
    assert_eq!(lab.task_status(session, "A"), TaskStatus::Completed);
    assert_eq!(lab.count("TaskExtended"), 10);
    lab.check_replay();
}

#[test]
fn time_that_was_given_is_not_taken_away() {
    let (mut lab, _, fence, _) = remote();
    let until_ms = lease(&lab, fence).deadline_ms;
    lab.accept(extend(fence, 10_000));
    lab.accept(extend(fence, 1));
    assert_eq!(lease(&lab, fence).deadline_ms, until_ms);
    assert_eq!(
        lab.count("TaskExtended"),
        0,
        "what changes nothing leaves no trace"
    );
}

#[test]
fn the_total_time_of_a_task_is_not_extended_with_its_attempt() {
    let mut lab = Lab::new();
    lab.agent("worker", 1);
    let mut bounded = task("A", &[]);
    bounded.total_timeout_ms = Some(15_000);
    let session = lab.start(plan(), vec![bounded]);
    let fence = lab.fence("A");
    lab.accept(extend(fence, 60_000));
    lab.pass(15_000);
    assert!(lease(&lab, fence).revoked.is_some());
    lab.pass(500);
    assert_eq!(lab.task_status(session, "A"), TaskStatus::Failed);
    lab.check_replay();
}

#[test]
fn more_time_is_kept_over_a_restart() {
    let (mut lab, _, fence, _) = remote();
    lab.accept(extend(fence, 30_000));
    restart(&mut lab, 2, 100);
    lab.pass(29_999);
    assert!(lease(&lab, fence).revoked.is_none());
    lab.pass(1);
    assert!(lease(&lab, fence).revoked.is_some());
    lab.check_replay();
}

#[test]
fn who_was_asked_to_stop_has_what_is_left_of_the_grace_period_after_a_restart() {
    let (mut lab, session, fence, _) = remote();
    lab.pass(10_000);
    assert!(lease(&lab, fence).revoked.is_some());
    // Something is written down when a second of the four is over.
    lab.now.mono_ms += 1_000;
    lab.now.wall_ms += 1_000;
    lab.orchestrate(Vec::new());
    restart(&mut lab, 2, 50_000);
    assert_eq!(
        lease(&lab, fence).deadline_ms,
        lab.kernel.durable().last_ms() + 3_000
    );
    lab.pass(2_999);
    assert!(lab.kernel.durable().leases.held(fence).is_ok());
    lab.pass(1);
    assert!(
        lab.kernel.durable().leases.held(fence).is_err(),
        "it is taken for ended"
    );
    assert_eq!(lab.task(session, "A").course.failures, 1);
    lab.check_replay();
}

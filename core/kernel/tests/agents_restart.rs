//! An agent fails: its work goes elsewhere, and it is started again a bounded number of times.

#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a test ends at what it did not expect, and its names are its words"
)]

mod common;

use common::agents::TestHost;
use common::{Lab, agent_spec, task};
use polyphon_kernel::AgentId;
use polyphon_kernel::Event;
use polyphon_kernel::agents::commands::AgentCommand;
use polyphon_kernel::agents::{AgentEvent, AgentSpec, AgentStatus, HostKind};

fn process(lab: &mut Lab, key: &str) -> AgentId {
    let agent = lab.register(AgentSpec {
        host: HostKind::Process,
        ..agent_spec(key, 2)
    });
    lab.started(agent);
    agent
}

/// Waits before restarts, in order.
fn waits(lab: &Lab) -> Vec<u64> {
    let frames = lab
        .frames
        .iter()
        .map(|frame| polyphon_kernel::journal::Frame::read(frame).unwrap());
    let mut waits = Vec::new();
    for frame in frames {
        let now_ms = frame.head.kernel_ms;
        for event in frame.events().unwrap() {
            if let Event::Agent(AgentEvent::AgentRestarting { at_ms, .. }) = event {
                waits.push(at_ms - now_ms);
            }
        }
    }
    waits
}

#[test]
fn the_work_of_a_failed_agent_is_lost_and_granted_again_at_once() {
    let mut lab = Lab::new();
    let first = process(&mut lab, "first");
    let session = lab.orchestrate(vec![task("A", &[]), task("B", &[])]);
    let second = process(&mut lab, "second");
    lab.crash(first);
    assert_eq!((lab.entry(first).load, lab.entry(second).load), (0, 2));
    let tasks = &lab.kernel.durable().tasks;
    let task = tasks.get(tasks.of(session)[0]).unwrap();
    assert_eq!(
        (task.course.losses, task.course.failures),
        (1, 0),
        "a loss is no failure of the task"
    );
    lab.check_replay();
}

#[test]
fn three_restarts_with_growing_waits_then_it_is_given_up() {
    let mut lab = Lab::new();
    let agent = process(&mut lab, "shaky");
    let mut host = TestHost::default();
    for _ in 0..3 {
        lab.crash(agent);
        assert_eq!(lab.status(agent), AgentStatus::Failed);
        lab.live(30_000);
        assert_eq!(lab.status(agent), AgentStatus::Starting);
        host.serve(&mut lab);
        assert_eq!(lab.status(agent), AgentStatus::Idle);
    }
    lab.crash(agent);
    lab.live(86_400_000);
    assert_eq!(lab.status(agent), AgentStatus::Failed);
    assert_eq!(lab.count("AgentGivenUp"), 1);
    let waits = waits(&lab);
    let bounds = [5_000..=5_500, 10_000..=11_000, 20_000..=22_000];
    assert_eq!(waits.len(), 3);
    assert!(
        bounds
            .iter()
            .zip(&waits)
            .all(|(bound, wait)| bound.contains(wait)),
        "{waits:?}"
    );
    lab.check_replay();
}

#[test]
fn restarts_of_long_ago_do_not_count() {
    let mut lab = Lab::new();
    let agent = process(&mut lab, "shaky");
    let mut host = TestHost::default();
    for _ in 0..10 {
        lab.crash(agent);
        lab.live(6_000);
        host.serve(&mut lab);
        lab.live(300_000);
        assert_eq!(lab.entry(agent).restarts, 1);
    }
    assert_eq!(lab.count("AgentGivenUp"), 0);
    lab.check_replay();
}

#[test]
fn an_agent_that_never_comes_up_is_given_up() {
    let mut lab = Lab::new();
    let agent = lab.register(AgentSpec {
        host: HostKind::Process,
        ..agent_spec("broken", 1)
    });
    lab.accept(AgentCommand::StartAgent { agent });
    lab.live(3_600_000);
    assert_eq!((lab.count("AgentStarting"), lab.count("AgentGivenUp")), (4, 1));
    lab.accept(AgentCommand::StartAgent { agent });
    assert_eq!(
        lab.entry(agent).restarts,
        0,
        "who asks for it anew starts counting anew"
    );
    lab.check_replay();
}

#[test]
fn what_is_stopped_on_purpose_is_not_restarted() {
    let mut lab = Lab::new();
    let agent = process(&mut lab, "shaky");
    lab.crash(agent);
    lab.stop(agent);
    lab.live(3_600_000);
    assert_eq!(
        (lab.status(agent), lab.count("AgentStarting")),
        (AgentStatus::Stopped, 0)
    );
    let leaver = process(&mut lab, "leaver");
    lab.orchestrate(vec![task("A", &[])]);
    lab.stop(leaver);
    lab.crash(leaver);
    lab.live(3_600_000);
    assert_eq!(
        (lab.status(leaver), lab.count("AgentStarting")),
        (AgentStatus::Failed, 0)
    );
    lab.check_replay();
}

#[test]
fn an_agent_that_ends_by_itself_without_an_error_is_not_restarted() {
    let mut lab = Lab::new();
    let agent = process(&mut lab, "done");
    lab.orchestrate(vec![task("A", &[])]);
    lab.accept(AgentCommand::ReportAgentStopped {
        agent,
        error: None,
        start: None,
    });
    assert_eq!(
        (lab.status(agent), lab.entry(agent).load),
        (AgentStatus::Stopped, 0)
    );
    lab.live(3_600_000);
    assert_eq!(lab.count("AgentStarting"), 0);
    lab.check_replay();
}

#[test]
fn a_lost_agent_that_is_given_up_is_forgotten_in_the_end() {
    let mut lab = Lab::new();
    lab.configure(|settings| settings.agents.restart_max = 0);
    let agent = lab.register(AgentSpec {
        host: HostKind::Process,
        heartbeat_ms: 1_000,
        ..agent_spec("silent", 1)
    });
    lab.started(agent);
    lab.live(120_000);
    assert_eq!(
        (lab.status(agent), lab.count("AgentGivenUp")),
        (AgentStatus::Failed, 1)
    );
    TestHost::default().serve(&mut lab);
    assert_eq!(lab.count("AgentEnded"), 1);
    lab.live(179_999);
    assert_eq!(lab.status(agent), AgentStatus::Failed);
    lab.live(1);
    assert!(lab.kernel.durable().agents.is_empty());
    lab.check_replay();
}

#[test]
fn an_end_that_no_host_confirms_is_taken_for_done() {
    let mut lab = Lab::new();
    let agent = process(&mut lab, "mute");
    lab.stop(agent);
    lab.live(29_999);
    assert_eq!(lab.kernel.open_effects().len(), 1);
    lab.live(1);
    assert_eq!(lab.kernel.open_effects(), []);
    assert_eq!(lab.status(agent), AgentStatus::Stopped);
    lab.check_replay();
}

#[test]
fn a_remote_agent_is_not_restarted_from_here() {
    let mut lab = Lab::new();
    let agent = lab.remote("far", 0);
    lab.crash(agent);
    lab.live(3_600_000);
    assert_eq!(
        (lab.status(agent), lab.count("AgentRestarting")),
        (AgentStatus::Failed, 0)
    );
}

#[test]
fn a_restart_waits_out_a_failed_over_node() {
    let mut lab = Lab::new();
    let agent = process(&mut lab, "shaky");
    lab.crash(agent);
    lab.fail_over();
    lab.live(3_600_000);
    assert_eq!(
        lab.status(agent),
        AgentStatus::Failed,
        "its host attaches it again"
    );
    let again = lab.register(AgentSpec {
        host: HostKind::Process,
        ..agent_spec("shaky", 2)
    });
    lab.started(again);
    assert_eq!((again, lab.status(agent)), (agent, AgentStatus::Idle));
    lab.check_replay();
}

#[test]
fn what_a_remote_agent_had_when_it_broke_is_lost_even_when_it_is_back_in_the_same_step() {
    let mut lab = Lab::new();
    let far = lab.remote("far", 0);
    lab.orchestrate(vec![task("A", &[])]);
    let fence = lab.fence("A");
    let broke = AgentCommand::ReportAgentStopped {
        agent: far,
        error: Some("it broke".to_owned()),
        start: None,
    };
    let back = AgentCommand::RegisterAgent {
        spec: lab.entry(far).spec.clone(),
    };
    lab.step(vec![broke.into(), back.into()]);
    lab.started(far);
    assert_ne!(lab.fence("A"), fence, "granted anew");
    assert!(lab.kernel.durable().leases.held(fence).is_err());
    lab.check_replay();
}

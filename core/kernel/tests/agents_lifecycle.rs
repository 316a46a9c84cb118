//! Agents are registered, started, stopped, started again and forgotten.

#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a test ends at what it did not expect, and its names are its words"
)]

mod common;

use common::{Lab, agent_spec, task};
use polyphon_kernel::agents::commands::AgentCommand;
use polyphon_kernel::agents::{AgentSpec, AgentStatus, HostKind};
use polyphon_kernel::{AgentId, Effect, Fence};

const NOBODY: AgentId = AgentId(999);

fn text(text: &str) -> String {
    text.to_owned()
}

#[test]
fn an_idle_agent_stops_at_once_and_its_host_confirms() {
    let mut lab = Lab::new();
    let agent = lab.agent("worker", 1);
    lab.stop(agent);
    assert_eq!(lab.status(agent), AgentStatus::Stopped);
    let request = lab.entry(agent).end.unwrap();
    assert!(
        lab.kernel
            .open_effects()
            .contains(&Effect::EndAgent { agent, request })
    );
    lab.accept(AgentCommand::ReportAgentStopped {
        agent,
        error: None,
        start: None,
    });
    assert_eq!(lab.kernel.open_effects(), []);
    lab.check_replay();
}

#[test]
fn a_busy_agent_finishes_its_work_before_it_stops() {
    let mut lab = Lab::new();
    let agent = lab.agent("worker", 2);
    lab.orchestrate(vec![task("A", &[]), task("B", &[]), task("C", &[])]);
    lab.stop(agent);
    assert_eq!(lab.status(agent), AgentStatus::Draining);
    lab.complete("A");
    assert_eq!(lab.running(), ["B"], "nothing new is granted");
    lab.complete("B");
    assert_eq!(lab.status(agent), AgentStatus::Stopped);
    lab.check_replay();
}

#[test]
fn work_that_is_not_finished_in_time_goes_to_another_agent() {
    let mut lab = Lab::new();
    let slow = lab.agent("slow", 2);
    let mut long = task("A", &[]);
    long.timeout_ms = 600_000;
    lab.orchestrate(vec![long]);
    let fence = lab.fence("A");
    lab.stop(slow);
    let other = lab.agent("other", 1);
    lab.live(29_999);
    assert_eq!(lab.entry(slow).load, 1);
    lab.live(1);
    let revoked =
        |effect: &Effect| matches!(effect, Effect::Stop { fence: stopped, .. } if *stopped == fence);
    assert!(lab.effects.iter().any(revoked));
    lab.live(500);
    assert_eq!(lab.status(slow), AgentStatus::Stopped);
    assert_eq!(lab.entry(other).load, 1);
    assert_ne!(lab.fence("A"), fence);
    assert_eq!(
        lab.entry(slow).failed,
        0,
        "what was taken back does not count against it"
    );
    lab.check_replay();
}

#[test]
fn a_stopped_agent_starts_again_when_its_host_answers_the_request() {
    let mut lab = Lab::new();
    let agent = lab.agent("worker", 1);
    lab.stop(agent);
    lab.accept(AgentCommand::StartAgent { agent });
    assert_eq!(lab.status(agent), AgentStatus::Starting);
    let start = lab.start_request(agent).unwrap();
    assert!(matches!(
        &lab.kernel.open_effects()[..],
        [Effect::StartAgent { start: open, .. }] if *open == start
    ));
    lab.accept(AgentCommand::ReportAgentStarted {
        agent,
        start: Some(start),
    });
    assert_eq!(lab.status(agent), AgentStatus::Idle);
    assert_eq!(lab.kernel.open_effects(), []);
    lab.check_replay();
}

#[test]
fn reports_of_an_earlier_start_count_no_more() {
    let mut lab = Lab::new();
    let agent = lab.agent("worker", 1);
    lab.stop(agent);
    lab.accept(AgentCommand::StartAgent { agent });
    let old = lab.start_request(agent);
    lab.stop(agent);
    lab.accept(AgentCommand::StartAgent { agent });
    assert_ne!(lab.start_request(agent), old);
    let started = AgentCommand::ReportAgentStarted { agent, start: old };
    assert_eq!(lab.refuse(started).code, "LEASE_FENCED");
    let stopped = AgentCommand::ReportAgentStopped {
        agent,
        error: Some(text("gone")),
        start: old,
    };
    assert_eq!(lab.refuse(stopped).code, "LEASE_FENCED");
    assert_eq!(lab.status(agent), AgentStatus::Starting);
}

#[test]
fn everybody_is_told_to_stop() {
    let mut lab = Lab::new();
    let busy = lab.agent("busy", 1);
    lab.orchestrate(vec![task("A", &[])]);
    let idle: Vec<AgentId> = (0..5_000)
        .map(|number| lab.agent(&format!("idle{number}"), 1))
        .collect();
    lab.accept(AgentCommand::StopAll {
        reason: text("good night"),
    });
    lab.settle();
    assert!(
        idle.iter()
            .all(|agent| lab.status(*agent) == AgentStatus::Stopped)
    );
    assert_eq!(lab.status(busy), AgentStatus::Draining);
    lab.complete("A");
    assert_eq!(lab.status(busy), AgentStatus::Stopped);
    let before = lab.events().len();
    lab.accept(AgentCommand::StopAll {
        reason: text("again"),
    });
    assert_eq!(lab.events().len(), before, "nobody is left to stop");
    lab.check_replay();
}

#[test]
fn to_stop_everybody_twice_at_once_is_to_stop_them_once() {
    let mut lab = Lab::new();
    lab.agent("idle", 1);
    let stop = || {
        AgentCommand::StopAll {
            reason: text("good night"),
        }
        .into()
    };
    lab.step(vec![stop(), stop()]);
    assert_eq!(lab.count("AllStopping"), 1);
    lab.check_replay();
}

#[test]
fn an_agent_of_a_dead_node_is_known_but_takes_no_work_until_it_is_back() {
    let mut lab = Lab::new();
    let agent = lab.agent("worker", 1);
    let draining = lab.agent("leaver", 1);
    lab.orchestrate(vec![task("A", &[]), task("B", &[])]);
    lab.stop(draining);
    lab.fail_over();
    assert_eq!(lab.status(agent), AgentStatus::Registered);
    assert_eq!(lab.status(draining), AgentStatus::Stopped);
    assert_eq!((lab.entry(agent).load, lab.entry(draining).load), (0, 0));
    assert!(lab.running().is_empty());
    assert_eq!(lab.agent("worker", 2), agent);
    assert_eq!(lab.running().len(), 2);
    lab.check_replay();
}

#[test]
fn an_agent_that_does_not_start_in_time_has_failed() {
    let mut lab = Lab::new();
    let agent = lab.register(agent_spec("worker", 1));
    lab.accept(AgentCommand::StartAgent { agent });
    lab.live(29_999);
    assert_eq!(lab.status(agent), AgentStatus::Starting);
    lab.live(1);
    assert_eq!(lab.status(agent), AgentStatus::Failed);
    assert!(lab.entry(agent).is_restarting());
    lab.check_replay();
}

#[test]
fn what_the_state_does_not_allow_is_refused() {
    let mut lab = Lab::new();
    let agent = lab.agent("worker", 1);
    let deregister = |agent| AgentCommand::DeregisterAgent {
        agent,
        reason: text("tidy"),
    };
    assert_eq!(
        lab.refuse(deregister(agent)).code,
        "AGENT_TRANSITION",
        "it is in service"
    );
    lab.orchestrate(vec![task("A", &[])]);
    lab.stop(agent);
    assert_eq!(
        lab.refuse(AgentCommand::StartAgent { agent }).code,
        "AGENT_TRANSITION",
        "it is draining"
    );
    lab.complete("A");
    let started = AgentCommand::ReportAgentStarted { agent, start: None };
    assert_eq!(lab.refuse(started).code, "AGENT_TRANSITION", "it has stopped");
    lab.accept(deregister(agent));
    assert_eq!(lab.refuse(deregister(agent)).code, "AGENT_UNKNOWN");
    let remote = lab.register(AgentSpec {
        host: HostKind::Remote,
        ..agent_spec("far", 1)
    });
    assert_eq!(
        lab.refuse(AgentCommand::StartAgent { agent: remote }).code,
        "AGENT_REMOTE"
    );
    lab.check_replay();
}

#[test]
fn commands_about_nobody_are_refused() {
    let mut lab = Lab::new();
    let commands = [
        AgentCommand::ReportAgentStarted {
            agent: NOBODY,
            start: None,
        },
        AgentCommand::StopAgent {
            agent: NOBODY,
            reason: text(""),
        },
        AgentCommand::ReportAgentStopped {
            agent: NOBODY,
            error: None,
            start: Some(Fence(1)),
        },
        AgentCommand::DeregisterAgent {
            agent: NOBODY,
            reason: text(""),
        },
        AgentCommand::StartAgent { agent: NOBODY },
    ];
    for command in commands {
        assert_eq!(lab.refuse(command).code, "AGENT_UNKNOWN");
    }
}

#[test]
fn repeating_a_command_changes_nothing() {
    let mut lab = Lab::new();
    let agent = lab.agent("worker", 1);
    let before = lab.events().len();
    lab.started(agent);
    lab.accept(AgentCommand::StartAgent { agent });
    assert_eq!(lab.events().len(), before);
    lab.stop(agent);
    let before = lab.events().len();
    lab.stop(agent);
    assert_eq!(lab.events().len(), before);
}

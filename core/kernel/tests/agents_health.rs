//! Silence: suspected, warned of, acted upon, forgiven.

#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a test ends at what it did not expect, and its names are its words"
)]

mod common;

use common::{Lab, agent_spec, task};
use polyphon_kernel::agents::commands::AgentCommand;
use polyphon_kernel::agents::{AgentEvent, AgentSpec, AgentStatus, AgentVitals, Health, Heartbeat, HostKind};
use polyphon_kernel::{AgentId, Event, Kernel, View};
use polyphon_wire::from_bytes;

fn vitals(lab: &Lab, agent: AgentId) -> AgentVitals {
    from_bytes(&lab.kernel.view(&View::Vitals { agent })).unwrap()
}

fn heartbeat(agent: AgentId) -> Heartbeat {
    Heartbeat {
        agent,
        memory_bytes: None,
        cpu_milli: None,
    }
}

/// What happened to the health of agents, in order.
fn story(lab: &Lab) -> Vec<String> {
    let told = |event: Event| match event {
        Event::Agent(AgentEvent::AgentHealthChanged { health, .. }) => Some(format!("{health:?}")),
        Event::Agent(AgentEvent::AgentLost { .. }) => Some("Lost".to_owned()),
        Event::Agent(AgentEvent::AgentDeregistered { .. }) => Some("Forgotten".to_owned()),
        Event::Agent(AgentEvent::AgentAttached { .. }) => Some("Back".to_owned()),
        _ => None,
    };
    lab.events().into_iter().filter_map(told).collect()
}

#[test]
fn a_silent_agent_is_suspected_then_lost_then_forgotten() {
    let mut lab = Lab::new();
    let agent = lab.remote("far", 30_000);
    lab.live(60_000);
    assert_eq!(lab.health(agent), Health::Healthy);
    lab.live(5_000);
    assert_eq!(lab.health(agent), Health::Degraded);
    lab.live(20_000);
    assert_eq!(lab.health(agent), Health::Unhealthy);
    lab.live(34_999);
    assert_eq!(lab.status(agent), AgentStatus::Idle);
    lab.live(1);
    assert_eq!(lab.status(agent), AgentStatus::Failed, "after 120 s");
    lab.live(179_999);
    assert!(lab.kernel.durable().agents.get(agent).is_some());
    lab.live(1);
    assert!(lab.kernel.durable().agents.get(agent).is_none(), "after 300 s");
    assert_eq!(story(&lab), ["Degraded", "Unhealthy", "Lost", "Forgotten"]);
    lab.check_replay();
}

#[test]
fn signs_of_life_leave_no_trace_while_all_is_well() {
    let mut lab = Lab::new();
    let agent = lab.remote("far", 30_000);
    let (events, hash) = (lab.events().len(), lab.kernel.state_hash());
    for _ in 0..100 {
        lab.live(30_000);
        lab.beat(agent);
    }
    assert_eq!((lab.events().len(), lab.kernel.state_hash()), (events, hash));
    let vitals = vitals(&lab, agent);
    assert_eq!(
        (vitals.memory_bytes, vitals.cpu_milli),
        (Some(1 << 20), Some(250))
    );
    assert_eq!((vitals.rhythm_ms, vitals.deviation_ms), (Some(30_000), Some(0)));
}

#[test]
fn a_sign_of_life_makes_an_agent_well_again() {
    let mut lab = Lab::new();
    let agent = lab.remote("far", 30_000);
    lab.live(70_000);
    assert_eq!(lab.health(agent), Health::Degraded);
    assert!(vitals(&lab, agent).phi_milli >= 3_000);
    lab.beat(agent);
    assert_eq!(lab.health(agent), Health::Healthy);
    assert_eq!(story(&lab), ["Degraded", "Healthy"]);
    lab.check_replay();
}

#[test]
fn an_unhealthy_agent_gets_no_work_and_a_degraded_one_only_when_no_other_has_room() {
    let mut lab = Lab::new();
    let far = lab.remote("far", 10_000);
    lab.live(32_000);
    assert_eq!(lab.health(far), Health::Degraded);
    let near = lab.agent("near", 1);
    lab.orchestrate(vec![task("A", &[])]);
    assert_eq!((lab.entry(near).load, lab.entry(far).load), (1, 0));
    lab.orchestrate(vec![task("B", &[]), task("C", &[])]);
    assert_eq!((lab.entry(near).load, lab.entry(far).load), (1, 2));
    lab.live(5_000);
    assert_eq!(lab.health(far), Health::Unhealthy);
    lab.orchestrate(vec![task("D", &[])]);
    assert_eq!(lab.entry(far).load, 2);
    lab.check_replay();
}

#[test]
fn the_work_of_a_lost_agent_goes_to_another_and_its_late_result_does_not_count() {
    let mut lab = Lab::new();
    let far = lab.remote("far", 30_000);
    let mut long = task("A", &[]);
    long.timeout_ms = 3_600_000;
    lab.orchestrate(vec![long]);
    let fence = lab.fence("A");
    let near = lab.agent("near", 1);
    lab.live(120_500);
    assert_eq!((lab.entry(far).load, lab.entry(near).load), (0, 1));
    let refusal = lab.refuse(polyphon_kernel::tasks::commands::TaskCommand::CompleteTask {
        fence,
        report: polyphon_kernel::tasks::Report::empty(),
        tolerated: None,
    });
    assert_eq!(refusal.code, "LEASE_FENCED");
    lab.check_replay();
}

#[test]
fn a_lost_agent_that_was_only_out_of_reach_is_back_with_its_first_sign_of_life() {
    let mut lab = Lab::new();
    let agent = lab.remote("far", 30_000);
    lab.live(200_000);
    assert_eq!(lab.status(agent), AgentStatus::Failed);
    lab.beat(agent);
    assert_eq!(
        (lab.status(agent), lab.health(agent)),
        (AgentStatus::Idle, Health::Healthy)
    );
    lab.live(50_000);
    lab.beat(agent);
    // It beat later than it promised, which widens what is expected of it.
    lab.live(80_000);
    assert_eq!(lab.health(agent), Health::Healthy);
    lab.live(5_000);
    assert_eq!(story(&lab), ["Degraded", "Unhealthy", "Lost", "Back", "Degraded"]);
    lab.check_replay();
}

#[test]
fn a_local_agent_that_falls_silent_is_ended_and_started_again() {
    let mut lab = Lab::new();
    let agent = lab.register(AgentSpec {
        host: HostKind::Process,
        heartbeat_ms: 1_000,
        ..agent_spec("near", 1)
    });
    lab.started(agent);
    lab.live(120_000);
    assert_eq!(lab.status(agent), AgentStatus::Failed);
    assert!(lab.entry(agent).end.is_some() && lab.entry(agent).is_restarting());
    lab.live(6_000);
    assert_eq!(lab.status(agent), AgentStatus::Starting);
    lab.check_replay();
}

#[test]
fn what_an_earlier_life_of_an_agent_worked_on_is_granted_again_when_the_next_one_begins() {
    let mut lab = Lab::new();
    let agent = lab.register(AgentSpec {
        host: HostKind::Process,
        heartbeat_ms: 1_000,
        ..agent_spec("near", 1)
    });
    lab.started(agent);
    let mut plan = common::plan();
    plan.policy.grace_ms = 600_000;
    let mut long = task("A", &[]);
    long.timeout_ms = 3_600_000;
    lab.accept(polyphon_kernel::sessions::commands::SessionCommand::Orchestrate {
        plan,
        tasks: vec![long.into()],
        input: None,
    });
    let fence = lab.fence("A");
    lab.live(121_000);
    assert_eq!(
        lab.running(),
        ["A"],
        "the lost life may still finish in its grace period"
    );
    lab.live(5_000);
    assert_eq!(
        (lab.status(agent), lab.entry(agent).load),
        (AgentStatus::Starting, 0)
    );
    lab.started(agent);
    assert_ne!(lab.fence("A"), fence);
    lab.check_replay();
}

#[test]
fn an_agent_that_promises_nothing_is_not_watched() {
    let mut lab = Lab::new();
    let agent = lab.agent("quiet", 1);
    lab.live(86_400_000);
    assert_eq!(
        (lab.status(agent), lab.health(agent)),
        (AgentStatus::Idle, Health::Healthy)
    );
    assert_eq!(vitals(&lab, agent).silence_ms, None);
}

#[test]
fn an_agent_that_beats_rarely_has_three_of_its_beats() {
    let mut lab = Lab::new();
    let agent = lab.remote("slow", 300_000);
    lab.live(899_999);
    assert_eq!(lab.status(agent), AgentStatus::Idle);
    lab.live(1);
    assert_eq!(lab.status(agent), AgentStatus::Failed);
}

#[test]
fn after_a_restore_everybody_has_a_full_grace_period() {
    let mut lab = Lab::new();
    let agent = lab.remote("far", 30_000);
    lab.live(59_000);
    let snapshot = lab.kernel.snapshot();
    lab.kernel = Kernel::restore(&snapshot, 1).unwrap();
    lab.live(59_000);
    assert_eq!(lab.health(agent), Health::Healthy);
    lab.live(62_000);
    assert_eq!(lab.status(agent), AgentStatus::Failed);
    lab.fail_over();
    lab.live(179_999);
    assert!(
        lab.kernel.durable().agents.get(agent).is_some(),
        "time to come back counts anew"
    );
    lab.live(1);
    assert!(lab.kernel.durable().agents.get(agent).is_none());
    lab.check_replay();
}

#[test]
fn nobody_is_blamed_for_a_silence_in_which_nobody_listened() {
    let mut lab = Lab::new();
    let agent = lab.remote("far", 30_000);
    lab.live(20_000);
    // The node is held up for ten minutes and wakes up far behind its deadline.
    lab.pass(600_000);
    lab.live(1);
    assert_eq!(
        lab.health(agent),
        Health::Degraded,
        "only the silence before counts"
    );
    lab.beat(agent);
    assert_eq!(lab.health(agent), Health::Healthy);
    lab.check_replay();
}

#[test]
fn heartbeats_that_break_a_rule_are_refused() {
    let mut lab = Lab::new();
    let (one, two) = (lab.remote("one", 30_000), lab.remote("two", 30_000));
    let refused = |lab: &mut Lab, beats| lab.refuse(AgentCommand::ReportHeartbeats { beats }).code;
    let many = (1..=1_001).map(|id| heartbeat(AgentId(id))).collect();
    assert_eq!(refused(&mut lab, many), "AGENT_HEARTBEATS");
    let unsorted = vec![heartbeat(two), heartbeat(one)];
    assert_eq!(refused(&mut lab, unsorted), "AGENT_HEARTBEATS");
    assert_eq!(refused(&mut lab, vec![heartbeat(AgentId(999))]), "AGENT_UNKNOWN");
    lab.live(70_000);
    let beats = vec![heartbeat(one), heartbeat(AgentId(999))];
    lab.accept(AgentCommand::ReportHeartbeats { beats });
    assert_eq!(
        (lab.health(one), lab.health(two)),
        (Health::Healthy, Health::Degraded)
    );
}

//! What an agent keeps from one attempt to the next, and who has it afterwards.

#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a test ends at what it did not expect, and its names are its words"
)]

mod common;

use common::agents::{TestHost, pool_spec};
use common::pools::{member, tasks};
use common::states::{long, rows, save, small};
use common::{Lab, agent_spec, task};
use polyphon_kernel::agents::commands::AgentCommand;
use polyphon_kernel::agents::{AgentSpec, AgentStatus, HostKind};
use polyphon_kernel::sessions::commands::SessionCommand;
use polyphon_kernel::{AgentId, Fence};

/// An agent at work on a task that takes its time.
fn working(lab: &mut Lab) -> (AgentId, Fence) {
    let agent = lab.agent("ada", 1);
    lab.orchestrate(tasks(1));
    (agent, lab.fence("T0"))
}

fn deregister(lab: &mut Lab, agent: AgentId) {
    lab.stop(agent);
    TestHost::default().serve(lab);
    let reason = "gone".to_owned();
    lab.accept(AgentCommand::DeregisterAgent { agent, reason });
}

#[test]
fn the_last_save_counts_and_the_row_before_is_erased() {
    let mut lab = Lab::new();
    let (agent, fence) = working(&mut lab);
    assert_eq!(lab.state(agent), None);
    lab.accept(save(fence, long("first")));
    lab.accept(save(fence, long("second")));
    assert_eq!(lab.state(agent), Some(&long("second")));
    let erased = lab.discarded();
    assert_eq!(erased.len(), 1);
    assert_eq!(erased[0].1, "first");
    assert_eq!(rows(&lab.kernel.open_effects()), erased, "open until it is done");
    let discards = vec![erased[0].0, 1];
    lab.accept(AgentCommand::FinishStateErasure { discards });
    assert_eq!(rows(&lab.kernel.open_effects()), []);
    lab.check_replay();
}

#[test]
fn nothing_can_be_kept_too() {
    let mut lab = Lab::new();
    let (agent, fence) = working(&mut lab);
    let nothing = AgentCommand::SaveAgentState { fence, state: None };
    lab.accept(nothing.clone());
    assert_eq!(
        lab.count("AgentStateSaved"),
        0,
        "what changes nothing leaves no trace"
    );
    lab.accept(save(fence, small("1")));
    lab.accept(nothing);
    assert_eq!(lab.state(agent), None);
    lab.check_replay();
}

#[test]
fn it_outlives_the_attempt_the_start_and_the_node() {
    let mut lab = Lab::new();
    let (agent, fence) = working(&mut lab);
    lab.accept(save(fence, small("1")));
    lab.crash(agent);
    assert_eq!(lab.state(agent), Some(&small("1")));
    lab.live(10_000);
    TestHost::default().serve(&mut lab);
    let second = lab.fence("T0");
    assert!(second > fence);
    lab.accept(save(second, small("2")));
    lab.fail_over();
    assert_eq!(lab.agent("ada", 1), agent, "the same name is the same agent");
    assert_eq!(lab.state(agent), Some(&small("2")));
    lab.check_replay();
}

#[test]
fn an_attempt_that_does_not_count_any_more_saves_nothing() {
    let mut lab = Lab::new();
    let (agent, fence) = working(&mut lab);
    lab.accept(save(fence, small("1")));
    lab.crash(agent);
    assert_eq!(lab.refuse(save(fence, small("late"))).code, "LEASE_FENCED");
    lab.fail_over();
    assert_eq!(lab.refuse(save(fence, small("later"))).code, "LEASE_FENCED");
    assert_eq!(lab.state(agent), Some(&small("1")));
}

#[test]
fn who_is_to_stop_saves_until_its_end_unless_its_work_goes_to_others() {
    let mut lab = Lab::new();
    let agent = lab.agent("ada", 1);
    let session = lab.orchestrate(vec![task("A", &[])]);
    let fence = lab.fence("A");
    let reason = String::new();
    lab.accept(SessionCommand::CancelSession { session, reason });
    lab.accept(save(fence, small("as far as it came")));
    assert_eq!(lab.state(agent), Some(&small("as far as it came")));
    let mut lab = Lab::new();
    let far = lab.remote("far", 1_000);
    lab.orchestrate(tasks(1));
    let fence = lab.fence("T0");
    for _ in 0..30 {
        lab.pass(1_000);
        lab.beat(far);
    }
    while lab.status(far) != AgentStatus::Failed {
        lab.pass(1_000);
    }
    assert_eq!(lab.refuse(save(fence, small("lost"))).code, "LEASE_REVOKED");
}

#[test]
fn it_goes_with_the_agent_its_owner_removes() {
    let mut lab = Lab::new();
    let (agent, fence) = working(&mut lab);
    lab.accept(save(fence, long("row")));
    lab.complete("T0");
    deregister(&mut lab, agent);
    assert_eq!(lab.discarded().len(), 1);
    let again = lab.agent("ada", 1);
    assert_eq!(lab.state(again), None);
    lab.check_replay();
}

#[test]
fn who_registers_under_the_name_of_a_lost_agent_has_what_it_kept() {
    let mut lab = Lab::new();
    let far = lab.remote("far", 1_000);
    lab.orchestrate(vec![task("A", &[])]);
    lab.accept(save(lab.fence("A"), small("1")));
    lab.complete("A");
    lab.live(600_000);
    assert!(lab.kernel.durable().agents.get(far).is_none(), "it is forgotten");
    let other = lab.agent("other", 1);
    let heir = lab.remote("far", 0);
    assert_eq!((lab.state(heir), lab.state(other)), (Some(&small("1")), None));
    lab.check_replay();
}

#[test]
fn what_takes_the_place_of_an_agent_in_a_pool_has_what_it_kept() {
    let mut lab = Lab::new();
    let mut host = TestHost::default();
    let pool = lab.pool(pool_spec("crew", 1, 1));
    host.serve(&mut lab);
    lab.orchestrate(vec![task("A", &[])]);
    let first = member(&lab, pool, 0);
    lab.accept(save(lab.fence("A"), long("row")));
    lab.complete("A");
    let mut spec = pool_spec("crew", 1, 2);
    spec.template.version = "2".to_owned();
    lab.pool(spec);
    lab.stop(first);
    lab.live_with(120_000, |lab| {
        host.serve(lab);
    });
    let heir = member(&lab, pool, 0);
    assert_ne!(heir, first);
    assert_eq!(lab.state(heir), Some(&long("row")));
    assert_eq!(lab.discarded(), []);
    let reason = String::new();
    lab.accept(AgentCommand::RemovePool { pool, reason });
    lab.live_with(60_000, |lab| {
        host.serve(lab);
    });
    assert!(lab.kernel.durable().agents.memory.is_empty());
    assert_eq!(lab.discarded().len(), 1);
    lab.check_replay();
}

#[test]
fn what_takes_the_place_of_an_agent_that_was_given_up_has_what_it_kept() {
    let mut lab = Lab::new();
    let mut host = TestHost::default();
    let pool = lab.pool(pool_spec("crew", 1, 2));
    host.serve(&mut lab);
    lab.orchestrate(vec![task("A", &[])]);
    let first = member(&lab, pool, 0);
    lab.accept(save(lab.fence("A"), small("1")));
    lab.complete("A");
    for _ in 0..4 {
        lab.crash(first);
        lab.live_with(60_000, |lab| {
            host.serve(lab);
        });
    }
    assert_eq!(lab.count("AgentGivenUp"), 1);
    let second = member(&lab, pool, 1);
    assert_eq!((lab.state(first), lab.state(second)), (None, Some(&small("1"))));
    lab.check_replay();
}

#[test]
fn a_snapshot_holds_what_agents_keep() {
    let mut lab = Lab::new();
    let (agent, fence) = working(&mut lab);
    lab.accept(save(fence, long("first")));
    lab.accept(save(fence, long("second")));
    let bytes = lab.kernel.snapshot();
    let mut restored = polyphon_kernel::Kernel::restore(&bytes, 1).unwrap();
    assert_eq!(restored.state_hash(), lab.kernel.state_hash());
    let memory = &restored.durable().agents.memory;
    assert_eq!(memory.get(agent).unwrap().payload, long("second"));
    assert_eq!(rows(&restored.open_effects()).len(), 1);
}

#[test]
fn an_agent_of_a_program_that_never_saved_leaves_nothing() {
    let mut lab = Lab::new();
    let agent = lab.register(AgentSpec {
        host: HostKind::Process,
        ..agent_spec("plain", 1)
    });
    lab.started(agent);
    deregister(&mut lab, agent);
    assert_eq!(lab.count("AgentStateErased"), 0);
}

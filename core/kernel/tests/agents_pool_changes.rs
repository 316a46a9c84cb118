//! Pools are defined anew, removed, stopped with everything and started again; what breaks a rule is refused.

#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a test ends at what it did not expect, and its names are its words"
)]

mod common;

use common::agents::{TestHost, pool_spec};
use common::pools::{live, member, tasks, view};
use common::{Lab, agent_spec};
use polyphon_kernel::AgentId;
use polyphon_kernel::agents::commands::AgentCommand;
use polyphon_kernel::agents::{AgentSpec, AgentStatus, HostKind, PoolSpec};

#[test]
fn a_new_node_starts_the_minimum_with_the_agents_it_knows() {
    let mut lab = Lab::new();
    let mut host = TestHost::default();
    let pool = lab.pool(pool_spec("crew", 2, 5));
    host.serve(&mut lab);
    lab.orchestrate(tasks(4));
    host.serve(&mut lab);
    assert_eq!(live(&lab, pool), 5);
    lab.fail_over();
    assert_eq!(
        live(&lab, pool),
        5,
        "as many as the work that was lost needs again"
    );
    host.serve(&mut lab);
    assert_eq!((lab.running().len(), view(&lab, pool).members.len()), (4, 5));
    lab.check_replay();
}

#[test]
fn other_bounds_take_effect_at_once() {
    let mut lab = Lab::new();
    let mut host = TestHost::default();
    let pool = lab.pool(pool_spec("crew", 4, 8));
    host.serve(&mut lab);
    lab.orchestrate(tasks(2));
    assert_eq!(lab.pool(pool_spec("crew", 4, 8)), pool);
    assert_eq!(lab.count("PoolRedefined"), 0, "nothing changed");
    lab.pool(pool_spec("crew", 0, 1));
    host.serve(&mut lab);
    assert_eq!(live(&lab, pool), 1);
    lab.complete(&lab.running()[0].clone());
    lab.settle();
    host.serve(&mut lab);
    lab.settle();
    assert_eq!(
        view(&lab, pool).members.len(),
        1,
        "those there is no place for are forgotten"
    );
    lab.pool(pool_spec("crew", 3, 3));
    host.serve(&mut lab);
    assert_eq!(live(&lab, pool), 3);
    lab.check_replay();
}

#[test]
fn those_that_are_ending_count_towards_the_maximum() {
    let mut lab = Lab::new();
    let mut host = TestHost::default();
    let pool = lab.pool(pool_spec("crew", 3, 3));
    host.serve(&mut lab);
    lab.orchestrate(tasks(3));
    lab.pool(pool_spec("crew", 1, 1));
    let (live, ending): (Vec<AgentId>, Vec<AgentId>) = view(&lab, pool)
        .members
        .into_iter()
        .partition(|agent| lab.status(*agent) == AgentStatus::Busy);
    assert_eq!((live.len(), ending.len()), (1, 2));
    lab.crash(live[0]);
    lab.stop(live[0]);
    assert_eq!(self::live(&lab, pool), 0, "two are still ending");
    for key in lab.running() {
        lab.complete(&key);
    }
    host.serve(&mut lab);
    lab.settle();
    assert_eq!(self::live(&lab, pool), 1);
    lab.check_replay();
}

#[test]
fn ended_agents_of_an_old_make_are_not_started_again() {
    let mut lab = Lab::new();
    let mut host = TestHost::default();
    let pool = lab.pool(pool_spec("crew", 2, 4));
    host.serve(&mut lab);
    let mut spec = pool_spec("crew", 1, 4);
    spec.template.version = "2".to_owned();
    lab.pool(spec.clone());
    lab.live(60_000);
    host.serve(&mut lab);
    spec.min = 3;
    lab.pool(spec);
    host.serve(&mut lab);
    let versions: Vec<String> = view(&lab, pool)
        .members
        .iter()
        .map(|agent| lab.entry(*agent).spec.version.clone())
        .collect();
    assert_eq!(versions, ["1", "2", "2"], "the one at work stays");
    lab.check_replay();
}

#[test]
fn a_removed_pool_ends_its_agents_and_then_itself() {
    let mut lab = Lab::new();
    let mut host = TestHost::default();
    let pool = lab.pool(pool_spec("crew", 2, 4));
    host.serve(&mut lab);
    lab.orchestrate(tasks(1));
    let remove = AgentCommand::RemovePool {
        pool,
        reason: "enough".to_owned(),
    };
    lab.accept(remove.clone());
    host.serve(&mut lab);
    assert!(
        lab.kernel.durable().agents.pools.get(pool).is_some(),
        "one still works"
    );
    lab.accept(remove.clone());
    lab.complete("T0");
    host.serve(&mut lab);
    lab.settle();
    assert!(lab.kernel.durable().agents.pools.is_empty());
    assert!(lab.kernel.durable().agents.is_empty());
    assert_eq!(lab.refuse(remove).code, "POOL_UNKNOWN");
    lab.check_replay();
}

#[test]
fn a_pool_is_removed_although_everything_was_shut_down_before_or_meanwhile() {
    for shut_down_first in [true, false] {
        let mut lab = Lab::new();
        let mut host = TestHost::default();
        let pool = lab.pool(pool_spec("crew", 2, 4));
        host.serve(&mut lab);
        let reason = "evening".to_owned();
        let mut commands = [
            AgentCommand::StopAll {
                reason: reason.clone(),
            },
            AgentCommand::RemovePool { pool, reason },
        ];
        if !shut_down_first {
            commands.reverse();
        }
        for command in commands {
            lab.accept(command);
        }
        host.serve(&mut lab);
        lab.settle();
        assert!(lab.kernel.durable().agents.pools.is_empty(), "{shut_down_first}");
        assert!(lab.kernel.durable().agents.is_empty());
        lab.check_replay();
    }
}

#[test]
fn a_pool_starts_nothing_while_everything_is_shut_down() {
    let mut lab = Lab::new();
    let mut host = TestHost::default();
    let pool = lab.pool(pool_spec("crew", 2, 4));
    host.serve(&mut lab);
    lab.accept(AgentCommand::StopAll {
        reason: "good night".to_owned(),
    });
    host.serve(&mut lab);
    lab.orchestrate(tasks(3));
    lab.live(3_600_000);
    assert_eq!(live(&lab, pool), 0);
    lab.pool(pool_spec("crew", 2, 4));
    host.serve(&mut lab);
    assert_eq!(lab.running().len(), 3, "defined anew it goes on");
    lab.check_replay();
}

#[test]
fn a_member_that_is_stopped_by_hand_is_started_again() {
    let mut lab = Lab::new();
    let mut host = TestHost::default();
    let pool = lab.pool(pool_spec("crew", 1, 1));
    host.serve(&mut lab);
    lab.stop(member(&lab, pool, 0));
    assert_eq!(live(&lab, pool), 0, "one is all there may be, and it is ending");
    host.serve(&mut lab);
    assert_eq!(live(&lab, pool), 1);
    lab.check_replay();
}

#[test]
fn names_that_are_taken_are_passed_over() {
    let mut lab = Lab::new();
    lab.agent("crew_001", 1);
    let pool = lab.pool(pool_spec("crew", 1, 1));
    assert_eq!(lab.entry(member(&lab, pool, 0)).spec.key, "crew_002");
}

#[test]
fn the_host_of_a_member_may_attach_it_but_nobody_else_joins() {
    let mut lab = Lab::new();
    let pool = lab.pool(pool_spec("crew", 1, 1));
    let agent = member(&lab, pool, 0);
    let spec = lab.entry(agent).spec.clone();
    assert_eq!(lab.register(spec.clone()), agent);
    lab.started(agent);
    assert_eq!(lab.status(agent), AgentStatus::Idle);
    let intruder = AgentSpec {
        key: "crew_002".to_owned(),
        ..spec.clone()
    };
    let deserter = AgentSpec { pool: None, ..spec };
    for spec in [intruder, deserter] {
        assert_eq!(
            lab.refuse(AgentCommand::RegisterAgent { spec }).code,
            "AGENT_INVALID"
        );
    }
    lab.check_replay();
}

#[test]
fn descriptions_that_break_a_rule_are_refused() {
    let mut lab = Lab::new();
    type Change = fn(&mut PoolSpec);
    let changes: [Change; 10] = [
        |spec| spec.key.clear(),
        |spec| spec.key = "x".repeat(251),
        |spec| spec.min = 6,
        |spec| spec.max = 0,
        |spec| spec.max = 10_001,
        |spec| spec.scale_up_ppm = 1_000_001,
        |spec| spec.scale_down_ppm = spec.scale_up_ppm,
        |spec| spec.template.host = HostKind::Remote,
        |spec| spec.template.max_load = 0,
        |spec| spec.template.agent_type.clear(),
    ];
    for (number, change) in changes.iter().enumerate() {
        let mut spec = pool_spec("crew", 0, 5);
        change(&mut spec);
        let refusal = lab.refuse(AgentCommand::DefinePool { spec });
        assert_eq!(refusal.code, "POOL_INVALID", "change {number}");
    }
    for number in 0..1_000 {
        lab.pool(pool_spec(&format!("crew{number}"), 0, 1));
    }
    let spec = pool_spec("one more", 0, 1);
    assert_eq!(lab.refuse(AgentCommand::DefinePool { spec }).code, "POOL_LIMIT");
}

#[test]
fn a_large_pool_is_started_step_by_step() {
    let mut lab = Lab::new();
    let pool = lab.pool(pool_spec("legion", 9_000, 9_000));
    let largest = |lab: &Lab| {
        let frames = lab
            .frames
            .iter()
            .map(|frame| polyphon_kernel::journal::Frame::read(frame).unwrap());
        frames.map(|frame| frame.head.events).max().unwrap()
    };
    lab.settle();
    assert_eq!(live(&lab, pool), 9_000);
    assert!(
        largest(&lab) <= 4_001, // and a state hash
        "{}",
        largest(&lab)
    );
    assert_eq!(
        lab.agent("worker", 1),
        lab.kernel.durable().agents.by_key("worker").unwrap()
    );
    let spec = agent_spec("one more", 1);
    for number in 9_001..10_000 {
        lab.register(agent_spec(&format!("extra{number}"), 1));
    }
    assert_eq!(
        lab.refuse(AgentCommand::RegisterAgent { spec }).code,
        "AGENT_LIMIT"
    );
    lab.check_replay();
}

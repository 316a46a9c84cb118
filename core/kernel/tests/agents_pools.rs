//! Pools grow with the work, shrink with its absence, and mend themselves.

#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a test ends at what it did not expect, and its names are its words"
)]

mod common;

use std::sync::Arc;

use common::Lab;
use common::agents::{TestHost, pool_spec};
use common::pools::{live, member, tasks, view};
use polyphon_kernel::{AgentId, Effect};

#[test]
fn a_pool_starts_with_its_minimum() {
    let mut lab = Lab::new();
    let pool = lab.pool(pool_spec("crew", 2, 5));
    let keys: Vec<String> = view(&lab, pool)
        .members
        .iter()
        .map(|agent| lab.entry(*agent).spec.key.clone())
        .collect();
    assert_eq!(keys, ["crew_001", "crew_002"]);
    let open = lab.kernel.open_effects();
    assert!(
        open.iter()
            .all(|effect| matches!(effect, Effect::StartAgent { spec, .. } if spec.pool == Some(pool)))
    );
    assert_eq!(open.len(), 2, "open until the host answers");
    TestHost::default().serve(&mut lab);
    assert_eq!(lab.kernel.open_effects(), []);
    lab.check_replay();
}

#[test]
fn it_grows_to_what_the_waiting_tasks_need_and_no_further_than_its_maximum() {
    let mut lab = Lab::new();
    let mut host = TestHost::default();
    let pool = lab.pool(pool_spec("crew", 0, 8));
    assert_eq!(live(&lab, pool), 0);
    lab.orchestrate(tasks(4));
    assert_eq!(
        live(&lab, pool),
        6,
        "four tasks are four fifths of six agents at most"
    );
    host.serve(&mut lab);
    assert_eq!(lab.running().len(), 4);
    lab.orchestrate(tasks(100));
    assert_eq!(live(&lab, pool), 8);
    host.serve(&mut lab);
    assert_eq!(lab.running().len(), 8);
    lab.check_replay();
}

#[test]
fn it_does_not_grow_for_tasks_that_agents_cannot_help() {
    let mut lab = Lab::new();
    let pool = lab.pool(pool_spec("crew", 0, 8));
    let mut able = tasks(1);
    Arc::make_mut(&mut able[0].demand).needs = vec!["juggling".to_owned()];
    lab.orchestrate(able);
    assert_eq!(live(&lab, pool), 0, "the pool cannot juggle");
    lab.configure(|settings| {
        settings.totals = Some(polyphon_kernel::Resources {
            memory_mb: 100,
            cpu_milli: 0,
            disk_mb: 0,
        });
    });
    let mut heavy = tasks(8);
    heavy
        .iter_mut()
        .for_each(|task| Arc::make_mut(&mut task.demand).resources.memory_mb = 50);
    lab.orchestrate(heavy);
    assert_eq!(live(&lab, pool), 3, "there is memory for two of the tasks");
    lab.check_replay();
}

#[test]
fn tasks_fall_to_the_pool_of_the_higher_priority_first() {
    let mut lab = Lab::new();
    let dear = lab.pool(pool_spec("dear", 0, 10));
    let mut spec = pool_spec("cheap", 0, 3);
    spec.template.priority = 1;
    let cheap = lab.pool(spec);
    lab.orchestrate(tasks(2));
    assert_eq!((live(&lab, cheap), live(&lab, dear)), (3, 0));
    lab.orchestrate(tasks(3));
    assert_eq!(
        (live(&lab, cheap), live(&lab, dear)),
        (3, 3),
        "what the first cannot take"
    );
    lab.check_replay();
}

#[test]
fn idle_agents_leave_after_their_timeout_but_the_minimum_stays() {
    let mut lab = Lab::new();
    let mut host = TestHost::default();
    let pool = lab.pool(pool_spec("crew", 1, 8));
    lab.orchestrate(tasks(4));
    host.serve(&mut lab);
    (0..4).for_each(|number| lab.complete(&format!("T{number}")));
    lab.live(59_999);
    assert_eq!(live(&lab, pool), 6);
    lab.live(1);
    host.serve(&mut lab);
    assert_eq!(live(&lab, pool), 1);
    assert_eq!(lab.count("AgentStopped"), 5);
    assert_eq!(lab.count("PoolScaled"), 2, "up once, down once");
    assert_eq!(lab.kernel.open_effects(), []);
    lab.live(86_400_000);
    assert_eq!(live(&lab, pool), 1);
    lab.check_replay();
}

#[test]
fn agents_that_left_come_back_before_new_ones_are_made() {
    let mut lab = Lab::new();
    let mut host = TestHost::default();
    let pool = lab.pool(pool_spec("crew", 0, 8));
    for _ in 0..5 {
        lab.orchestrate(tasks(4));
        host.serve(&mut lab);
        (0..4).for_each(|number| lab.complete(&format!("T{number}")));
        lab.live(60_000);
        host.serve(&mut lab);
        assert_eq!(live(&lab, pool), 0);
    }
    assert_eq!(view(&lab, pool).members.len(), 6);
    assert!(
        lab.entry(member(&lab, pool, 0)).completed >= 4,
        "what was learned of it is kept"
    );
    lab.check_replay();
}

#[test]
fn a_pool_under_constant_work_does_not_flap() {
    let mut lab = Lab::new();
    let mut host = TestHost::default();
    lab.pool(pool_spec("crew", 1, 20));
    lab.orchestrate(tasks(7));
    host.serve(&mut lab);
    let before = lab.count("PoolScaled");
    lab.live(7_000_000);
    assert_eq!(lab.count("PoolScaled"), before);
    lab.check_replay();
}

#[test]
fn an_unhealthy_agent_is_replaced_at_once() {
    let mut lab = Lab::new();
    let mut host = TestHost::default();
    let mut spec = pool_spec("crew", 1, 3);
    spec.template.heartbeat_ms = 1_000;
    let pool = lab.pool(spec);
    host.serve(&mut lab);
    let first = member(&lab, pool, 0);
    lab.orchestrate(tasks(1));
    host.serve(&mut lab);
    lab.live_with(20_000, |lab| {
        let others: Vec<AgentId> = lab
            .kernel
            .durable()
            .agents
            .iter()
            .map(|(id, _)| id)
            .filter(|id| *id != first)
            .collect();
        others.into_iter().for_each(|agent| lab.beat(agent));
        host.serve(lab);
    });
    assert_eq!(lab.count("AgentLost"), 1, "long before 120 s");
    assert_eq!(lab.running(), ["T0"]);
    assert_eq!(live(&lab, pool), 2);
    lab.check_replay();
}

#[test]
fn a_pool_that_waits_for_unhealthy_agents_gives_them_their_full_time() {
    let mut lab = Lab::new();
    let mut spec = pool_spec("crew", 1, 1);
    spec.template.heartbeat_ms = 1_000;
    spec.replace_unhealthy = false;
    lab.pool(spec);
    TestHost::default().serve(&mut lab);
    lab.live(119_999);
    assert_eq!(lab.count("AgentLost"), 0);
    lab.live(1);
    assert_eq!(lab.count("AgentLost"), 1);
}

#[test]
fn an_agent_that_is_given_up_is_replaced_and_tried_again_much_later() {
    let mut lab = Lab::new();
    let pool = lab.pool(pool_spec("crew", 1, 2));
    // Nobody ever starts anything.
    lab.live(200_000);
    assert_eq!(lab.count("AgentGivenUp"), 1);
    assert_eq!(live(&lab, pool), 1, "another one is tried");
    assert_eq!(view(&lab, pool).members.len(), 2);
    lab.live(200_000);
    assert_eq!((lab.count("AgentGivenUp"), live(&lab, pool)), (2, 0));
    lab.live(300_000);
    assert_eq!(live(&lab, pool), 1, "the first is tried again");
    let starts = lab.count("AgentStarting");
    lab.live(3_600_000);
    assert!(lab.count("AgentStarting") - starts < 80, "at a bounded rate");
    lab.check_replay();
}

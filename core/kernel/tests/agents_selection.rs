//! Which agent gets a task.

#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a test ends at what it did not expect, and its names are its words"
)]

mod common;

use std::sync::Arc;

use std::collections::BTreeMap;

use common::{Lab, agent_spec, task};
use polyphon_kernel::agents::{Agent, AgentSpec, HostKind, RankBy};
use polyphon_kernel::journal::Frame;
use polyphon_kernel::tasks::{TaskEvent, TaskSpec};
use polyphon_kernel::{AgentId, Durable, Event, Selection};
use proptest::prelude::*;

fn ready(lab: &mut Lab, spec: AgentSpec) -> AgentId {
    let agent = lab.register(spec);
    lab.started(agent);
    agent
}

fn tasks(prefix: &str, count: usize) -> Vec<TaskSpec> {
    (0..count)
        .map(|number| task(&format!("{prefix}{number}"), &[]))
        .collect()
}

/// Runs one task to its end in `ms`; answers who did it.
fn run(lab: &mut Lab, key: &str, ms: u64, completes: bool) -> AgentId {
    let session = lab.orchestrate(vec![task(key, &[])]);
    let tasks = &lab.kernel.durable().tasks;
    let agent = tasks.get(tasks.of(session)[0]).unwrap().course.agent.unwrap();
    lab.now.mono_ms += ms;
    lab.now.wall_ms += ms;
    if completes {
        lab.complete(key);
    } else {
        lab.fail(key, "logic_error");
        lab.accept(
            polyphon_kernel::sessions::commands::SessionCommand::CancelSession {
                session,
                reason: "seen enough".to_owned(),
            },
        );
    }
    agent
}

#[test]
fn equal_agents_take_turns() {
    let mut lab = Lab::new();
    let agents: Vec<AgentId> = (0..4).map(|number| lab.agent(&format!("a{number}"), 1)).collect();
    let done: Vec<AgentId> = (0..12)
        .map(|number| run(&mut lab, &format!("T{number}"), 10, true))
        .collect();
    assert_eq!(done[..4], agents);
    assert_eq!(done[4..8], agents);
    assert_eq!(done[8..], agents);
    lab.check_replay();
}

#[test]
fn the_higher_priority_is_served_first_then_the_lesser_load() {
    let mut lab = Lab::new();
    let low = lab.agent("low", 8);
    let high = ready(
        &mut lab,
        AgentSpec {
            priority: 5,
            ..agent_spec("high", 2)
        },
    );
    let wide = lab.agent("wide", 16);
    lab.orchestrate(tasks("T", 8));
    assert_eq!(lab.entry(high).load, 2, "before everybody else");
    assert_eq!(
        (lab.entry(low).load, lab.entry(wide).load),
        (2, 4),
        "in proportion to what they can take"
    );
    lab.check_replay();
}

#[test]
fn who_was_faster_is_preferred_among_equals() {
    let mut lab = Lab::new();
    let (slow, fast) = (lab.agent("slow", 1), lab.agent("fast", 1));
    assert_eq!(run(&mut lab, "first", 4_000, true), slow);
    assert_eq!(run(&mut lab, "second", 40, true), fast);
    for number in 0..5 {
        assert_eq!(run(&mut lab, &format!("T{number}"), 40, true), fast);
    }
    lab.check_replay();
}

#[test]
fn who_fails_often_is_worth_less_than_who_is_slow() {
    let mut lab = Lab::new();
    lab.configure(|settings| settings.selection = Selection::RoundRobin);
    let (hasty, careful) = (lab.agent("hasty", 1), lab.agent("careful", 1));
    for number in 0..40 {
        let who = run(&mut lab, &format!("T{number}"), 100, number % 2 == 1);
        assert_eq!(who, if number % 2 == 0 { hasty } else { careful });
    }
    assert_eq!(lab.entry(hasty).completed, 0);
    assert!(lab.entry(hasty).success_ppm < 300_000 && lab.entry(careful).success_ppm == 1_000_000);
    // It has never succeeded, so nothing is known of its speed; its failures are what speaks.
    lab.configure(|settings| settings.agents.ranking = vec![RankBy::Success, RankBy::Speed]);
    assert_eq!(run(&mut lab, "last", 100, true), careful);
    lab.check_replay();
}

#[test]
fn the_strategy_can_be_changed_while_work_goes_on() {
    let mut lab = Lab::new();
    let first = ready(
        &mut lab,
        AgentSpec {
            priority: 9,
            ..agent_spec("first", 100)
        },
    );
    let second = lab.agent("second", 100);
    lab.orchestrate(tasks("A", 10));
    assert_eq!((lab.entry(first).load, lab.entry(second).load), (10, 0));
    lab.configure(|settings| settings.selection = Selection::LeastLoaded);
    lab.orchestrate(tasks("B", 10));
    assert_eq!((lab.entry(first).load, lab.entry(second).load), (10, 10));
    lab.configure(|settings| settings.selection = Selection::RoundRobin);
    lab.orchestrate(tasks("C", 4));
    assert_eq!((lab.entry(first).load, lab.entry(second).load), (12, 12));
    lab.configure(|settings| settings.agents.ranking = vec![RankBy::Priority]);
    lab.orchestrate(tasks("D", 4));
    assert_eq!((lab.entry(first).load, lab.entry(second).load), (16, 12));
    lab.check_replay();
}

#[test]
fn an_agent_that_shall_be_avoided_is_the_last_resort() {
    let mut lab = Lab::new();
    let failed = lab.agent("failed", 4);
    let mut again = tasks("A", 1);
    Arc::make_mut(&mut again[0].demand).avoid = Some(failed);
    let other = lab.agent("other", 1);
    lab.orchestrate(again.clone());
    assert_eq!(lab.entry(other).load, 1);
    lab.orchestrate(again.clone());
    assert_eq!(lab.entry(failed).load, 0, "it waits for the other");
    lab.complete("A0");
    assert_eq!(lab.entry(other).load, 1);
    lab.stop(other);
    lab.complete("A0");
    lab.orchestrate(again);
    assert_eq!(lab.entry(failed).load, 1, "nobody else is left");
    lab.check_replay();
}

#[test]
fn settings_that_break_a_rule_are_refused() {
    let mut lab = Lab::new();
    let mut settings = lab.kernel.durable().settings().clone();
    settings.agents.unhealthy_phi_milli = settings.agents.degraded_phi_milli;
    let configure = polyphon_kernel::journal::JournalCommand::Configure { settings };
    assert_eq!(lab.refuse(configure).code, "KERNEL_SETTINGS_INVALID");
}

/// Whoever got a task had the smallest part of its greatest load in use, of all that had room.
fn check_least_loaded(lab: &Lab) {
    let mut durable = Durable::default();
    let part = |agent: &Agent| u64::from(agent.load) * 1_000_000 / u64::from(agent.spec.max_load);
    for frame in &lab.frames {
        let frame = Frame::read(frame).unwrap();
        for (event, seq) in frame.events().unwrap().iter().zip(frame.head.first_seq..) {
            if let Event::Task(TaskEvent::TaskGranted { agent, .. }) = event {
                let chosen = part(durable.agents.get(*agent).unwrap());
                let room = durable.agents.iter().filter(|(_, agent)| agent.has_room());
                let least = room.map(|(_, agent)| part(agent)).min();
                assert_eq!(Some(chosen), least, "at {seq}");
            }
            durable.evolve(seq, frame.head.kernel_ms, event);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn nobody_gets_more_than_it_can_take_and_the_least_loaded_is_next(
        loads in prop::collection::vec(1u32..6, 1..8),
        waves in prop::collection::vec((1usize..12, any::<bool>()), 1..8),
        strategy in 0u64..4,
    ) {
        let mut lab = Lab::new();
        lab.configure(|settings| settings.selection = *Selection::ALL.get(strategy as usize).unwrap());
        let agents: Vec<AgentId> = loads
            .iter()
            .enumerate()
            .map(|(number, max_load)| ready(&mut lab, AgentSpec {
                host: HostKind::Function,
                ..agent_spec(&format!("a{number}"), *max_load)
            }))
            .collect();
        let capacity: u32 = loads.iter().sum();
        let mut keys = Vec::new();
        for (wave, (count, completes)) in waves.into_iter().enumerate() {
            let new = tasks(&format!("W{wave}-"), count);
            keys.extend(new.iter().map(|task| task.key.clone()));
            lab.orchestrate(new);
            let mut sum = 0;
            for (agent, max_load) in agents.iter().zip(&loads) {
                prop_assert!(lab.entry(*agent).load <= *max_load);
                sum += lab.entry(*agent).load;
            }
            prop_assert_eq!(sum, capacity.min(keys.len() as u32), "no room is left unused");
            if completes {
                for key in lab.running() {
                    lab.complete(&key);
                    keys.retain(|known| *known != key);
                }
            }
        }
        if strategy == Selection::LeastLoaded.tag() {
            check_least_loaded(&lab);
        }
        lab.check_replay();
    }

    #[test]
    fn idle_equals_are_chosen_in_turns(count in 1usize..9, rounds in 1usize..5) {
        let mut lab = Lab::new();
        let agents: Vec<AgentId> = (0..count).map(|number| lab.agent(&format!("a{number}"), 1)).collect();
        let mut done: BTreeMap<AgentId, usize> = BTreeMap::new();
        for number in 0..count * rounds {
            *done.entry(run(&mut lab, &format!("T{number}"), 5, true)).or_default() += 1;
        }
        prop_assert!(agents.iter().all(|agent| done.get(agent) == Some(&rounds)), "{:?}", done);
    }
}

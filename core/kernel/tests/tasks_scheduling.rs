//! Who is next: priorities, ageing, classes, totals, reservation.

#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a test ends at what it did not expect, and its names are its words"
)]

mod common;

use std::sync::Arc;

use common::tasks::{class, heavy};
use common::{Lab, agent_spec, plan, task};
use polyphon_kernel::agents::commands::AgentCommand;
use polyphon_kernel::sessions::SessionStatus;
use polyphon_kernel::sessions::commands::SessionCommand;
use polyphon_kernel::tasks::{PlanSpec, Priority, TaskSpec, WaitReason};
use polyphon_kernel::{SessionId, View};
use polyphon_wire::from_bytes;

fn important(key: &str, priority: Priority) -> TaskSpec {
    let mut important = task(key, &[]);
    important.priority = priority;
    important
}

fn waiting(lab: &Lab, session: SessionId, key: &str) -> WaitReason {
    let task = lab.task_id(session, key);
    from_bytes(&lab.kernel.view(&View::Waiting { task })).unwrap()
}

/// Lets everything run one by one and answers the order.
fn order(lab: &mut Lab) -> Vec<String> {
    let mut order = Vec::new();
    while let Some(key) = lab.running().first().cloned() {
        lab.complete(&key);
        order.push(key);
    }
    order
}

#[test]
fn the_more_important_task_goes_first_and_equals_take_turns() {
    let mut lab = Lab::new();
    lab.orchestrate(vec![
        important("low", Priority::Low),
        important("medium 1", Priority::Medium),
        important("critical", Priority::Critical),
        important("medium 2", Priority::Medium),
        important("high", Priority::High),
    ]);
    lab.agent("worker", 1);
    assert_eq!(
        order(&mut lab),
        ["critical", "high", "medium 1", "medium 2", "low"]
    );
    lab.check_replay();
}

#[test]
fn waiting_lifts_a_task_above_more_important_ones_that_came_later() {
    let mut lab = Lab::new();
    lab.orchestrate(vec![important("old and low", Priority::Low)]);
    lab.pass(60_001);
    lab.orchestrate(vec![
        important("new and high", Priority::High),
        important("new and critical", Priority::Critical),
    ]);
    lab.agent("worker", 1);
    assert_eq!(
        order(&mut lab),
        ["new and critical", "old and low", "new and high"]
    );
}

#[test]
fn a_steady_stream_of_important_work_starves_nobody() {
    let mut lab = Lab::new();
    lab.agent("worker", 1);
    lab.orchestrate(vec![important("first", Priority::Critical)]);
    lab.orchestrate(vec![important("patient", Priority::Low)]);
    for number in 0..20 {
        lab.orchestrate(vec![important(&format!("urgent {number}"), Priority::Critical)]);
        lab.pass(9_999);
        let running = lab.running().remove(0);
        if running == "patient" {
            assert_eq!(number, 11, "it waited for 3 times 30 s");
            return;
        }
        lab.complete(&running);
    }
    panic!("it starves");
}

#[test]
fn a_class_runs_no_more_tasks_at_once_than_it_may() {
    let mut lab = Lab::new();
    lab.agent("worker", 100);
    let mut classed = plan();
    classed.classes = vec![class("unit", 3), class("integration", 1)];
    let tasks = (0..12u32).map(|number| {
        let mut task = task(&format!("T{number:02}"), &[]);
        task.class = [Some(0), Some(1), None][number as usize % 3];
        task
    });
    let tasks: Vec<TaskSpec> = tasks.collect();
    let session = lab.start(classed.clone(), tasks.clone());
    assert_eq!(
        lab.running(),
        ["T00", "T01", "T02", "T03", "T05", "T06", "T08", "T11"]
    );
    assert_eq!(waiting(&lab, session, "T04"), WaitReason::ClassFull);
    lab.complete("T01");
    assert!(lab.running().contains(&"T04".to_owned()));
    let other = lab.start(classed, tasks);
    assert_eq!(lab.running().len(), 16, "another session has its own classes");
    lab.fail_over();
    lab.agent("worker", 100);
    assert_eq!(lab.running().len(), 16);
    assert_eq!(lab.plan_of(session).running, [3, 1]);
    assert_eq!(lab.plan_of(other).running, [3, 1]);
    lab.check_replay();
}

#[test]
fn what_runs_never_reserves_more_than_there_is() {
    let mut lab = Lab::new();
    lab.agent("worker", 100);
    lab.totals(8_192, 8_000);
    let tasks = (0..30u64).map(|number| heavy(&format!("T{number:02}"), 512 + number % 7 * 700, 1_000));
    let session = lab.orchestrate(tasks.collect());
    while let Some(key) = lab.running().first().cloned() {
        let reserved = lab.kernel.durable().leases.reserved();
        assert!(
            reserved.memory_mb <= 8_192 && reserved.cpu_milli <= 8_000,
            "{reserved:?}"
        );
        lab.complete(&key);
    }
    assert_eq!(lab.session_status(session), SessionStatus::Completed);
    assert_eq!(lab.kernel.durable().leases.reserved(), Default::default());
    lab.check_replay();
}

#[test]
fn what_becomes_free_is_kept_for_a_large_task_that_has_waited_long() {
    let mut lab = Lab::new();
    lab.agent("worker", 100);
    lab.totals(1_000, 100_000);
    lab.configure(|settings| settings.alerts.clear());
    let mut long = heavy("holder", 400, 1_000);
    long.timeout_ms = 10_000_000;
    lab.orchestrate(vec![long]);
    lab.orchestrate(vec![heavy("large", 800, 1_000)]);
    let small = |number: u32| {
        let mut small = heavy(&format!("small {number}"), 300, 1_000);
        small.timeout_ms = 10_000_000;
        small
    };
    let session = lab.orchestrate(vec![small(0), small(1), small(2)]);
    assert_eq!(lab.running(), ["holder", "small 0", "small 1"]);
    lab.pass(119_999);
    lab.complete("small 0");
    assert_eq!(
        lab.running(),
        ["holder", "small 1", "small 2"],
        "it is not starving yet"
    );
    lab.pass(1);
    let late = lab.orchestrate(vec![small(3)]);
    lab.complete("small 1");
    assert_eq!(lab.running(), ["holder", "small 2"]);
    assert_eq!(waiting(&lab, late, "small 3"), WaitReason::AgentsBusy);
    lab.complete("small 2");
    lab.complete("holder");
    assert_eq!(lab.running(), ["large"]);
    lab.complete("large");
    assert_eq!(lab.running(), ["small 3"]);
    lab.complete("small 3");
    assert_eq!(lab.session_status(session), SessionStatus::Completed);
    lab.check_replay();
}

#[test]
fn every_task_that_does_not_run_says_why() {
    let mut lab = Lab::new();
    let mut coder = task("coder", &[]);
    Arc::make_mut(&mut coder.demand).agent_type = Some("coder".to_owned());
    let mut phased: PlanSpec = common::tasks::phased(&[
        (
            polyphon_kernel::tasks::PhaseMode::Parallel,
            &[0, 1, 2, 3, 4, 6],
            0,
        ),
        (polyphon_kernel::tasks::PhaseMode::Parallel, &[5], 0),
    ]);
    phased.classes = vec![class("one", 1)];
    let mut second = task("second", &[]);
    (second.class, second.priority) = (Some(0), Priority::Low);
    let mut first = task("first", &[]);
    first.class = Some(0);
    let session = lab.start(
        phased,
        vec![
            coder,
            first,
            second,
            heavy("large", 900, 0),
            task("busy", &[]),
            task("later", &[]),
            task("dependent", &[4]),
        ],
    );
    assert_eq!(waiting(&lab, session, "busy"), WaitReason::NoAgent);
    lab.totals(1_000, 1_000);
    lab.orchestrate(vec![heavy("holder", 500, 0)]);
    lab.agent("worker", 2);
    lab.configure(|settings| settings.totals.as_mut().unwrap().memory_mb = 1_000);
    let reasons: Vec<WaitReason> = ["coder", "first", "second", "large", "later", "dependent"]
        .map(|key| waiting(&lab, session, key))
        .into();
    assert_eq!(
        reasons,
        [
            WaitReason::NoAgent,
            WaitReason::None,
            WaitReason::ClassFull,
            WaitReason::None,
            WaitReason::Phase,
            WaitReason::Dependencies
        ]
    );
    assert_eq!(waiting(&lab, session, "busy"), WaitReason::AgentsBusy);
    lab.accept(SessionCommand::PauseSession {
        session,
        reason: String::new(),
    });
    assert_eq!(waiting(&lab, session, "busy"), WaitReason::Paused);
    lab.fail("first", "network_error");
    assert_eq!(waiting(&lab, session, "first"), WaitReason::Backoff);
    lab.fail("large", "logic_error");
    assert_eq!(waiting(&lab, session, "large"), WaitReason::Human);
    lab.configure(|settings| settings.totals = Some(Default::default()));
    let mut spec = agent_spec("coder", 1);
    spec.agent_type = "coder".to_owned();
    lab.accept(AgentCommand::RegisterAgent { spec });
    let draft = SessionId(lab.accept(SessionCommand::BeginPlan {
        plan: plan(),
        expected: 2,
        input: None,
    }));
    lab.accept(SessionCommand::AddTasks {
        session: draft,
        tasks: vec![task("A", &[]).into()],
    });
    assert_eq!(waiting(&lab, draft, "A"), WaitReason::Draft);
    assert!(
        lab.kernel
            .view(&View::Waiting {
                task: Default::default()
            })
            .is_empty()
    );
}

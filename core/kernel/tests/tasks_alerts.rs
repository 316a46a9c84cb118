//! Alerts: raised, acted upon, cleared, not too often.

#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a test ends at what it did not expect, and its names are its words"
)]

mod common;

use common::agents::{TestHost, pool_spec};
use common::tasks::heavy;
use common::{Lab, task};
use polyphon_kernel::alerts::{Alert, AlertAction, AlertCondition};
use polyphon_kernel::journal::JournalCommand;
use polyphon_kernel::sessions::SessionStatus;
use polyphon_kernel::sessions::commands::SessionCommand;
use polyphon_kernel::tasks::TaskSpec;
use polyphon_kernel::{AgentId, Event, SessionId, Severity, View};

fn lab() -> Lab {
    let mut lab = Lab::new();
    lab.agent("worker", 100);
    lab
}

fn raised(lab: &Lab) -> Vec<Alert> {
    let alerts = lab.kernel.durable().alerts.iter();
    alerts
        .filter(|(_, alert)| alert.is_raised())
        .map(|(_, alert)| alert.clone())
        .collect()
}

fn changes(lab: &Lab) -> usize {
    let of_alerts = |event: &Event| matches!(event, Event::Alert(_));
    lab.events().iter().filter(|event| of_alerts(event)).count()
}

fn numbered(count: usize) -> Vec<TaskSpec> {
    (0..count)
        .map(|number| task(&format!("T{number:02}"), &[]))
        .collect()
}

/// A session of which two of five attempts failed; the agent has room for no more.
fn failing() -> (Lab, SessionId) {
    let mut lab = Lab::new();
    lab.agent("worker", 5);
    let session = lab.orchestrate(numbered(30));
    lab.complete("T00");
    lab.complete("T01");
    lab.complete("T02");
    lab.fail("T03", "import_error");
    assert_eq!(raised(&lab), [], "four attempts prove nothing");
    lab.fail("T04", "import_error");
    (lab, session)
}

#[test]
fn too_many_failures_hold_back_what_has_not_run_yet() {
    let (mut lab, session) = failing();
    let alerts = raised(&lab);
    assert_eq!(alerts.len(), 1);
    let alert = &alerts[0];
    assert_eq!(alert.rule, "high_failure_rate");
    assert_eq!(
        (alert.severity, alert.action),
        (Severity::Critical, AlertAction::PauseNewTasks)
    );
    assert_eq!(
        (alert.value, alert.threshold, alert.session),
        (400_000, 200_000, Some(session))
    );
    assert!(alert.details.contains("40.0 %"), "{}", alert.details);
    let running = lab.running();
    for key in running.iter().filter(|key| **key != "T04" && **key != "T03") {
        lab.complete(key);
    }
    assert_eq!(
        lab.running(),
        ["T03", "T04"],
        "what failed is tried again, nothing new begins"
    );
    lab.check_replay();
}

#[test]
fn new_tasks_go_on_when_the_rate_falls_but_not_too_soon() {
    let (mut lab, session) = failing();
    let fresh = lab.running().into_iter().filter(|key| key.as_str() > "T04");
    let fresh: Vec<String> = fresh.collect();
    lab.pass(5_000);
    lab.complete("T03");
    fresh.iter().for_each(|key| lab.complete(key));
    assert!(lab.plan_of(session).alerted, "within the interval of the rule");
    lab.pass(4_000);
    lab.complete("T04");
    assert!(lab.plan_of(session).alerted);
    let outcomes = lab.plan_of(session).outcomes;
    assert_eq!(
        (outcomes.ended, outcomes.failed),
        (10, 2),
        "20 % are not below 15 %"
    );
    lab.accept(SessionCommand::ResumeSession { session });
    lab.pass(1_000);
    for _ in 0..4 {
        let key = lab.running().remove(0);
        lab.complete(&key);
    }
    assert_eq!(raised(&lab), []);
    assert_eq!(changes(&lab), 2);
    lab.check_replay();
}

#[test]
fn the_clock_of_the_session_stands_still_while_an_alert_holds_it() {
    let (mut lab, session) = failing();
    for key in lab.running() {
        lab.complete(&key);
    }
    lab.pass(30 * 86_400_000);
    assert_eq!(lab.session_status(session), SessionStatus::Running);
    assert_eq!(lab.session(session).clock.deadline_ms, None);
    lab.accept(SessionCommand::ResumeSession { session });
    assert!(lab.session(session).clock.deadline_ms.is_some());
    assert!(!lab.running().is_empty());
    lab.check_replay();
}

#[test]
fn after_a_human_resumed_the_alert_stays_but_holds_nothing_back() {
    let (mut lab, session) = failing();
    lab.accept(SessionCommand::ResumeSession { session });
    assert_eq!(raised(&lab).len(), 1);
    assert!(!lab.plan_of(session).alerted);
    lab.complete("T03");
    assert_eq!(lab.running().len(), 5);
    let events = lab.events().len();
    lab.accept(SessionCommand::ResumeSession { session });
    assert_eq!(lab.events().len(), events, "there is nothing to resume");
    lab.check_replay();
}

#[test]
fn a_pause_and_an_alert_hold_independently_and_one_resume_ends_both() {
    let (mut lab, session) = failing();
    let reason = String::new();
    lab.accept(SessionCommand::PauseSession { session, reason });
    assert_eq!(lab.session(session).clock.holds, 2);
    lab.accept(SessionCommand::ResumeSession { session });
    assert_eq!(lab.session_status(session), SessionStatus::Running);
    assert_eq!(lab.session(session).clock.holds, 0);
    lab.complete("T03");
    assert_eq!(lab.running().len(), 5);
    lab.check_replay();
}

#[test]
fn the_alerts_of_a_session_are_cleared_with_it() {
    let (mut lab, session) = failing();
    lab.accept(SessionCommand::CancelSession {
        session,
        reason: String::new(),
    });
    lab.pass(500);
    assert_eq!(lab.session_status(session), SessionStatus::Cancelled);
    assert_eq!(raised(&lab), []);
    for _ in 0..polyphon_kernel::bounds::ENDED_SESSIONS {
        lab.orchestrate(vec![task("X", &[])]);
        lab.complete("X");
    }
    assert_eq!(lab.kernel.durable().alerts.iter().count(), 0);
    lab.check_replay();
}

#[test]
fn lost_and_cancelled_attempts_are_no_failures() {
    let mut lab = lab();
    let session = lab.orchestrate(numbered(10));
    lab.fail_over();
    lab.agent("worker", 100);
    assert_eq!(lab.plan_of(session).outcomes.ended, 0);
    assert_eq!(lab.task(session, "T00").course.losses, 1);
    assert_eq!(raised(&lab), []);
}

#[test]
fn memory_above_nine_tenths_reduces_what_runs_at_once() {
    let mut lab = lab();
    lab.totals(1_000, 100_000);
    lab.configure(|settings| {
        settings
            .alerts
            .retain(|rule| rule.condition == AlertCondition::MemoryUsage)
    });
    let mut tasks: Vec<TaskSpec> = (0..4)
        .map(|number| heavy(&format!("A{number}"), 240, 0))
        .collect();
    tasks.extend((0..6).map(|number| heavy(&format!("B{number}"), 100, 0)));
    lab.orchestrate(tasks);
    assert_eq!(lab.running(), ["A0", "A1", "A2", "A3"]);
    let alert = raised(&lab).remove(0);
    assert_eq!(
        (alert.rule.as_str(), alert.value, alert.session),
        ("memory_exhaustion", 960_000, None)
    );
    lab.complete("A0");
    assert_eq!(
        lab.running(),
        ["A1", "A2", "A3", "B0"],
        "720 and 100, but not 920"
    );
    lab.pass(10_000);
    lab.pass(500);
    assert_eq!(raised(&lab), [], "they timed out together: below 80 %");
    lab.check_replay();
}

#[test]
fn a_task_that_needs_nearly_everything_runs_alone_even_then() {
    let mut lab = lab();
    lab.totals(1_000, 100_000);
    lab.orchestrate(vec![heavy("A", 950, 0), heavy("B", 950, 0), heavy("C", 10, 0)]);
    assert_eq!(lab.running(), ["A"]);
    lab.complete("A");
    assert_eq!(lab.running(), ["B"]);
    lab.complete("B");
    assert_eq!(lab.running(), ["C"]);
    lab.complete("C");
    lab.check_replay();
}

#[test]
fn a_value_that_swings_changes_the_alert_at_most_once_in_its_interval() {
    let mut lab = lab();
    lab.totals(1_000, 100_000);
    for _ in 0..50 {
        lab.orchestrate(vec![heavy("A", 950, 0)]);
        lab.complete("A");
        lab.pass(100);
    }
    assert_eq!(changes(&lab), 1);
    lab.pass(10_000);
    lab.orchestrate(vec![heavy("A", 10, 0)]);
    lab.complete("A");
    assert_eq!((changes(&lab), raised(&lab).len()), (2, 0));
}

#[test]
fn attempts_that_take_twice_as_long_as_the_first_ones_name_the_slowest() {
    let mut lab = lab();
    let session = lab.orchestrate(numbered(20));
    for (number, key) in lab.running().iter().enumerate() {
        lab.complete(key);
        if number >= 4 {
            lab.pass(700);
        }
        if number == 4 {
            lab.pass(100);
        }
        if !raised(&lab).is_empty() {
            break;
        }
    }
    let alert = raised(&lab).remove(0);
    assert_eq!(alert.condition, AlertCondition::Slowdown);
    assert_eq!(
        (alert.rule.as_str(), alert.action, alert.session),
        (
            "performance_degradation",
            AlertAction::InvestigateBottlenecks,
            Some(session)
        )
    );
    assert!(alert.details.contains("slowest: T"), "{}", alert.details);
    assert!(!lab.plan_of(session).alerted, "it only tells");
    lab.check_replay();
}

#[test]
fn rules_are_data_and_may_be_left_out() {
    let mut lab = Lab::new();
    lab.agent("worker", 5);
    lab.configure(|settings| settings.alerts.clear());
    lab.orchestrate(numbered(10));
    for key in ["T00", "T01", "T02", "T03", "T04"] {
        lab.fail(key, "import_error");
    }
    assert_eq!(changes(&lab), 0);
    let mut settings = lab.kernel.durable().settings().clone();
    settings.alerts = polyphon_kernel::Settings::default().alerts;
    settings.alerts[0].clear = 300_000;
    assert_eq!(
        lab.refuse(JournalCommand::Configure { settings }).code,
        "KERNEL_SETTINGS_INVALID"
    );
}

/// The alert about the silence of an agent.
fn silence(lab: &Lab, agent: AgentId) -> Option<Alert> {
    let alerts = &lab.kernel.durable().alerts;
    let last = alerts.last(AlertCondition::AgentSilence, None, Some(agent));
    last.map(|(_, alert)| alert.clone())
}

#[test]
fn a_lost_agent_raises_an_alert_until_it_is_back() {
    let mut lab = Lab::new();
    let agent = lab.remote("far", 30_000);
    lab.live(119_999);
    assert_eq!(silence(&lab, agent), None);
    lab.live(1);
    let alert = silence(&lab, agent).unwrap();
    assert_eq!(
        (alert.rule.as_str(), alert.severity, alert.action),
        (
            "agent_unresponsive",
            Severity::Critical,
            AlertAction::ReassignTasks
        )
    );
    assert_eq!((alert.value, alert.threshold), (120_000, 120_000));
    let alerts = &lab.kernel.durable().alerts;
    let (id, _) = alerts
        .last(AlertCondition::AgentSilence, None, Some(agent))
        .unwrap();
    assert_eq!(
        lab.kernel.view(&View::Alert { alert: id }),
        polyphon_wire::to_bytes(&alert)
    );
    lab.beat(agent);
    assert_eq!(silence(&lab, agent), None, "it is back");
    assert_eq!(changes(&lab), 2);
    lab.check_replay();
}

#[test]
fn an_agent_that_is_never_heard_of_again_is_told_of_once_and_the_alert_goes_with_it() {
    let mut lab = Lab::new();
    let agent = lab.remote("far", 30_000);
    lab.live(299_999);
    assert!(silence(&lab, agent).is_some());
    lab.live(200_000);
    assert_eq!((silence(&lab, agent), changes(&lab)), (None, 2));
    lab.check_replay();
}

#[test]
fn an_agent_that_is_replaced_before_the_threshold_of_the_rule_raises_none() {
    for (threshold, alerts) in [(120_000, 0), (1_000, 1)] {
        let mut lab = Lab::new();
        lab.configure(|settings| {
            let rule = settings.alerts.iter_mut();
            let rule = rule.filter(|rule| rule.condition == AlertCondition::AgentSilence);
            rule.for_each(|rule| rule.threshold = threshold);
        });
        let mut spec = pool_spec("crew", 1, 1);
        spec.template.heartbeat_ms = 1_000;
        lab.pool(spec);
        TestHost::default().serve(&mut lab);
        lab.live(20_000);
        assert_eq!(
            lab.count("AgentLost"),
            1,
            "it is replaced as soon as it is unhealthy"
        );
        assert_eq!(lab.count("AlertRaised"), alerts, "above {threshold} ms");
    }
}

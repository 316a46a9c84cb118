//! Questions to humans: asked, answered, repeated, overdue, moot.

#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a test ends at what it did not expect, and its names are its words"
)]

mod common;

use common::tasks::{heavy, part, resolve};
use common::{Lab, plan, task};
use polyphon_kernel::escalations::commands::EscalationCommand;
use polyphon_kernel::escalations::{Decision, EscalationStatus};
use polyphon_kernel::outbox::commands::OutboxCommand;
use polyphon_kernel::sessions::SessionStatus;
use polyphon_kernel::sessions::commands::SessionCommand;
use polyphon_kernel::tasks::{TaskStatus, Wait};
use polyphon_kernel::{Effect, EffectId, EscalationId, Kernel, SessionId, Severity, View};

/// A chain of three tasks whose first waits for a human, and a task beside it.
fn waiting() -> (Lab, SessionId, EscalationId) {
    let mut lab = Lab::new();
    lab.agent("worker", 8);
    let session = lab.orchestrate(vec![
        task("A", &[]),
        task("B", &[0]),
        task("C", &[1]),
        task("D", &[]),
    ]);
    lab.fail("A", "calculation_error");
    let escalation = lab.open_escalations()[0].0;
    (lab, session, escalation)
}

#[test]
fn the_report_says_all_a_human_needs_to_decide() {
    let (mut lab, session, escalation) = waiting();
    let known = lab.kernel.durable().escalations.get(escalation).unwrap().clone();
    assert_eq!(known.task, lab.task_id(session, "A"));
    let report = &known.report;
    assert_eq!(report.issue_type, "calculation_error");
    assert_eq!(report.severity, Severity::Critical);
    assert_eq!(report.message, "it broke");
    assert_eq!(report.attempts, 1);
    assert!(report.agent.is_some());
    assert!(!report.recommended_actions.is_empty());
    let blocked = ["B", "C"].map(|key| lab.task_id(session, key));
    assert_eq!(report.blocking_tasks, blocked);
    assert!(!report.blocking_more);
    let system = report.system_state;
    assert_eq!((system.tasks.total, system.running, system.agents), (4, 1, 1));
    assert!(!lab.kernel.view(&View::Escalation { escalation }).is_empty());
    lab.check_replay();
}

#[test]
fn dependents_are_paused_and_the_rest_goes_on() {
    let (mut lab, session, escalation) = waiting();
    assert_eq!(
        lab.task(session, "A").course.wait,
        Some(Wait::Human { escalation })
    );
    lab.complete("D");
    assert_eq!(lab.task_status(session, "B"), TaskStatus::Pending);
    lab.pass(100 * 86_400_000);
    assert_eq!(
        lab.session_status(session),
        SessionStatus::Running,
        "time stands still while a human is waited for"
    );
    lab.check_replay();
}

#[test]
fn what_is_approved_has_completed() {
    let (mut lab, session, escalation) = waiting();
    lab.resolve(escalation, Decision::Approve);
    let task = lab.task(session, "A");
    assert_eq!(
        (task.status, task.course.error.as_ref()),
        (TaskStatus::Completed, None)
    );
    let verdict = task.course.verdicts.last().unwrap();
    assert_eq!((verdict.name.as_str(), verdict.met), ("human_approval", true));
    for key in ["B", "C", "D"] {
        lab.complete(key);
    }
    assert_eq!(lab.session_status(session), SessionStatus::Completed);
    lab.check_replay();
}

#[test]
fn what_is_retried_starts_anew() {
    let (mut lab, session, escalation) = waiting();
    lab.resolve(escalation, Decision::Retry);
    assert_eq!(lab.task_status(session, "A"), TaskStatus::Running);
    for _ in 0..3 {
        lab.fail_and_wait("A", "memory_error");
    }
    let open = lab.open_escalations();
    assert_eq!(open.len(), 1);
    assert_eq!(open[0].1.report.recoveries.len(), 2, "the budget began anew");
    assert_eq!(lab.task(session, "A").course.reprieves, 1);
    lab.resolve(open[0].0, Decision::Retry);
    lab.complete("A");
    assert_eq!(lab.task(session, "A").course.attempts, 5);
    lab.check_replay();
}

#[test]
fn what_is_aborted_has_failed_and_what_depends_on_it_is_skipped() {
    let (mut lab, session, escalation) = waiting();
    lab.resolve(escalation, Decision::Abort);
    lab.complete("D");
    assert_eq!(
        lab.statuses(session),
        [
            TaskStatus::Failed,
            TaskStatus::Skipped,
            TaskStatus::Skipped,
            TaskStatus::Completed
        ]
    );
    assert_eq!(lab.session_status(session), SessionStatus::Failed);
    lab.check_replay();
}

#[test]
fn to_decide_again_the_same_way_changes_nothing_and_another_way_is_refused() {
    let (mut lab, _, escalation) = waiting();
    lab.resolve(escalation, Decision::Approve);
    let events = lab.events().len();
    assert_eq!(lab.accept(resolve(escalation, Decision::Approve)), escalation.0);
    assert_eq!(lab.events().len(), events);
    let refusal = lab.refuse(resolve(escalation, Decision::Abort));
    assert_eq!(refusal.code, "ESCALATION_RESOLVED");
    assert!(refusal.message.contains("approve"), "{}", refusal.message);
    assert_eq!(lab.events().len(), events);
}

#[test]
fn an_unknown_escalation_is_refused() {
    let (mut lab, session, _) = waiting();
    for stranger in [0, 999_999, session.0] {
        let refusal = lab.refuse(resolve(EscalationId(stranger), Decision::Approve));
        assert_eq!(refusal.code, "ESCALATION_UNKNOWN");
    }
}

#[test]
fn who_decided_is_what_the_door_says_and_a_long_note_is_cut() {
    let (mut lab, _, escalation) = waiting();
    lab.accept(EscalationCommand::ResolveEscalation {
        escalation,
        decision: Decision::Abort,
        note: "x".repeat(10_000),
    });
    let known = lab.kernel.durable().escalations.get(escalation).unwrap();
    assert_eq!(known.actor, "tester");
    assert_eq!(known.note.len(), polyphon_kernel::bounds::ERROR_TEXT);
}

#[test]
fn without_an_answer_in_time_the_default_is_decided() {
    let mut lab = Lab::new();
    lab.agent("worker", 8);
    lab.configure(|settings| settings.escalations.deadline_ms = Some(60_000));
    let session = lab.orchestrate(vec![task("A", &[])]);
    lab.fail("A", "logic_error");
    let escalation = lab.open_escalations()[0].0;
    lab.pass(59_999);
    assert_eq!(lab.task_status(session, "A"), TaskStatus::Waiting);
    lab.pass(1);
    assert_eq!(lab.task_status(session, "A"), TaskStatus::Failed);
    let known = lab.kernel.durable().escalations.get(escalation).unwrap();
    assert_eq!(
        (known.actor.as_str(), known.decision),
        ("", Some(Decision::Abort))
    );
    lab.check_replay();
}

#[test]
fn a_decision_in_time_stops_the_clock() {
    let mut lab = Lab::new();
    lab.agent("worker", 8);
    lab.configure(|settings| settings.escalations.deadline_ms = Some(60_000));
    let session = lab.orchestrate(vec![task("A", &[]), task("B", &[0])]);
    lab.fail("A", "logic_error");
    let escalation = lab.open_escalations()[0].0;
    lab.resolve(escalation, Decision::Approve);
    lab.pass(3_000);
    assert_eq!(lab.task_status(session, "A"), TaskStatus::Completed);
    assert_eq!(lab.kernel.durable().escalations.open(), 0);
    lab.check_replay();
}

#[test]
fn many_may_be_open_at_once_and_each_is_answered_for_itself() {
    let mut lab = Lab::new();
    lab.agent("worker", 100);
    let keys: Vec<String> = (0..50).map(|number| format!("T{number}")).collect();
    let session = lab.orchestrate(keys.iter().map(|key| task(key, &[])).collect());
    for key in &keys {
        lab.fail(key, "logic_error");
    }
    let open = lab.open_escalations();
    assert_eq!(open.len(), 50);
    for (number, (escalation, _)) in open.into_iter().enumerate() {
        let decision = [Decision::Approve, Decision::Abort][number % 2];
        lab.resolve(escalation, decision);
    }
    assert_eq!(lab.session_status(session), SessionStatus::Failed);
    let counts = lab.plan_of(session).counts;
    assert_eq!((counts.completed, counts.failed), (25, 25));
    lab.check_replay();
}

#[test]
fn a_cancelled_session_withdraws_its_questions() {
    let (mut lab, session, escalation) = waiting();
    lab.accept(SessionCommand::CancelSession {
        session,
        reason: "enough".to_owned(),
    });
    lab.fail("D", "stopped");
    assert_eq!(lab.session_status(session), SessionStatus::Cancelled);
    let known = lab.kernel.durable().escalations.get(escalation).unwrap();
    assert_eq!(known.status, EscalationStatus::Withdrawn);
    let refusal = lab.refuse(resolve(escalation, Decision::Retry));
    assert_eq!(refusal.code, "ESCALATION_RESOLVED");
    assert!(refusal.message.contains("withdrawn"));
    lab.check_replay();
}

#[test]
fn a_demand_above_the_totals_asks_at_once_and_goes_on_when_there_is_more() {
    let mut lab = Lab::new();
    lab.agent("worker", 8);
    lab.totals(1_000, 4_000);
    let session = lab.orchestrate(vec![heavy("A", 2_000, 1_000), heavy("B", 500, 1_000)]);
    assert_eq!(lab.running(), ["B"]);
    let (escalation, known) = lab.open_escalations().remove(0);
    assert_eq!(known.report.issue_type, "resource_exhaustion");
    assert!(
        known.report.message.contains("2000 MB"),
        "{}",
        known.report.message
    );
    assert_eq!(known.report.attempts, 0);
    lab.resolve(escalation, Decision::Retry);
    let (again, _) = lab.open_escalations().remove(0);
    assert_ne!(again, escalation, "nothing has changed: it asks again");
    lab.totals(4_000, 4_000);
    lab.resolve(again, Decision::Retry);
    lab.complete("A");
    lab.complete("B");
    assert_eq!(lab.session_status(session), SessionStatus::Completed);
    lab.check_replay();
}

#[test]
fn a_part_that_waits_keeps_its_whole_and_what_waits_for_the_whole() {
    let mut lab = Lab::new();
    lab.agent("worker", 8);
    let session = lab.orchestrate(vec![
        task("G", &[]),
        part("G1", 0, &[]),
        part("G2", 0, &[]),
        task("Z", &[0]),
    ]);
    lab.complete("G2");
    lab.fail("G1", "logic_error");
    let (escalation, known) = lab.open_escalations().remove(0);
    assert_eq!(known.report.blocking_tasks, [lab.task_id(session, "Z")]);
    assert_eq!(lab.task_status(session, "G"), TaskStatus::Running);
    lab.resolve(escalation, Decision::Approve);
    lab.complete("Z");
    assert_eq!(lab.session_status(session), SessionStatus::Completed);
    lab.check_replay();
}

#[test]
fn the_list_of_waiting_tasks_is_bounded() {
    let mut lab = Lab::new();
    lab.agent("worker", 8);
    let mut tasks = vec![task("A", &[])];
    tasks.extend((0..500).map(|number| task(&format!("B{number}"), &[0])));
    lab.orchestrate(tasks);
    lab.fail("A", "logic_error");
    let report = lab.open_escalations().remove(0).1.report;
    assert_eq!(
        report.blocking_tasks.len(),
        polyphon_kernel::bounds::BLOCKING_TASKS
    );
    assert!(report.blocking_more);
    lab.check_replay();
}

/// A lab that notifies, with one open escalation.
fn notified() -> (Lab, SessionId, EffectId) {
    let mut lab = Lab::new();
    lab.agent("worker", 8);
    lab.configure(|settings| settings.escalations.notify = true);
    let session = lab.orchestrate(vec![task("A", &[])]);
    lab.fail("A", "logic_error");
    let effect = notices(&lab.effects)[0];
    (lab, session, effect)
}

fn notices(effects: &[Effect]) -> Vec<EffectId> {
    let id = |effect: &Effect| match effect {
        Effect::Notify { effect, .. } => Some(*effect),
        _ => None,
    };
    effects.iter().filter_map(id).collect()
}

fn finish(effect: EffectId, ok: bool) -> OutboxCommand {
    OutboxCommand::FinishEffect {
        effect,
        ok,
        detail: "204".to_owned(),
    }
}

#[test]
fn a_notice_is_given_again_after_each_restart_until_it_is_done() {
    let (mut lab, session, effect) = notified();
    assert_eq!(notices(&lab.kernel.open_effects()), [effect]);
    let snapshot = lab.kernel.snapshot();
    let restored = Kernel::restore(&snapshot, 2).unwrap();
    assert_eq!(notices(&restored.open_effects()), [effect]);
    let Some(Effect::Notify {
        key, report, task, ..
    }) = restored.open_effects().pop()
    else {
        panic!("no notice");
    };
    assert_eq!((key.as_str(), task), ("A", lab.task_id(session, "A")));
    assert_eq!(report.issue_type, "logic_error");
    lab.accept(finish(effect, true));
    assert_eq!(notices(&lab.kernel.open_effects()), []);
    lab.check_replay();
}

#[test]
fn open_effects_come_in_the_order_in_which_they_were_opened() {
    let mut lab = Lab::new();
    lab.agent("worker", 8);
    lab.configure(|settings| settings.escalations.notify = true);
    lab.orchestrate(vec![task("A", &[]), task("B", &[])]);
    lab.fail("A", "logic_error");
    lab.orchestrate(vec![task("C", &[])]);
    lab.fail("B", "logic_error");
    let order: Vec<&str> = lab
        .kernel
        .open_effects()
        .iter()
        .map(|effect| match effect {
            Effect::Notify { key, .. } if key == "A" => "notice of A",
            Effect::Notify { .. } => "notice of B",
            _ => "run of C",
        })
        .collect();
    assert_eq!(order, ["notice of A", "run of C", "notice of B"]);
}

#[test]
fn a_notice_is_closed_once_however_it_went() {
    let (mut lab, _, effect) = notified();
    lab.accept(finish(effect, false));
    let refusal = lab.refuse(finish(effect, false));
    assert_eq!(refusal.code, "EFFECT_UNKNOWN");
    assert_eq!(lab.refuse(finish(EffectId(7_777), true)).code, "EFFECT_UNKNOWN");
    lab.check_replay();
}

#[test]
fn a_decision_does_not_close_the_notice() {
    let (mut lab, session, effect) = notified();
    let escalation = lab.open_escalations()[0].0;
    lab.resolve(escalation, Decision::Approve);
    assert_eq!(lab.session_status(session), SessionStatus::Completed);
    assert_eq!(notices(&lab.kernel.open_effects()), [effect]);
    lab.accept(finish(effect, true));
}

#[test]
fn nobody_is_told_unless_it_is_asked_for() {
    let (lab, ..) = waiting();
    assert_eq!(notices(&lab.effects), []);
    assert!(lab.kernel.durable().outbox.is_empty());
}

#[test]
fn decided_escalations_leave_memory_with_their_session_or_when_there_are_too_many() {
    let mut lab = Lab::new();
    lab.agent("worker", 8);
    let session = lab.orchestrate(vec![task("A", &[])]);
    let bound = polyphon_kernel::bounds::CLOSED_ESCALATIONS;
    for _ in 0..bound + 5 {
        lab.fail("A", "logic_error");
        let escalation = lab.open_escalations()[0].0;
        lab.resolve(escalation, Decision::Retry);
    }
    assert_eq!(lab.kernel.durable().escalations.iter().count(), bound);
    lab.complete("A");
    for _ in 0..=polyphon_kernel::bounds::ENDED_SESSIONS {
        lab.orchestrate(vec![task("B", &[])]);
        lab.complete("B");
    }
    assert!(lab.kernel.durable().sessions.get(session).is_none());
    assert_eq!(lab.kernel.durable().escalations.iter().count(), 0);
    lab.check_replay();
}

#[test]
fn with_as_many_open_escalations_as_may_be_a_task_fails_instead() {
    let mut lab = Lab::new();
    let bound = polyphon_kernel::bounds::OPEN_ESCALATIONS;
    lab.agent("worker", bound as u32 + 10);
    let mut quick = plan();
    quick.policy.max_retries = 0;
    let tasks = (0..bound + 1).map(|number| task(&format!("T{number}"), &[]));
    let session = lab.hand_in(quick, &tasks.collect::<Vec<_>>());
    lab.settle();
    let fences: Vec<_> = lab
        .kernel
        .durable()
        .leases
        .iter()
        .map(|(fence, _)| fence)
        .collect();
    let commands = |fences: &[polyphon_kernel::Fence]| {
        let fail = |fence: &polyphon_kernel::Fence| common::tasks::failure(*fence, "logic_error").into();
        fences.iter().map(fail).collect()
    };
    for fences in fences.chunks(1_000) {
        lab.step(commands(fences));
    }
    assert_eq!(lab.kernel.durable().escalations.open(), bound);
    assert_eq!(lab.plan_of(session).counts.failed, 1);
    lab.check_replay();
}

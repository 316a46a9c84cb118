//! Sessions: drafts, pauses, cancels, time, context, ledger, memory.

#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a test ends at what it did not expect, and its names are its words"
)]

mod common;

use common::sessions::{begin, cancel, commit, lab, pause, resume, text};
use common::tasks::failure;
use common::{Lab, plan, task};
use polyphon_kernel::bounds;
use polyphon_kernel::escalations::Decision;
use polyphon_kernel::sessions::commands::SessionCommand;
use polyphon_kernel::sessions::{Fact, FactKind, SessionStatus};
use polyphon_kernel::tasks::commands::TaskCommand;
use polyphon_kernel::tasks::{Report, SessionResults, TaskSpec, TaskStatus};
use polyphon_kernel::{Payload, SessionId, View};
use polyphon_wire::from_bytes;

#[test]
fn pause_and_resume_may_be_repeated() {
    let mut lab = lab();
    let session = lab.orchestrate(vec![task("A", &[]), task("B", &[0])]);
    lab.accept(pause(session));
    let events = lab.events().len();
    assert_eq!(lab.accept(pause(session)), session.0);
    lab.complete("A");
    assert!(lab.running().is_empty());
    lab.accept(resume(session));
    assert_eq!(lab.running(), ["B"]);
    lab.accept(resume(session));
    assert_eq!(
        lab.event_names()[events..],
        ["TaskCompleted", "SessionResumed", "TaskGranted"]
    );
    lab.check_replay();
}

#[test]
fn a_pause_stops_the_clock_of_the_session() {
    let mut lab = lab();
    let session = lab.orchestrate(vec![task("A", &[]), task("B", &[0])]);
    lab.complete("A");
    lab.accept(pause(session));
    lab.complete("B");
    let session = lab.orchestrate(vec![task("C", &[]), task("D", &[0])]);
    lab.accept(pause(session));
    lab.complete("C");
    lab.pass(30 * 86_400_000);
    assert_eq!(lab.session_status(session), SessionStatus::Paused);
    lab.accept(resume(session));
    lab.complete("D");
    assert_eq!(lab.session_status(session), SessionStatus::Completed);
    lab.check_replay();
}

#[test]
fn a_paused_session_can_be_cancelled_and_a_cancelled_one_not_be_paused() {
    let mut lab = lab();
    let session = lab.orchestrate(vec![task("A", &[]), task("B", &[0])]);
    lab.accept(pause(session));
    lab.accept(cancel(session));
    for command in [pause(session), resume(session)] {
        let refusal = lab.refuse(command);
        assert_eq!(refusal.code, "SESSION_TRANSITION");
        assert!(refusal.message.contains("cancelling"), "{}", refusal.message);
    }
    assert_eq!(lab.accept(cancel(session)), session.0);
    lab.fail("A", "stopped");
    assert_eq!(lab.session_status(session), SessionStatus::Cancelled);
    assert_eq!(lab.session(session).reason, "enough");
    assert_eq!(lab.accept(cancel(session)), session.0, "it is what was asked for");
    assert_eq!(lab.refuse(pause(session)).code, "SESSION_ENDED");
    lab.check_replay();
}

#[test]
fn a_draft_cannot_be_paused() {
    let mut lab = lab();
    let session = begin(&mut lab, 1);
    assert_eq!(lab.refuse(pause(session)).code, "SESSION_TRANSITION");
    assert_eq!(lab.refuse(resume(session)).code, "SESSION_TRANSITION");
}

#[test]
fn a_task_that_ends_its_wait_in_a_pause_stays_ready() {
    let mut lab = lab();
    let session = lab.orchestrate(vec![task("A", &[])]);
    lab.fail("A", "network_error");
    lab.accept(pause(session));
    lab.pass(1_000);
    assert_eq!(lab.task_status(session, "A"), TaskStatus::Ready);
    lab.accept(resume(session));
    assert_eq!(lab.running(), ["A"]);
    lab.check_replay();
}

#[test]
fn when_the_time_of_a_session_is_over_it_fails_and_says_why() {
    let mut lab = lab();
    let mut short = plan();
    short.timeout_ms = 5_000;
    let session = lab.start(short, vec![task("A", &[]), task("B", &[0]), task("C", &[])]);
    lab.complete("C");
    lab.pass(5_000);
    assert_eq!(lab.session_status(session), SessionStatus::Cancelling);
    lab.pass(500);
    assert_eq!(lab.session_status(session), SessionStatus::Failed);
    assert_eq!(lab.session(session).reason, "the 5000 ms of the session are over");
    assert_eq!(
        lab.statuses(session),
        [
            TaskStatus::Cancelled,
            TaskStatus::Cancelled,
            TaskStatus::Completed
        ]
    );
    lab.check_replay();
}

#[test]
fn a_session_without_a_limit_never_times_out() {
    let mut lab = Lab::new();
    let mut patient = plan();
    patient.timeout_ms = 0;
    let session = lab.start(patient, vec![task("A", &[])]);
    lab.pass(365 * 86_400_000);
    assert_eq!(lab.session_status(session), SessionStatus::Running);
}

#[test]
fn the_time_of_a_session_does_not_run_while_no_node_does() {
    let mut lab = lab();
    let session = lab.orchestrate(vec![task("A", &[])]);
    lab.now.wall_ms += 30 * 86_400_000;
    lab.fail_over();
    assert_eq!(lab.session_status(session), SessionStatus::Running);
    lab.agent("worker", 1);
    lab.complete("A");
    assert_eq!(lab.session_status(session), SessionStatus::Completed);
    lab.check_replay();
}

#[test]
fn a_failed_session_counts_what_became_of_its_tasks() {
    let mut lab = lab();
    let session = lab.orchestrate(vec![task("A", &[]), task("B", &[0]), task("C", &[])]);
    lab.complete("C");
    lab.fail("A", "logic_error");
    let escalation = lab.open_escalations()[0].0;
    lab.resolve(escalation, Decision::Abort);
    assert_eq!(
        lab.session(session).reason,
        "1 of 3 tasks completed: 1 failed, 1 skipped"
    );
}

#[test]
fn context_is_shared_read_and_bounded() {
    let mut lab = lab();
    let session = lab.orchestrate(vec![task("A", &[])]);
    let update = |entries: Vec<(String, Option<Payload>)>| SessionCommand::UpdateContext { session, entries };
    lab.accept(update(vec![
        ("csv".to_owned(), Some(text("sales.csv"))),
        ("tmp".to_owned(), Some(text("x"))),
    ]));
    lab.accept(update(vec![("tmp".to_owned(), None), ("never".to_owned(), None)]));
    let written = lab.events().len();
    lab.accept(update(vec![
        ("tmp".to_owned(), None),
        ("csv".to_owned(), Some(text("sales.csv"))),
    ]));
    lab.accept(update(Vec::new()));
    assert_eq!(
        lab.events().len(),
        written,
        "what changes nothing leaves no trace"
    );
    let bytes = lab.kernel.view(&View::Session { session });
    let seen: polyphon_kernel::sessions::Session = from_bytes(&bytes).unwrap();
    assert_eq!(seen.context, [("csv".to_owned(), text("sales.csv"))].into());
    for entries in [
        vec![(String::new(), None)],
        vec![("long".to_owned(), Some(text(&"x".repeat(257))))],
        (0..10_000)
            .map(|name| (name.to_string(), Some(text(""))))
            .collect(),
    ] {
        assert_eq!(lab.refuse(update(entries)).code, "SESSION_CONTEXT");
    }
    lab.complete("A");
    assert_eq!(lab.refuse(update(Vec::new())).code, "SESSION_ENDED");
    lab.check_replay();
}

#[test]
fn the_task_ledger_keeps_facts_in_order_and_is_bounded() {
    let mut lab = lab();
    let session = lab.orchestrate(vec![task("A", &[])]);
    let fact = |kind, text: &str| Fact {
        kind,
        text: text.to_owned(),
        source: "planner".to_owned(),
    };
    let record = |facts| SessionCommand::RecordFacts { session, facts };
    lab.accept(record(vec![
        fact(FactKind::Given, "sales fell in March"),
        fact(FactKind::ToLookUp, "the price list of February"),
    ]));
    lab.accept(record(vec![fact(FactKind::Guess, "prices rose")]));
    let kinds: Vec<FactKind> = lab.session(session).facts.iter().map(|fact| fact.kind).collect();
    assert_eq!(kinds, [FactKind::Given, FactKind::ToLookUp, FactKind::Guess]);
    let mut stranger = fact(FactKind::Given, "x");
    stranger.source = "s".repeat(257);
    for facts in [
        vec![fact(FactKind::Given, "")],
        vec![fact(FactKind::Given, &"x".repeat(4_097))],
        vec![stranger],
        vec![fact(FactKind::Given, "x"); 998],
    ] {
        assert_eq!(lab.refuse(record(facts)).code, "SESSION_LEDGER");
    }
    let events = lab.events().len();
    lab.accept(record(Vec::new()));
    assert_eq!(lab.events().len(), events);
    lab.check_replay();
}

#[test]
fn results_are_what_completed_tasks_brought_back() {
    let mut lab = lab();
    let session = lab.orchestrate(vec![task("A", &[]), task("B", &[]), task("C", &[])]);
    let mut report = Report::empty();
    report.output = Some(text("42"));
    lab.complete_with("B", report);
    lab.complete("A");
    let results: SessionResults = from_bytes(&lab.kernel.view(&View::Results { session })).unwrap();
    assert_eq!(results.outputs, [("B".to_owned(), text("42"))]);
    assert!(
        lab.kernel
            .view(&View::Results {
                session: SessionId(9_999)
            })
            .is_empty()
    );
}

#[test]
fn ended_sessions_leave_memory_by_number() {
    let mut lab = lab();
    let first = lab.orchestrate(vec![task("A", &[])]);
    lab.complete("A");
    for _ in 0..bounds::ENDED_SESSIONS {
        assert!(lab.kernel.durable().sessions.get(first).is_some());
        lab.orchestrate(vec![task("B", &[])]);
        lab.complete("B");
    }
    assert!(lab.kernel.durable().sessions.get(first).is_none());
    assert_eq!(lab.kernel.durable().tasks.len(), bounds::ENDED_SESSIONS);
    assert_eq!(lab.refuse(pause(first)).code, "SESSION_UNKNOWN");
    assert_eq!(lab.refuse(commit(first)).code, "SESSION_UNKNOWN");
    lab.check_replay();
}

#[test]
fn ended_sessions_leave_memory_by_the_number_of_their_tasks() {
    let mut lab = Lab::new();
    let tasks: Vec<TaskSpec> = (0..40_000).map(|number| task(&number.to_string(), &[])).collect();
    let sessions: Vec<SessionId> = (0..3)
        .map(|_| {
            let session = lab.hand_in(plan(), &tasks);
            lab.accept(cancel(session));
            lab.settle();
            session
        })
        .collect();
    let durable = lab.kernel.durable();
    assert!(durable.sessions.get(sessions[0]).is_none());
    assert!(durable.sessions.get(sessions[1]).is_some());
    assert_eq!((durable.tasks.len(), durable.tasks.live()), (80_000, 0));
    lab.check_replay();
}

#[test]
fn every_report_names_a_running_attempt_and_keeps_its_bounds() {
    let mut lab = lab();
    lab.orchestrate(vec![task("A", &[])]);
    let fence = lab.fence("A");
    let complete = |change: &dyn Fn(&mut Report)| {
        let mut report = Report::empty();
        change(&mut report);
        TaskCommand::CompleteTask {
            fence,
            report,
            tolerated: None,
        }
    };
    let metric = |name: &str| (name.to_owned(), 1);
    let refused = [
        complete(&|report| report.metrics = vec![metric("b"), metric("a")]),
        complete(&|report| report.metrics = vec![metric("a"), metric("a")]),
        complete(&|report| report.metrics = vec![metric("")]),
        complete(&|report| report.metrics = (0..65).map(|number| metric(&format!("{number:02}"))).collect()),
        complete(&|report| report.output = Some(text(&"x".repeat(257)))),
        failure(fence, ""),
        failure(fence, "a\u{0}b"),
    ];
    for command in refused {
        assert_eq!(lab.refuse(command).code, "TASK_REPORT_INVALID");
    }
    let stranger = polyphon_kernel::Fence(fence.0 + 1_000);
    assert_eq!(lab.refuse(failure(stranger, "x")).code, "LEASE_FENCED");
    let message = String::new();
    let progress = TaskCommand::ReportProgress {
        fence: stranger,
        ppm: 1,
        message,
    };
    assert_eq!(lab.refuse(progress).code, "LEASE_FENCED");
    lab.complete("A");
}

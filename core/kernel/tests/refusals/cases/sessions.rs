//! Of sessions and what agents share in them.

use polyphon_kernel::sessions::commands::SessionCommand;
use polyphon_kernel::sessions::{Fact, FactKind};
use polyphon_kernel::{Payload, SessionId, bounds};

use super::{Case, LONG, NOTHING, add, begin, draft, inline, whole};
use crate::common::{plan, task};

/// Commands about a session, by name.
fn about(session: SessionId) -> [SessionCommand; 7] {
    let reason = String::new;
    [
        SessionCommand::AddTasks {
            session,
            tasks: Vec::new(),
        },
        SessionCommand::CommitPlan { session },
        SessionCommand::CancelSession {
            session,
            reason: reason(),
        },
        SessionCommand::PauseSession {
            session,
            reason: reason(),
        },
        SessionCommand::ResumeSession { session },
        SessionCommand::UpdateContext {
            session,
            entries: Vec::new(),
        },
        SessionCommand::RecordFacts {
            session,
            facts: Vec::new(),
        },
    ]
}

pub(super) fn sessions(cases: &mut Vec<Case>) {
    for number in 0..7 {
        add(
            cases,
            "SESSION_UNKNOWN",
            "there is no running session",
            move |_| about(SessionId(NOTHING))[number].clone(),
        );
        // The plan of a session that ended was committed, and to commit it again changes nothing.
        if number == 1 {
            add(cases, "SESSION_ENDED", "has ended", |lab| {
                let session = draft(lab, 1);
                let reason = String::new();
                lab.accept(SessionCommand::CancelSession { session, reason });
                SessionCommand::CommitPlan { session }
            });
            continue;
        }
        add(cases, "SESSION_ENDED", "has ended", move |lab| {
            let session = lab.orchestrate(Vec::new());
            about(session)[number].clone()
        });
    }
    for (number, rule) in [(3, "does not allow to pause"), (4, "does not allow to resume")] {
        add(cases, "SESSION_TRANSITION", rule, move |lab| {
            let session = draft(lab, 1);
            about(session)[number].clone()
        });
    }
    add(
        cases,
        "SESSION_LIMIT",
        "there are 100 running sessions already",
        |lab| {
            for _ in 0..bounds::OPEN_DRAFTS {
                draft(lab, 1);
            }
            begin(plan(), 1)
        },
    );
    add(
        cases,
        "SESSION_LIMIT",
        "there are 100000 running sessions already",
        |lab| {
            let one = || whole(plan(), vec![task("A", &[])]);
            for _ in 0..bounds::LIVE_SESSIONS / 1_000 {
                lab.step((0..1_000).map(|_| one().into()).collect());
            }
            one()
        },
    );
}

pub(super) fn ledgers(cases: &mut Vec<Case>) {
    let mut facts = |rule, facts: fn() -> Vec<Fact>| {
        add(cases, "SESSION_LEDGER", rule, move |lab| {
            let session = lab.orchestrate(vec![task("A", &[])]);
            let facts = facts();
            SessionCommand::RecordFacts { session, facts }
        });
    };
    facts("a task ledger has at most 1,000 facts", || {
        vec![fact("x", ""); 1_001]
    });
    facts("a fact has 1 to 4,096 bytes", || vec![fact("", "")]);
    facts("a source has at most 256 bytes", || {
        vec![fact("x", &"x".repeat(LONG))]
    });
    let mut context = |rule, entries: fn() -> Vec<(String, Option<Payload>)>| {
        add(cases, "SESSION_CONTEXT", rule, move |lab| {
            let session = lab.orchestrate(vec![task("A", &[])]);
            let entries = entries();
            SessionCommand::UpdateContext { session, entries }
        });
    };
    context("a context has at most 10,000 names", || {
        (0..=10_000).map(|name| (name.to_string(), inline(0))).collect()
    });
    context("a name must have 1 to 256 bytes without control", || {
        vec![("\u{7}".to_owned(), None)]
    });
    context("a value of more than 256 bytes must be referred to", || {
        vec![("long".to_owned(), inline(257))]
    });
}

fn fact(text: &str, source: &str) -> Fact {
    Fact {
        kind: FactKind::Guess,
        text: text.to_owned(),
        source: source.to_owned(),
    }
}

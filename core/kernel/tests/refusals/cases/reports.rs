//! Of attempts, questions and effects.

use polyphon_kernel::agents::commands::AgentCommand;
use polyphon_kernel::escalations::{Decision, EscalationStatus};
use polyphon_kernel::outbox::commands::OutboxCommand;
use polyphon_kernel::sessions::commands::SessionCommand;
use polyphon_kernel::tasks::commands::TaskCommand;
use polyphon_kernel::tasks::{Artifact, AttemptError, Report};
use polyphon_kernel::{Command, EffectId, EscalationId, Fence, Payload, SessionId, bounds};

use super::{Case, LONG, NOTHING, add, inline};
use crate::common::pools::tasks;
use crate::common::states::{save, small};
use crate::common::tasks::{failure, resolve};
use crate::common::{Lab, agent_spec, error, task};

/// The fence of a running attempt.
fn attempt(lab: &mut Lab) -> Fence {
    lab.agent("worker", 1);
    lab.orchestrate(vec![task("A", &[])]);
    lab.fence("A")
}

fn row(bytes: u64) -> Payload {
    Payload::Ref {
        hash: [0; 32],
        bytes,
        key: "row".to_owned(),
    }
}

/// Every agent keeps something, one is forgotten without a word, which leaves its state, and another one comes.
fn keep_as_many_as_there_may_be(lab: &mut Lab) {
    let tell = |lab: &mut Lab, commands: Vec<Command>| {
        for part in commands.chunks(1_000) {
            lab.step(part.to_vec());
        }
        lab.settle();
    };
    lab.remote("far", 1_000);
    let register = |number: usize| {
        let spec = agent_spec(&format!("a{number}"), 1);
        AgentCommand::RegisterAgent { spec }.into()
    };
    tell(lab, (1..bounds::AGENTS).map(register).collect());
    let started = |(agent, _)| AgentCommand::ReportAgentStarted { agent, start: None }.into();
    let agents = lab.kernel.durable().agents.iter().map(started).collect();
    tell(lab, agents);
    for part in tasks(bounds::AGENTS + 3).chunks(1_000) {
        lab.orchestrate(part.to_vec());
        lab.settle();
    }
    let leases = lab.kernel.durable().leases.iter();
    let saves = leases.map(|(fence, _)| save(fence, small("1")).into()).collect();
    tell(lab, saves);
    lab.live(600_000);
    lab.agent("last", 1);
    lab.settle();
}

pub(super) fn reports(cases: &mut Vec<Case>) {
    for number in 0..4 {
        add(cases, "LEASE_FENCED", "is not a running lease", move |lab| {
            let fence = attempt(lab);
            lab.complete("A");
            match number {
                3 => extend(fence, 1_000),
                0 => progress(fence),
                1 => complete(fence, Report::empty()),
                _ => failure(fence, "late"),
            }
        });
    }
    add(cases, "LEASE_REVOKED", "it gets no more time", |lab| {
        let fence = attempt(lab);
        lab.pass(10_000);
        extend(fence, 1_000)
    });
    add(cases, "LEASE_FENCED", "is not a running lease", |lab| {
        let fence = attempt(lab);
        lab.complete("A");
        save(fence, small("late"))
    });
    let rules = [
        ("longer than it may be", inline(257)),
        ("at most 256 KiB", Some(row(256 * 1_024 + 1))),
    ];
    for (rule, state) in rules {
        add(cases, "AGENT_STATE_INVALID", rule, move |lab| {
            let (fence, state) = (attempt(lab), state.clone());
            AgentCommand::SaveAgentState { fence, state }
        });
    }
    add(
        cases,
        "AGENT_STATE_INVALID",
        "10,000 states are kept already",
        |lab| {
            keep_as_many_as_there_may_be(lab);
            let (fence, _) = lab.kernel.durable().leases.iter().last().expect("a lease");
            save(fence, small("one more"))
        },
    );
    add(
        cases,
        "AGENT_STATE_UNKNOWN",
        "no row of a state is to be erased",
        |_| {
            let discards = vec![NOTHING];
            AgentCommand::FinishStateErasure { discards }
        },
    );
    for length_ms in [0, 400 * 86_400_000] {
        add(
            cases,
            "TASK_REPORT_INVALID",
            "an extension is 1 ms to a year",
            move |lab| extend(attempt(lab), length_ms),
        );
    }
    let mut breaks = |rule, change: fn(&mut Report)| {
        for fails in [false, true] {
            add(cases, "TASK_REPORT_INVALID", rule, move |lab| {
                let fence = attempt(lab);
                let mut report = Report::empty();
                change(&mut report);
                match fails {
                    false => complete(fence, report),
                    true => TaskCommand::FailTask {
                        fence,
                        error: error("other"),
                        report,
                    },
                }
            });
        }
    };
    breaks("at most 64 metrics", |report| {
        report.metrics = (10..75).map(|number| (format!("m{number}"), 0)).collect();
    });
    breaks("a metric needs a name of 1 to 256 bytes", |report| {
        report.metrics = vec![(String::new(), 0)];
    });
    breaks("metrics must be sorted by name, without repeats", |report| {
        report.metrics = vec![("a".to_owned(), 0), ("a".to_owned(), 1)];
    });
    breaks("at most 1,000 artifacts", |report| {
        report.artifacts = vec![artifact(3, 3); 1_001];
    });
    let rule = "an artifact needs a name of 1 to 256 bytes and a path of at most 4,096";
    breaks(rule, |report| report.artifacts = vec![artifact(0, 1)]);
    breaks(rule, |report| report.artifacts = vec![artifact(LONG, 1)]);
    breaks(rule, |report| report.artifacts = vec![artifact(1, 4_097)]);
    breaks("an output of more than 256 bytes must be referred to", |report| {
        report.output = inline(257);
    });
    add(
        cases,
        "TASK_REPORT_INVALID",
        "an error type has 1 to 256 bytes",
        |lab| failure(attempt(lab), ""),
    );
    add(
        cases,
        "TASK_REPORT_INVALID",
        "an error type has 1 to 256 bytes",
        |lab| refuse(attempt(lab), ""),
    );
    add(cases, "LEASE_FENCED", "is not a running lease", |_| {
        refuse(Fence(NOTHING), "agent_unavailable")
    });
    let rule = "details of more than 256 bytes must be referred to";
    add(cases, "TASK_REPORT_INVALID", rule, |lab| TaskCommand::FailTask {
        fence: attempt(lab),
        error: AttemptError {
            details: inline(257),
            ..error("other")
        },
        report: Report::empty(),
    });
}

/// An artifact whose name and path have so many bytes.
fn artifact(name: usize, path: usize) -> Artifact {
    Artifact {
        name: "n".repeat(name),
        path: "p".repeat(path),
        bytes: 0,
        sha256: [0; 32],
    }
}

fn complete(fence: Fence, report: Report) -> TaskCommand {
    TaskCommand::CompleteTask {
        fence,
        report,
        tolerated: None,
    }
}

fn refuse(fence: Fence, error_type: &str) -> TaskCommand {
    TaskCommand::RefuseTask {
        fence,
        error: error(error_type),
        pause_ms: 1_000,
    }
}

fn extend(fence: Fence, length_ms: u64) -> TaskCommand {
    TaskCommand::ExtendTask { fence, length_ms }
}

fn progress(fence: Fence) -> TaskCommand {
    TaskCommand::ReportProgress {
        fence,
        ppm: 1,
        message: String::new(),
    }
}

pub(super) fn escalations(cases: &mut Vec<Case>) {
    add(cases, "ESCALATION_UNKNOWN", "there is no escalation", |_| {
        resolve(EscalationId(NOTHING), Decision::Approve)
    });
    add(cases, "ESCALATION_RESOLVED", "is closed already: abort", |lab| {
        let (escalation, _) = asked(lab);
        lab.resolve(escalation, Decision::Abort);
        resolve(escalation, Decision::Approve)
    });
    add(
        cases,
        "ESCALATION_RESOLVED",
        "is closed already: withdrawn",
        |lab| {
            let (escalation, session) = asked(lab);
            let reason = String::new();
            lab.accept(SessionCommand::CancelSession { session, reason });
            let known = lab.kernel.durable().escalations.get(escalation);
            assert_eq!(known.map(|known| known.status), Some(EscalationStatus::Withdrawn));
            resolve(escalation, Decision::Abort)
        },
    );
    add(cases, "EFFECT_UNKNOWN", "there is no open effect", |_| {
        OutboxCommand::FinishEffect {
            effect: EffectId(NOTHING),
            ok: true,
            detail: String::new(),
        }
    });
}

/// A question that is open.
fn asked(lab: &mut Lab) -> (EscalationId, SessionId) {
    lab.agent("worker", 1);
    let session = lab.orchestrate(vec![task("A", &[])]);
    while lab.task(session, "A").course.fence.is_some() {
        lab.fail("A", "calculation_error");
        lab.wait_for_backoff();
    }
    (lab.open_escalations()[0].0, session)
}

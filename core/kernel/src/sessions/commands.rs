//! What can be asked of sessions, a file each.

mod add_tasks;
mod cancel;
mod commit;
mod open;
mod pause;
mod record_facts;
mod resume;
mod update_context;

use std::sync::Arc;

use polyphon_wire::wire;

use super::{Fact, Session, SessionError, SessionStatus};
use crate::id::SessionId;
use crate::payload::Payload;
use crate::refusal::Refusal;
use crate::state::{Origin, Sink, State};
use crate::tasks::{PlanSpec, TaskSpec};

wire! {
    /// What can be asked of sessions.
    pub enum SessionCommand {
        /// Hands in a plan that fits one command, and starts it.
        200 => Orchestrate { plan: PlanSpec, tasks: Vec<Arc<TaskSpec>>, input: Option<Payload> },
        /// Begins a plan that comes in parts; invisible until it is committed.
        201 => BeginPlan { plan: PlanSpec, expected: u32, input: Option<Payload> },
        /// The next part of a plan.
        202 => AddTasks { session: SessionId, tasks: Vec<Arc<TaskSpec>> },
        /// The plan is whole: check it and start it.
        203 => CommitPlan { session: SessionId },
        /// Takes back everything that has not ended.
        204 => CancelSession { session: SessionId, reason: String },
        /// Grants nothing new.
        205 => PauseSession { session: SessionId, reason: String },
        /// Goes on granting.
        206 => ResumeSession { session: SessionId },
        /// Sets (or, without a value, removes) values that agents share.
        207 => UpdateContext { session: SessionId, entries: Vec<(String, Option<Payload>)> },
        /// Adds to the task ledger.
        208 => RecordFacts { session: SessionId, facts: Vec<Fact> },
    }
}

pub(crate) fn decide(
    state: &State<'_>,
    origin: &Origin<'_>,
    command: &SessionCommand,
    sink: &mut Sink,
) -> Result<(), Refusal> {
    match command {
        SessionCommand::Orchestrate { plan, tasks, input } => {
            open::whole(state, origin, plan, tasks, input.as_ref(), sink)
        }
        SessionCommand::BeginPlan {
            plan,
            expected,
            input,
        } => open::draft(state, origin, plan, *expected, input.as_ref(), sink),
        SessionCommand::AddTasks { session, tasks } => add_tasks::decide(state, *session, tasks, sink),
        SessionCommand::CommitPlan { session } => commit::decide(state, *session, sink),
        SessionCommand::CancelSession { session, reason } => cancel::decide(state, *session, reason, sink),
        SessionCommand::PauseSession { session, reason } => pause::decide(state, *session, reason, sink),
        SessionCommand::ResumeSession { session } => resume::decide(state, *session, sink),
        SessionCommand::UpdateContext { session, entries } => {
            update_context::decide(state, *session, entries, sink)
        }
        SessionCommand::RecordFacts { session, facts } => record_facts::decide(state, *session, facts, sink),
    }
}

fn transition(session: SessionId, status: SessionStatus, step: &'static str) -> Refusal {
    let status = status.name();
    SessionError::Transition {
        session,
        status,
        step,
    }
    .into()
}

/// The session if it has not ended.
fn live<'a>(state: &State<'a>, session: SessionId) -> Result<&'a Session, SessionError> {
    let entry = state
        .durable
        .sessions
        .get(session)
        .ok_or(SessionError::Unknown { session })?;
    if entry.status.is_terminal() {
        Err(SessionError::Ended { session })
    } else {
        Ok(entry)
    }
}

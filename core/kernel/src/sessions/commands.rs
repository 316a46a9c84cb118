//! What can be asked of sessions, a file each.

mod add_tasks;
mod cancel;
mod commit;
mod locks;
mod open;
mod pause;
mod record_facts;
mod resume;
mod update_context;
mod write_values;

use std::sync::Arc;

use polyphon_wire::wire;

use super::{Fact, Session, SessionError, SessionStatus, ValueKey};
use crate::id::{Fence, SessionId};
use crate::leases::{LeaseError, LockWish};
use crate::payload::Payload;
use crate::refusal::Refusal;
use crate::state::{Origin, Sink, State};
use crate::tasks::{PlanSpec, TaskSpec};

wire! {
    /// A value to be written.
    pub struct ValueWrite {
        key: ValueKey,
        /// `None` deletes it.
        payload: Option<Payload>,
        /// How long a temporary value lasts.
        ttl_ms: Option<u64>,
    }
}

wire! {
    /// What is to become of a session's values and locks, as a whole.
    pub struct StateChange {
        /// Why, for whoever looks at the history.
        why: String,
        /// Versions values must have; 0 stands for one that is not there.
        checks: Vec<(ValueKey, u64)>,
        /// In the order of their keys: scope, owner, name.
        writes: Vec<ValueWrite>,
        /// Locks that must be held.
        held: Vec<Fence>,
        /// Locks that are given back, in order.
        release: Vec<Fence>,
        /// Locks that are taken, by name in order; nobody waits for them.
        acquire: Vec<LockWish>,
    }
}

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
        /// Opens a session without tasks, for what its agents share; it goes on until it is committed or cancelled.
        209 => OpenSession { plan: PlanSpec, input: Option<Payload> },
        /// Writes values and takes and gives back locks: all of that, or nothing. The answer names the first event.
        210 => ChangeState {
            session: SessionId,
            /// Of the agent that asks for it.
            attempt: Option<Fence>,
            change: StateChange,
        },
        /// Takes a lock, or waits for it; the answer names the fence, or the wait.
        211 => AcquireLock {
            session: SessionId,
            /// Of the agent that asks for it, with which the lock ends.
            attempt: Option<Fence>,
            wish: LockWish,
            /// Time to wait for it: 0 is without end, `None` not at all.
            wait_ms: Option<u64>,
            /// Takes it from whoever has it, before everybody who waits.
            force: bool,
        },
        /// Gives whoever holds a lock more time, from now on.
        212 => ExtendLock { session: SessionId, fence: Fence, length_ms: u64 },
        /// Gives a lock back, or the wait for it up.
        213 => ReleaseLock { session: SessionId, lock: u64 },
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
        SessionCommand::OpenSession { plan, input } => open::empty(state, origin, plan, input.as_ref(), sink),
        SessionCommand::ChangeState {
            session,
            attempt,
            change,
        } => write_values::decide(state, origin, *session, *attempt, change, sink),
        SessionCommand::AcquireLock {
            session,
            attempt,
            wish,
            wait_ms,
            force,
        } => {
            let patience = locks::Patience {
                wait_ms: *wait_ms,
                force: *force,
            };
            locks::acquire(state, origin, *session, *attempt, wish, patience, sink)
        }
        SessionCommand::ExtendLock {
            session,
            fence,
            length_ms,
        } => locks::extend(state, *session, *fence, *length_ms, sink),
        SessionCommand::ReleaseLock { session, lock } => locks::release(state, *session, *lock, sink),
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

/// Who writes: the agent of an attempt that counts in this session, or whoever the door says.
fn writer<'a>(
    state: &State<'a>,
    origin: &Origin<'a>,
    session: SessionId,
    attempt: Option<Fence>,
) -> Result<&'a str, LeaseError> {
    let Some(fence) = attempt else {
        return Ok(origin.actor);
    };
    let durable = state.durable;
    let lease = durable.leases.held(fence)?;
    let agent = durable.agents.get(lease.agent);
    let is_stale = durable.orphans.contains(&fence) || durable.stranded.contains(&fence);
    match agent.filter(|_| lease.session == session && !is_stale) {
        Some(agent) => Ok(&agent.spec.key),
        None => Err(LeaseError::Fenced { fence }),
    }
}

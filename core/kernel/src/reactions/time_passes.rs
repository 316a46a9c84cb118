//! Time has passed → what was due happens.

use crate::agents;
use crate::escalations::commands::resolved;
use crate::id::{Fence, SessionId};
use crate::leases::StopReason;
use crate::sessions::{SessionEvent, SessionStatus, wake};
use crate::state::{Sink, State, Timer};
use crate::tasks::commands::settle;
use crate::tasks::{AttemptError, Report, TaskEvent};

pub(crate) fn fire(state: &State<'_>, timer: Timer, sink: &mut Sink) {
    match timer {
        Timer::Lease(fence) => lease(state, fence, sink),
        Timer::Task(task) => {
            if let Some(session) = state.durable.tasks.get(task).map(|task| task.session) {
                sink.emit(TaskEvent::TaskWoken { task, session });
            }
        }
        Timer::Total(task) => {
            if let Some(session) = state.durable.tasks.get(task).map(|task| task.session) {
                sink.emit(TaskEvent::TaskTimedOut { task, session });
            }
        }
        Timer::Phase(session) => phase(state, session, sink),
        Timer::Session(id) => session(state, id, sink),
        Timer::Escalation(escalation) => {
            if let Some(known) = state.durable.escalations.get(escalation) {
                let note = "nobody decided in time";
                sink.emit(resolved(state, escalation, known.default, "", note));
            }
        }
        Timer::Agent(agent) => agents::wake::wake(state, agent, sink),
        Timer::Run(fence) => crate::queues::wake::expire(state, fence, sink),
        Timer::Queue(queue) => crate::queues::wake::wake(state, queue, sink),
        Timer::Value(version) => wake::value(state, version, sink),
        Timer::Lock(lock) => wake::lock(state, lock, sink),
        Timer::Schedule(schedule) => crate::queues::schedule::fire(state, schedule, sink),
    }
}

/// A draft that does not grow is given up; any other session fails.
fn session(state: &State<'_>, session: SessionId, sink: &mut Sink) {
    let status = state.durable.sessions.get(session).map(|session| session.status);
    sink.emit(match status {
        Some(SessionStatus::Planning) => SessionEvent::SessionCancelRequested {
            session,
            reason: "its plan was not handed in in time".to_owned(),
        },
        _ => SessionEvent::SessionTimedOut { session },
    });
}

fn phase(state: &State<'_>, session: SessionId, sink: &mut Sink) {
    let plan = state.durable.tasks.plan(session);
    let mut phases = plan.into_iter().flat_map(|plan| plan.phases.iter().zip(0u32..));
    if let Some((_, phase)) = phases.find(|(phase, _)| phase.clock.deadline_ms.is_some()) {
        sink.emit(TaskEvent::PhaseTimedOut { session, phase });
    }
}

/// An attempt whose time is over is asked to end; one whose grace period is over has ended, whether it says so or not.
fn lease(state: &State<'_>, fence: Fence, sink: &mut Sink) {
    let Ok(lease) = state.durable.leases.held(fence) else {
        return;
    };
    if lease.revoked.is_some() {
        let error = AttemptError {
            error_type: "unresponsive".to_owned(),
            message: "the attempt did not end in its grace period".to_owned(),
            details: None,
        };
        settle(state, fence, error, Report::empty(), Vec::new(), sink);
        return;
    }
    sink.emit(TaskEvent::TaskStopRequested {
        task: lease.task,
        session: lease.session,
        fence,
        reason: StopReason::Timeout,
        until_ms: state
            .now_ms
            .saturating_add(crate::tasks::sweep::grace_ms(state, lease.session)),
    });
}

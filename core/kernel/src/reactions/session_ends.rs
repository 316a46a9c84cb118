//! The last task and phase of a session have ended → the session ends.

use super::ended_task;
use crate::bounds;
use crate::event::Event;
use crate::id::SessionId;
use crate::sessions::{SessionEvent, SessionStatus};
use crate::state::{Sink, State};
use crate::tasks::{PhaseStatus, Plan, TaskEvent};

pub(super) fn react(state: &State<'_>, event: &Event, sink: &mut Sink) {
    let Some(session) = touched(state, event) else {
        return;
    };
    let durable = state.durable;
    let (Some(entry), Some(plan)) = (durable.sessions.get(session), durable.tasks.plan(session)) else {
        return;
    };
    if entry.status.is_terminal() || !is_over(plan) {
        return;
    }
    let (status, reason) = if entry.timed_out {
        (SessionStatus::Failed, entry.reason.clone())
    } else if plan.cancelling {
        (SessionStatus::Cancelled, entry.reason.clone())
    } else if plan.counts.completed == plan.counts.total {
        (SessionStatus::Completed, String::new())
    } else {
        (SessionStatus::Failed, incomplete(plan))
    };
    sink.emit(SessionEvent::SessionEnded {
        session,
        status,
        evict: evicted(state, plan),
        reason,
    });
}

fn touched(state: &State<'_>, event: &Event) -> Option<SessionId> {
    match event {
        Event::Task(TaskEvent::PlanCommitted { session } | TaskEvent::PhaseEnded { session, .. })
        | Event::Session(
            SessionEvent::SessionCancelRequested { session, .. } | SessionEvent::SessionTimedOut { session },
        ) => Some(*session),
        _ => {
            let ended = ended_task(state, event)?;
            Some(state.durable.tasks.get(ended)?.session)
        }
    }
}

fn is_over(plan: &Plan) -> bool {
    if !plan.committed {
        return plan.cancelling;
    }
    let is_open = |status| matches!(status, PhaseStatus::Pending | PhaseStatus::Open);
    plan.is_over() && (plan.cancelling || !plan.phases.iter().any(|phase| is_open(phase.status)))
}

fn incomplete(plan: &Plan) -> String {
    let counts = &plan.counts;
    format!(
        "{} of {} tasks completed: {} failed, {} skipped",
        counts.completed, counts.total, counts.failed, counts.skipped
    )
}

/// Ended sessions that leave memory, so that with this one there are no more than may be.
fn evicted(state: &State<'_>, plan: &Plan) -> Vec<SessionId> {
    let durable = state.durable;
    let mut sessions = durable.sessions.over() + 1;
    // The tasks of this one count as ended since the last of them ended.
    let mut tasks = durable.tasks.ended();
    let mut evict = Vec::new();
    if sessions <= bounds::ENDED_SESSIONS && tasks <= bounds::ENDED_TASKS {
        return evict;
    }
    for session in durable.sessions.ended() {
        if sessions <= bounds::ENDED_SESSIONS && tasks <= bounds::ENDED_TASKS.max(plan.counts.total as usize)
        {
            break;
        }
        sessions -= 1;
        tasks = tasks.saturating_sub(durable.tasks.of(session).len());
        evict.push(session);
    }
    evict
}

//! Time has passed → what was due happens.

use crate::agents::wake::wake;
use crate::id::Fence;
use crate::leases::StopReason;
use crate::sessions::SessionEvent;
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
        Timer::Session(session) => {
            sink.emit(SessionEvent::SessionCancelRequested {
                session,
                reason: "its time is over".to_owned(),
            });
        }
        Timer::Agent(agent) => wake(state, agent, sink),
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

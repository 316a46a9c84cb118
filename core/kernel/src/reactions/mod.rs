//! Where one domain's event becomes another's: the table of all of it, a file each.
//!
//! A reaction looks at the state after the event and emits what follows. Reactions form no circle but through the end of a
//! group or phase, and each of those ends once: a test holds the table of what follows what against that, and a debug
//! build holds every reaction against the table.

mod agent_drained;
mod alerts;
mod escalates;
mod group_ends;
mod inherits;
mod phase_ends;
mod phase_opens;
mod session_ends;
#[cfg(debug_assertions)]
mod table;
pub(crate) mod time_passes;

use crate::escalations::EscalationEvent;
use crate::event::Event;
use crate::id::{SessionId, TaskId};
use crate::state::{Sink, State};
use crate::tasks::TaskEvent;

type Reaction = fn(&State<'_>, &Event, &mut Sink);

/// Every reaction, in the order in which they look at an event.
const REACTIONS: &[Reaction] = &[
    escalates::react,
    group_ends::react,
    phase_ends::react,
    phase_opens::react,
    session_ends::react,
    agent_drained::react,
    alerts::react,
    inherits::react,
];

/// Lets every reaction look at `event`, which was applied already.
pub(crate) fn react(state: &State<'_>, event: &Event, reaction: usize, sink: &mut Sink) -> bool {
    match REACTIONS.get(reaction) {
        Some(react) => {
            react(state, event, sink);
            #[cfg(debug_assertions)]
            table::check(reaction, event, sink);
            true
        }
        None => false,
    }
}

/// The session whose plan `event` made whole, if it made one.
fn begun_session(state: &State<'_>, event: &Event) -> Option<SessionId> {
    match event {
        Event::Task(TaskEvent::PlanCommitted { session }) => Some(*session),
        // The last task of a plan that came in one piece commits it.
        Event::Task(TaskEvent::TaskAdded { session, .. }) => {
            let plan = state.durable.tasks.plan(*session)?;
            plan.committed.then_some(*session)
        }
        _ => None,
    }
}

/// The task `event` has ended, if it ended one.
fn ended_task(state: &State<'_>, event: &Event) -> Option<TaskId> {
    let id = match event {
        Event::Task(
            TaskEvent::TaskCompleted { task, .. }
            | TaskEvent::TaskAttemptFailed { task, .. }
            | TaskEvent::TaskSkipped { task, .. }
            | TaskEvent::TaskCancelled { task, .. }
            | TaskEvent::TaskExpired { task, .. }
            | TaskEvent::GroupEnded { task, .. },
        )
        | Event::Escalation(EscalationEvent::EscalationResolved { task, .. }) => *task,
        _ => return None,
    };
    state
        .durable
        .tasks
        .get(id)
        .filter(|task| task.status.is_terminal())
        .map(|_| id)
}

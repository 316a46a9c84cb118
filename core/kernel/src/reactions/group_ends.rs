//! The last part of a task has ended → the task ends.

use super::ended_task;
use crate::event::Event;
use crate::state::{Sink, State};
use crate::tasks::{TaskStatus, group};

pub(super) fn react(state: &State<'_>, event: &Event, sink: &mut Sink) {
    let tasks = &state.durable.tasks;
    let Some(part) = ended_task(state, event).and_then(|id| tasks.get(id)) else {
        return;
    };
    let Some((id, whole)) = tasks.parent(part).and_then(|id| Some((id, tasks.get(id)?))) else {
        return;
    };
    // What is taken back ends as cancelled, in the sweep.
    let is_cancelling = tasks.plan(part.session).is_some_and(|plan| plan.cancelling);
    if whole.ties.open_children == 0 && whole.status == TaskStatus::Running && !is_cancelling {
        sink.emit(group::ended(state, id, whole));
    }
}

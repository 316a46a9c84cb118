//! The last part of a task has ended → the task ends.

use super::ended_task;
use crate::event::Event;
use crate::state::{Sink, State};
use crate::tasks::{Report, TaskEvent, TaskStatus};

pub(super) fn react(state: &State<'_>, event: &Event, sink: &mut Sink) {
    let tasks = &state.durable.tasks;
    let Some(part) = ended_task(state, event).and_then(|id| tasks.get(id)) else {
        return;
    };
    let parent = part
        .spec
        .parent
        .and_then(|index| tasks.of(part.session).get(index as usize).copied());
    let Some((id, group)) = parent.and_then(|id| Some((id, tasks.get(id)?))) else {
        return;
    };
    if group.open_children > 0 || group.status != TaskStatus::Running {
        return;
    }
    let is_completed = |id| {
        tasks
            .get(id)
            .is_some_and(|part| part.status == TaskStatus::Completed)
    };
    let completed = group.children.iter().copied().all(is_completed);
    sink.emit(TaskEvent::GroupEnded {
        task: id,
        session: group.session,
        completed,
        report: Report::empty(),
        verdicts: Vec::new(),
    });
}

//! An agent that is ending has nothing left to do → it ends.

use crate::agents::{AgentEvent, AgentStatus};
use crate::event::Event;
use crate::state::{Sink, State};
use crate::tasks::TaskEvent;

pub(super) fn react(state: &State<'_>, event: &Event, sink: &mut Sink) {
    let Event::Task(TaskEvent::TaskCompleted { agent, .. } | TaskEvent::TaskAttemptFailed { agent, .. }) =
        event
    else {
        return;
    };
    let is_done = |entry: &&crate::agents::Agent| entry.status == AgentStatus::Draining && entry.load == 0;
    if state.durable.agents.get(*agent).filter(is_done).is_some() {
        sink.emit(AgentEvent::AgentStopped {
            agent: *agent,
            reason: "it has finished its work".to_owned(),
            end_by_ms: Some(
                state
                    .now_ms
                    .saturating_add(state.durable.settings().shutdown_ms.max(1)),
            ),
        });
    }
}

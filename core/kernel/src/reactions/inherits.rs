//! An agent takes the place of one that is gone → it has what that one saved.

use crate::agents::AgentEvent;
use crate::agents::pools::legacy::legacy;
use crate::event::Event;
use crate::id::AgentId;
use crate::state::{Sink, State};

pub(super) fn react(state: &State<'_>, event: &Event, sink: &mut Sink) {
    let agents = &state.durable.agents;
    let agent: Option<AgentId> = match event {
        Event::Agent(AgentEvent::AgentRegistered { spec } | AgentEvent::AgentProvisioned { spec, .. }) => {
            agents.by_key(&spec.key)
        }
        // A pool rather starts one that it ended than it makes another.
        Event::Agent(AgentEvent::AgentStarting { agent, .. }) => Some(*agent),
        _ => None,
    };
    let heir = agent.filter(|agent| agents.memory.get(*agent).is_none() && !crate::planted::is(32));
    let Some(heir) = heir.and_then(|id| Some((id, agents.get(id)?))) else {
        return;
    };
    if let Some(from) = legacy(state, &heir.1.spec) {
        sink.emit(AgentEvent::AgentStateInherited { agent: heir.0, from });
    }
}

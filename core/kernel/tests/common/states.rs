//! Short ways to say what agents keep.

use polyphon_kernel::agents::commands::AgentCommand;
use polyphon_kernel::{AgentId, Effect, Fence, Payload};
use polyphon_wire::Bytes;

use super::Lab;

/// A state that stands in its event.
pub fn small(text: &str) -> Payload {
    Payload::Inline {
        bytes: Bytes(text.as_bytes().to_vec()),
    }
}

/// A state in a row of this key.
pub fn long(key: &str) -> Payload {
    Payload::Ref {
        hash: [7; 32],
        bytes: 1_000,
        key: key.to_owned(),
    }
}

pub fn save(fence: Fence, state: Payload) -> AgentCommand {
    AgentCommand::SaveAgentState {
        fence,
        state: Some(state),
    }
}

impl Lab {
    pub fn state(&self, agent: AgentId) -> Option<&Payload> {
        let memory = &self.kernel.durable().agents.memory;
        memory.get(agent).map(|state| &state.payload)
    }

    /// Rows the runtime was asked to erase so far: since which event, and the key of each.
    pub fn discarded(&self) -> Vec<(u64, String)> {
        rows(&self.effects)
    }
}

pub fn rows(effects: &[Effect]) -> Vec<(u64, String)> {
    let erased = effects.iter().filter_map(|effect| match effect {
        Effect::EraseStates { rows } => Some(rows.clone()),
        _ => None,
    });
    erased.flatten().collect()
}

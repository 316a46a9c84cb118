use polyphon_wire::{Wire, to_bytes, wire};

use super::Kernel;
use crate::id::{AgentId, SessionId, TaskId};

wire! {
    /// What can be looked at from outside. A cold path: running reads come from the runtime's mirror.
    pub enum View {
        /// The node record.
        1 => Node {},
        /// One agent.
        2 => Agent { agent: AgentId },
        /// One session.
        3 => Session { session: SessionId },
        /// The plan of a session.
        4 => Plan { session: SessionId },
        /// One task.
        5 => Task { task: TaskId },
        /// One lease.
        6 => Lease { fence: crate::id::Fence },
        /// How an agent is doing: an `AgentVitals`.
        7 => Vitals { agent: AgentId },
    }
}

impl Kernel {
    /// The encoding of what `view` names; empty when there is no such thing.
    pub fn view(&self, view: &View) -> Vec<u8> {
        let durable = &self.durable;
        match view {
            View::Node {} => bytes(durable.node.get(0)),
            View::Agent { agent } => bytes(durable.agents.get(*agent)),
            View::Session { session } => bytes(durable.sessions.get(*session)),
            View::Plan { session } => bytes(durable.tasks.plan(*session)),
            View::Task { task } => bytes(durable.tasks.get(*task)),
            View::Vitals { agent } => bytes(
                self.volatile
                    .vitals
                    .view(durable, *agent, self.volatile.now_ms)
                    .as_ref(),
            ),
            View::Lease { fence } => bytes(durable.leases.held(*fence).ok()),
        }
    }
}

fn bytes<T: Wire>(value: Option<&T>) -> Vec<u8> {
    value.map(to_bytes).unwrap_or_default()
}

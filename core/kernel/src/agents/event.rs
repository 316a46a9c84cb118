use polyphon_wire::wire;

use super::{AgentSpec, Health};
use crate::id::AgentId;

wire! {
    /// What happened to agents.
    pub enum AgentEvent {
        /// A new agent; its id is this event's sequence.
        100 => AgentRegistered { spec: AgentSpec },
        /// An agent that was known came back, perhaps changed.
        101 => AgentAttached { agent: AgentId, spec: AgentSpec },
        /// It is ready for work.
        102 => AgentStarted { agent: AgentId },
        /// It finishes what it has and takes nothing new.
        103 => AgentDraining { agent: AgentId, reason: String, until_ms: u64 },
        /// It ended as it was asked to.
        104 => AgentStopped { agent: AgentId, reason: String },
        /// It broke.
        105 => AgentFailed { agent: AgentId, error: String },
        /// The failure detector changed its mind.
        106 => AgentHealthChanged { agent: AgentId, health: Health, phi_milli: u64, silence_ms: u64 },
        /// It was silent for too long; its tasks go to others.
        107 => AgentLost { agent: AgentId, phi_milli: u64, silence_ms: u64 },
        /// It will be started again.
        108 => AgentRestarting { agent: AgentId, restart: u32, at_ms: u64 },
        /// It is forgotten.
        109 => AgentDeregistered { agent: AgentId, reason: String },
    }
}

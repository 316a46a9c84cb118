use polyphon_policies::PhiDetector;
use polyphon_policies::failure_detector::Tolerance;
use polyphon_wire::wire;

use super::{Agent, AgentSettings, Health};
use crate::id::AgentId;

wire! {
    /// A sign of life of one agent, and what it uses; absent where it cannot tell.
    pub struct Heartbeat {
        agent: AgentId,
        memory_bytes: Option<u64>,
        /// Processor time in thousandths of a core.
        cpu_milli: Option<u64>,
    }
}

wire! {
    /// How an agent is doing, as far as it is known.
    pub struct AgentVitals {
        health: Health,
        /// Suspicion in thousandths; 0 for an agent that is not watched.
        phi_milli: u64,
        silence_ms: Option<u64>,
        /// Mean distance of its heartbeats.
        rhythm_ms: Option<u64>,
        /// Standard deviation of that distance.
        deviation_ms: Option<u64>,
        memory_bytes: Option<u64>,
        cpu_milli: Option<u64>,
    }
}

/// What is heard of one agent that is watched.
#[derive(Clone, Debug)]
pub(super) struct Pulse {
    pub(super) detector: PhiDetector,
    pub(super) heard_ms: u64,
    pub(super) check_ms: Option<u64>,
}

impl Pulse {
    pub(super) fn silence_ms(&self, now_ms: u64) -> u64 {
        now_ms.saturating_sub(self.heard_ms)
    }

    pub(super) fn phi_milli(&self, silence_ms: u64, agent: &Agent, settings: &AgentSettings) -> u64 {
        self.detector.phi_milli(silence_ms, tolerance(agent, settings))
    }

    /// The silence after which the verdict on the agent would change.
    pub(super) fn patience_ms(&self, agent: &Agent, settings: &AgentSettings) -> u64 {
        let tolerance = tolerance(agent, settings);
        let lost_ms = unresponsive_ms(agent, settings);
        let next = match agent.health {
            Health::Healthy => self.detector.silence_ms(settings.degraded_phi_milli, tolerance),
            Health::Degraded => self.detector.silence_ms(settings.unhealthy_phi_milli, tolerance),
            Health::Unhealthy => lost_ms,
        };
        next.min(lost_ms)
    }
}

/// Silence after which an agent is lost: at least three of its own beats.
pub(super) fn unresponsive_ms(agent: &Agent, settings: &AgentSettings) -> u64 {
    settings
        .unresponsive_ms
        .max(agent.spec.heartbeat_ms.saturating_mul(3))
}

fn tolerance(agent: &Agent, settings: &AgentSettings) -> Tolerance {
    Tolerance {
        pause_ms: settings.health_timeout_ms,
        deviation_ms: agent.spec.heartbeat_ms / 4,
    }
}

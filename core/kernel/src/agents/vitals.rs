//! Signs of life: what is heard of agents. Volatile: never hashed, empty after a restore, which gives every agent a full
//! grace period. What follows from it is decided in `health` and written down as events.

use polyphon_sorted::{SortedMap, SortedSet};

use polyphon_policies::PhiDetector;

use super::pulse::Pulse;
use super::{Agent, AgentEvent, AgentStatus, AgentVitals, Heartbeat};
use crate::event::Event;
use crate::id::AgentId;
use crate::journal::JournalEvent;
use crate::state::Durable;

/// What is heard of every agent.
#[derive(Clone, Debug, Default)]
pub(crate) struct Vitals {
    pulses: SortedMap<AgentId, Pulse>,
    by_time: SortedSet<(u64, AgentId)>,
    usage: SortedMap<AgentId, Heartbeat>,
}

impl Vitals {
    pub(super) fn pulse(&self, agent: AgentId) -> Option<&Pulse> {
        self.pulses.get(&agent)
    }

    /// When somebody's silence means something next.
    pub(crate) fn first(&self) -> Option<(u64, AgentId)> {
        self.by_time.first().copied()
    }

    /// A sign of life. Agents that are not known leave no trace.
    pub(crate) fn hear(&mut self, durable: &Durable, beat: &Heartbeat, now_ms: u64) {
        if durable.agents.get(beat.agent).is_none() {
            return;
        }
        self.usage.insert(beat.agent, beat.clone());
        if let Some(pulse) = self.pulses.get_mut(&beat.agent) {
            pulse.detector.record(pulse.silence_ms(now_ms));
            pulse.heard_ms = now_ms;
            self.arm(durable, beat.agent, now_ms);
        }
    }

    /// Looks again later, now that what silence meant so far was decided.
    pub(crate) fn arm(&mut self, durable: &Durable, id: AgentId, now_ms: u64) {
        let Some(pulse) = self.pulses.get_mut(&id) else {
            return;
        };
        if let Some(before) = pulse.check_ms.take() {
            self.by_time.remove(&(before, id));
        }
        if let Some(agent) = durable.agents.get(id) {
            let patience_ms = pulse.patience_ms(agent, &durable.settings().agents);
            let at_ms = pulse.heard_ms.saturating_add(patience_ms).max(now_ms + 1);
            pulse.check_ms = Some(at_ms);
            self.by_time.insert((at_ms, id));
        }
    }

    /// This node itself was held up for `held_up_ms`; nobody is blamed for a silence in which nobody listened.
    pub(crate) fn forgive(&mut self, durable: &Durable, held_up_ms: u64, now_ms: u64) {
        let ids: Vec<AgentId> = self.pulses.keys().copied().collect();
        for id in ids {
            if let Some(pulse) = self.pulses.get_mut(&id) {
                pulse.heard_ms = pulse.heard_ms.saturating_add(held_up_ms).min(now_ms);
            }
            self.arm(durable, id, now_ms);
        }
    }

    /// Follows what happened to agents: who is in service is watched.
    pub(crate) fn note(&mut self, durable: &Durable, event: &Event, now_ms: u64) {
        match event {
            Event::Agent(
                AgentEvent::AgentStarted { agent }
                | AgentEvent::AgentAttached { agent, .. }
                | AgentEvent::AgentStarting { agent, .. }
                | AgentEvent::AgentStopped { agent, .. }
                | AgentEvent::AgentFailed { agent, .. }
                | AgentEvent::AgentLost { agent, .. }
                | AgentEvent::AgentDeregistered { agent, .. },
            ) => self.watch_anew(durable, *agent, now_ms),
            Event::Agent(AgentEvent::AgentHealthChanged { agent, .. }) => self.arm(durable, *agent, now_ms),
            Event::Journal(JournalEvent::NodeStarted { .. }) => self.watch_all(durable, now_ms),
            Event::Journal(JournalEvent::SettingsChanged { .. }) => self.forgive(durable, 0, now_ms),
            _ => {}
        }
    }

    /// Forgets everything and gives every agent a full grace period.
    pub(crate) fn watch_all(&mut self, durable: &Durable, now_ms: u64) {
        *self = Self::default();
        let ids: Vec<AgentId> = durable.agents.iter().map(|(id, _)| id).collect();
        ids.into_iter()
            .for_each(|id| self.watch_anew(durable, id, now_ms));
    }

    pub(crate) fn view(&self, durable: &Durable, id: AgentId, now_ms: u64) -> Option<AgentVitals> {
        let agent = durable.agents.get(id)?;
        let (pulse, usage) = (self.pulses.get(&id), self.usage.get(&id));
        let silence_ms = pulse.map(|pulse| pulse.silence_ms(now_ms));
        let phi =
            |pulse: &Pulse| pulse.phi_milli(pulse.silence_ms(now_ms), agent, &durable.settings().agents);
        Some(AgentVitals {
            health: agent.health,
            phi_milli: pulse.map(phi).unwrap_or_default(),
            silence_ms,
            rhythm_ms: pulse.map(|pulse| pulse.detector.mean_ms()),
            deviation_ms: pulse.map(|pulse| pulse.detector.deviation_ms()),
            memory_bytes: usage.and_then(|usage| usage.memory_bytes),
            cpu_milli: usage.and_then(|usage| usage.cpu_milli),
        })
    }

    fn watch_anew(&mut self, durable: &Durable, id: AgentId, now_ms: u64) {
        if let Some(Pulse {
            check_ms: Some(before),
            ..
        }) = self.pulses.remove(&id)
        {
            self.by_time.remove(&(before, id));
        }
        let agent = durable.agents.get(id);
        if agent.is_none_or(|agent| agent.status.is_over()) {
            self.usage.remove(&id);
        }
        if let Some(agent) = agent.filter(|agent| is_watched(agent)) {
            let pulse = Pulse {
                detector: PhiDetector::new(agent.spec.heartbeat_ms),
                heard_ms: now_ms,
                check_ms: None,
            };
            self.pulses.insert(id, pulse);
            self.arm(durable, id, now_ms);
        }
    }
}

fn is_watched(agent: &Agent) -> bool {
    let serves = agent.status.takes_work() || agent.status == AgentStatus::Draining;
    agent.spec.heartbeat_ms > 0 && serves
}

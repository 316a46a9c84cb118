//! What a reader of the journal knows of agents.

use polyphon_kernel::agents::{AgentEvent, AgentSpec, AgentStatus};

use super::Facts;

#[derive(Debug)]
pub(crate) struct AgentFact {
    pub(crate) spec: AgentSpec,
    pub(crate) status: AgentStatus,
    pub(crate) load: u32,
    pub(crate) start: Option<u64>,
    pub(crate) end: Option<u64>,
    /// Until when it rests.
    pub(crate) paused_until_ms: Option<u64>,
}

impl Facts {
    pub(super) fn apply_agent(&mut self, seq: u64, event: &AgentEvent) {
        let fresh = |spec: &AgentSpec, status, start| AgentFact {
            spec: spec.clone(),
            status,
            load: 0,
            start,
            end: None,
            paused_until_ms: None,
        };
        let about = match event {
            AgentEvent::AgentStateSaved { agent, .. } | AgentEvent::AgentStateInherited { agent, .. } => {
                agent.0
            }
            _ => 0,
        };
        let name = self.agents.get(&about).map(|agent| {
            let pool = agent.spec.pool.map(|pool| pool.0);
            (agent.spec.key.clone(), pool)
        });
        self.states.apply(seq, event, name);
        match event {
            AgentEvent::AgentRegistered { spec } => {
                self.agents
                    .insert(seq, fresh(spec, AgentStatus::Registered, None));
            }
            AgentEvent::AgentProvisioned { spec, .. } => {
                self.agents
                    .insert(seq, fresh(spec, AgentStatus::Starting, Some(seq)));
            }
            AgentEvent::AgentDeregistered { agent, .. } => {
                self.agents.remove(&agent.0);
            }
            AgentEvent::PoolDefined { .. } => {
                self.pools.insert(seq);
            }
            AgentEvent::PoolClosing { pool, .. } => {
                self.closing.insert(pool.0);
            }
            AgentEvent::PoolRedefined { pool, .. } => {
                self.closing.remove(&pool.0);
            }
            AgentEvent::PoolRemoved { pool } => {
                self.pools.remove(&pool.0);
                self.closing.remove(&pool.0);
            }
            _ => self.change_agent(seq, event),
        }
    }

    fn change_agent(&mut self, seq: u64, event: &AgentEvent) {
        let (id, status) = match event {
            AgentEvent::AgentAttached { agent, .. } | AgentEvent::AgentStarting { agent, .. } => {
                (agent, AgentStatus::Starting)
            }
            AgentEvent::AgentStarted { agent } => (agent, AgentStatus::Idle),
            AgentEvent::AgentDraining { agent, .. } => (agent, AgentStatus::Draining),
            AgentEvent::AgentStopped { agent, .. } => (agent, AgentStatus::Stopped),
            AgentEvent::AgentFailed { agent, .. } | AgentEvent::AgentLost { agent, .. } => {
                (agent, AgentStatus::Failed)
            }
            AgentEvent::AgentEnded { agent, .. } => {
                if let Some(agent) = self.agents.get_mut(&agent.0) {
                    agent.end = None;
                }
                return;
            }
            AgentEvent::AgentPaused { agent, until_ms, .. } => {
                return self.rest(agent.0, Some(*until_ms));
            }
            AgentEvent::AgentResumed { agent } => return self.rest(agent.0, None),
            _ => return,
        };
        self.rest(id.0, None);
        let Some(agent) = self.agents.get_mut(&id.0) else {
            return;
        };
        agent.status = status;
        match event {
            AgentEvent::AgentAttached { spec, .. } => {
                agent.spec = spec.clone();
                agent.start = None;
                agent.end = None;
            }
            AgentEvent::AgentStarting { .. } => {
                agent.start = Some(seq);
                agent.end = None;
            }
            AgentEvent::AgentStopped { end_by_ms, .. } | AgentEvent::AgentFailed { end_by_ms, .. } => {
                agent.end = end_by_ms.map(|_| seq);
            }
            AgentEvent::AgentLost { .. } => agent.end = Some(seq),
            _ => {}
        }
    }

    fn rest(&mut self, agent: u64, until_ms: Option<u64>) {
        if let Some(agent) = self.agents.get_mut(&agent) {
            agent.paused_until_ms = until_ms;
        }
    }
}

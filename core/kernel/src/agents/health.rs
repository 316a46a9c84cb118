//! What silence means.

use super::commands::fail;
use super::pulse::unresponsive_ms;
use super::{Agent, AgentEvent, Health, Heartbeat};
use crate::id::AgentId;
use crate::state::{Sink, State};

/// An agent has been silent for long enough to think about it.
pub(crate) fn check(state: &State<'_>, id: AgentId, sink: &mut Sink) {
    let Some(agent) = state.durable.agents.get(id) else {
        return;
    };
    let Some((phi_milli, silence_ms)) = suspicion(state, id, agent) else {
        return;
    };
    let settings = &state.durable.settings().agents;
    let health = verdict(state, phi_milli);
    if silence_ms >= unresponsive_ms(agent, settings)
        || (health == Health::Unhealthy && is_replaced(state, agent))
    {
        fail::lost(state, id, agent, phi_milli, silence_ms, sink);
    } else if health > agent.health {
        sink.emit(AgentEvent::AgentHealthChanged {
            agent: id,
            health,
            phi_milli,
            silence_ms,
        });
    }
}

/// A sign of life came, and was taken note of: the agent is well again, or back.
pub(crate) fn heard(state: &State<'_>, beat: &Heartbeat, sink: &mut Sink) {
    let id = beat.agent;
    let Some(agent) = state.durable.agents.get(id) else {
        return;
    };
    if agent.status.takes_work() && agent.health != Health::Healthy {
        sink.emit(AgentEvent::AgentHealthChanged {
            agent: id,
            health: Health::Healthy,
            phi_milli: 0,
            silence_ms: 0,
        });
    } else if agent.is_lost() && !agent.is_local() {
        // It runs elsewhere and was only out of reach. Its old attempts stay fenced.
        sink.emit(AgentEvent::AgentAttached {
            agent: id,
            spec: agent.spec.clone(),
            until_ms: state
                .now_ms
                .saturating_add(state.durable.settings().agents.start_timeout_ms),
        });
        sink.emit(AgentEvent::AgentStarted { agent: id });
    }
}

fn suspicion(state: &State<'_>, id: AgentId, agent: &Agent) -> Option<(u64, u64)> {
    let pulse = state.volatile.vitals.pulse(id)?;
    let silence_ms = pulse.silence_ms(state.now_ms);
    let phi_milli = pulse.phi_milli(silence_ms, agent, &state.durable.settings().agents);
    Some((phi_milli, silence_ms))
}

fn verdict(state: &State<'_>, phi_milli: u64) -> Health {
    let settings = &state.durable.settings().agents;
    if phi_milli >= settings.unhealthy_phi_milli {
        Health::Unhealthy
    } else if phi_milli >= settings.degraded_phi_milli {
        Health::Degraded
    } else {
        Health::Healthy
    }
}

/// Whether the agent's pool replaces it as soon as it is unhealthy.
fn is_replaced(state: &State<'_>, agent: &Agent) -> bool {
    let pool = agent
        .spec
        .pool
        .and_then(|pool| state.durable.agents.pools.get(pool));
    pool.is_some_and(|pool| pool.spec.replace_unhealthy)
}

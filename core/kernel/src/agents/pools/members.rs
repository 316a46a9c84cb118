//! The agents of a pool, and which of them can be started.

use super::Pool;
use crate::agents::commands::register;
use crate::agents::{Agent, AgentStatus, Intent};
use crate::id::{AgentId, PoolId};
use crate::state::State;

/// The agents of a pool.
pub(super) fn members<'a>(state: &State<'a>, pool: PoolId) -> impl Iterator<Item = (AgentId, &'a Agent)> {
    let agents = &state.durable.agents;
    agents
        .pools
        .members(pool)
        .filter_map(|id| Some((id, agents.get(id)?)))
}

/// Whether an agent has ended for good or until it is started again.
pub(super) fn is_parked(agent: &Agent) -> bool {
    let is_over = agent.status == AgentStatus::Registered || agent.status.is_over();
    is_over && !agent.is_restarting() && agent.end.is_none() && agent.load == 0
}

/// Whether an agent may be started again now.
pub(super) fn can_start(state: &State<'_>, agent: &Agent) -> bool {
    is_parked(agent) && cooled_ms(state, agent) <= state.now_ms
}

/// When an agent that was given up may be tried again.
pub(super) fn cooled_ms(state: &State<'_>, agent: &Agent) -> u64 {
    match agent.intent {
        Intent::GiveUp => agent
            .changed_ms
            .saturating_add(state.durable.settings().agents.restart_reset_ms),
        _ => 0,
    }
}

/// Whether the agent is what the pool would make today.
pub(super) fn fits(pool: &Pool, agent: &Agent) -> bool {
    let mut spec = register::named(&pool.spec.template, &agent.spec.key);
    spec.pool = agent.spec.pool;
    spec == agent.spec
}

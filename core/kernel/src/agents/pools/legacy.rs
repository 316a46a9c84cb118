//! Whose place a new agent takes.

use super::members::{fits, members};
use crate::agents::{Agent, AgentSpec, AgentStatus, Intent};
use crate::id::AgentId;
use crate::state::State;

/// Whose state a new agent has from now on: that of its name, else the oldest one of its pool whose agent was forgotten,
/// else that of an agent of its pool that is not started again: it was given up, or is not what the pool makes today.
pub(crate) fn legacy(state: &State<'_>, spec: &AgentSpec) -> Option<AgentId> {
    let memory = &state.durable.agents.memory;
    if memory.is_empty() {
        return None;
    }
    if let Some((id, _)) = memory.left().find(|(_, kept)| kept.key == spec.key) {
        return Some(id);
    }
    let pool = spec.pool?;
    let entry = state.durable.agents.pools.get(pool)?;
    let left = memory.left().find(|(_, kept)| kept.pool == Some(pool));
    // Whoever is not in service saves nothing any more.
    let is_out = |agent: &Agent| match agent.status {
        AgentStatus::Draining => false,
        status => !status.is_live() && !agent.is_restarting(),
    };
    let is_replaced =
        |agent: &Agent| is_out(agent) && (agent.intent == Intent::GiveUp || !fits(entry, agent));
    let replaced =
        || members(state, pool).find(|(id, agent)| memory.get(*id).is_some() && is_replaced(agent));
    left.map(|(id, _)| id).or_else(|| replaced().map(|(id, _)| id))
}

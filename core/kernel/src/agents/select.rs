//! Which agent gets a task.

use super::AgentSpec;
use crate::id::AgentId;
use crate::state::State;
use crate::tasks::Demand;

/// What a capability begins with that only one agent has: `@` and the agent's key. Work that needs it is addressed to
/// that agent.
pub(crate) const ADDRESS: char = '@';

/// The best agent for `demand`, or `None` when none that could take it has room.
///
/// An agent that shall be avoided gets the task only when no other agent could ever take it.
pub(crate) fn select(state: &State<'_>, demand: &Demand) -> Option<AgentId> {
    let able = state
        .durable
        .agents
        .with_room()
        .filter(|(_, agent)| is_able(&agent.spec, demand));
    let mut avoided = None;
    for (id, _) in able {
        if demand.avoid != Some(id) {
            return Some(id);
        }
        avoided = Some(id);
    }
    avoided.filter(|id| !has_alternative(state, demand, *id))
}

/// Whether an agent of this description can do what is demanded.
pub(crate) fn is_able(spec: &AgentSpec, demand: &Demand) -> bool {
    demand
        .agent_type
        .as_ref()
        .is_none_or(|wanted| *wanted == spec.agent_type)
        && demand.permission <= spec.permission
        && demand.needs.iter().all(|need| has(spec, need))
}

/// Whether an agent of this description has a capability.
pub(crate) fn has(spec: &AgentSpec, capability: &str) -> bool {
    match capability.strip_prefix(ADDRESS) {
        Some(key) => spec.key == key,
        None => spec
            .capabilities
            .binary_search_by(|known| known.as_str().cmp(capability))
            .is_ok(),
    }
}

fn has_alternative(state: &State<'_>, demand: &Demand, avoided: AgentId) -> bool {
    state.durable.agents.iter().any(|(id, agent)| {
        let comes = agent.status.is_live() || agent.is_restarting();
        id != avoided && comes && is_able(&agent.spec, demand)
    })
}

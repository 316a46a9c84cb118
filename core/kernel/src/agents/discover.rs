//! Looking agents up by what they are and can do.

use polyphon_wire::wire;

use super::select::has;
use super::{Agents, catalog};
use crate::id::AgentId;
use crate::state::State;

wire! {
    /// What an agent must be like to be found.
    pub struct AgentQuery {
        agent_type: Option<String>,
        /// Capabilities it must have, all of them.
        needs: Vec<String>,
        /// Leaves out those that take no work now.
        in_service: bool,
    }
}

wire! {
    /// Agents that were found, in the order in which they would be offered a task, those without room last.
    pub struct Discovery { agents: Vec<AgentId> }
}

wire! {
    /// Names that belong together.
    pub struct NamedList { name: String, members: Vec<String> }
}

wire! {
    /// What is known to be possible.
    pub struct Catalog {
        /// Capabilities by category; those only agents and pools of this team speak of stand under `custom`.
        categories: Vec<NamedList>,
        /// Types of agents with the capabilities they bring.
        types: Vec<NamedList>,
    }
}

/// Every agent that fits `query`.
pub(crate) fn discover(agents: &Agents, query: &AgentQuery) -> Discovery {
    let fits = |id: &AgentId| {
        agents.get(*id).is_some_and(|agent| {
            let is_type = query
                .agent_type
                .as_ref()
                .is_none_or(|wanted| *wanted == agent.spec.agent_type);
            is_type
                && (!query.in_service || agent.status.takes_work())
                && query.needs.iter().all(|need| has(&agent.spec, need))
        })
    };
    let ready: Vec<AgentId> = agents.with_room().map(|(id, _)| id).collect();
    let others = agents
        .iter()
        .filter(|(_, agent)| !agent.has_room())
        .map(|(id, _)| id);
    let found = ready.into_iter().chain(others).filter(fits);
    Discovery {
        agents: found.collect(),
    }
}

/// The catalog, with what this team added to it.
pub(crate) fn catalog(state: &State<'_>) -> Catalog {
    let list = |name: &str, members: &[&str]| NamedList {
        name: name.to_owned(),
        members: members.iter().map(|name| (*name).to_owned()).collect(),
    };
    let categories = catalog::CATEGORIES.iter();
    let mut categories: Vec<NamedList> = categories
        .map(|known| list(known.name, known.capabilities))
        .collect();
    let custom = custom(state);
    if !custom.is_empty() {
        categories.push(NamedList {
            name: "custom".to_owned(),
            members: custom,
        });
    }
    let types = catalog::TYPES
        .iter()
        .map(|known| list(known.name, known.capabilities));
    Catalog {
        categories,
        types: types.collect(),
    }
}

/// Capabilities of this team that the catalog does not know, sorted.
fn custom(state: &State<'_>) -> Vec<String> {
    let agents = &state.durable.agents;
    let specs = agents.iter().map(|(_, agent)| &agent.spec);
    let templates = agents.pools.iter().map(|(_, pool)| &pool.spec.template);
    let names = specs.chain(templates).flat_map(|spec| &spec.capabilities);
    let custom = names
        .filter(|name| catalog::category(name).is_none())
        .cloned()
        .collect();
    crate::order::names(custom)
}

//! Which agent gets a task.

use std::cmp::Reverse;

use super::{Agent, Health};
use crate::id::AgentId;
use crate::settings::Selection;
use crate::state::State;
use crate::tasks::Demand;

/// The best agent for `demand`, or `None` when none that could take it has room.
pub(crate) fn select(state: &State<'_>, demand: &Demand) -> Option<AgentId> {
    let durable = state.durable;
    let strategy = durable.settings().selection;
    let eligible = durable.agents.iter().filter(|(id, agent)| {
        is_attached(agent, durable.epoch())
            && has_room(agent)
            && is_able(agent, demand)
            && demand.avoid != Some(*id)
    });
    eligible
        .min_by_key(|(id, agent)| (rank(strategy, agent), agent.granted_seq, *id))
        .map(|(id, _)| id)
}

fn is_attached(agent: &Agent, epoch: u64) -> bool {
    !agent.is_local() || agent.epoch == epoch
}

fn has_room(agent: &Agent) -> bool {
    agent.status.takes_work() && agent.health != Health::Unhealthy && agent.load < agent.spec.max_load
}

fn is_able(agent: &Agent, demand: &Demand) -> bool {
    demand
        .agent_type
        .as_ref()
        .is_none_or(|wanted| *wanted == agent.spec.agent_type)
        && demand.permission <= agent.spec.permission
        && demand
            .needs
            .iter()
            .all(|need| agent.spec.capabilities.binary_search(need).is_ok())
}

/// Smaller is better; equals take turns.
fn rank(strategy: Selection, agent: &Agent) -> (Reverse<u32>, u64, u64) {
    let load = u64::from(agent.load) * 1_000_000 / u64::from(agent.spec.max_load.max(1));
    // Coarse, so that agents which are about as fast still take turns.
    let slowness = u64::from(64 - agent.mean_ms.leading_zeros());
    match strategy {
        Selection::PriorityLoadPerformance => (Reverse(agent.spec.priority), load, slowness),
        Selection::LeastLoaded => (Reverse(0), load, 0),
        Selection::RoundRobin => (Reverse(0), 0, 0),
        Selection::Fastest => (Reverse(0), slowness, load),
    }
}

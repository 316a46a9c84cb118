//! Which agents leave a pool.

use super::members::{fits, is_parked, members};
use super::provision::BATCH;
use super::{Pool, Tally};
use crate::agents::commands::stop;
use crate::agents::{Agent, AgentEvent, AgentStatus};
use crate::id::{AgentId, PoolId};
use crate::state::{Sink, State};

/// Ends the agents that are missed least: those that do not work yet, then those idle for longest, then those with the
/// least to finish.
pub(super) fn retire(state: &State<'_>, id: PoolId, pool: &Pool, tally: Tally, sink: &mut Sink) -> bool {
    let live = members(state, id).filter(|(_, agent)| agent.status.is_live() || agent.is_restarting());
    let live: Vec<(AgentId, &Agent)> = live.collect();
    let live = crate::order::by(live, |(id, agent)| match agent.status {
        AgentStatus::Failed => [0, 0, id.0],
        AgentStatus::Starting => [1, 0, id.0],
        AgentStatus::Idle => [2, agent.idle_ms, id.0],
        _ => [3, u64::from(agent.load), id.0],
    });
    let surplus = tally.live.saturating_sub(pool.target) as usize;
    let leavers = live.iter().take(surplus.min(BATCH));
    leavers
        .map(|(agent, entry)| stop::end(state, *agent, entry, "its pool needs it no more", sink))
        .count()
        > 0
}

/// Forgets ended agents the pool would not start again, and the pool itself when it is closed.
pub(super) fn tidy(state: &State<'_>, id: PoolId, pool: &Pool, sink: &mut Sink) -> bool {
    if !state.volatile.upkeep.is_untidy() {
        return false;
    }
    let size = state.durable.agents.pools.size(id);
    if pool.closing && forget(state, id, sink) {
        return true;
    }
    if pool.closing && size == 0 {
        sink.emit(AgentEvent::PoolRemoved { pool: id });
        return true;
    }
    let mut surplus = match pool.closing {
        true => size,
        false => size.saturating_sub(pool.spec.max as usize),
    };
    let mut forgotten = 0;
    for (agent, entry) in members(state, id).filter(|(_, agent)| is_parked(agent)) {
        if forgotten == BATCH || (surplus == 0 && fits(pool, entry)) {
            continue;
        }
        surplus = surplus.saturating_sub(1);
        forgotten += 1;
        sink.emit(AgentEvent::AgentDeregistered {
            agent,
            reason: "its pool has no place for it".to_owned(),
        });
    }
    forgotten > 0
}

/// What agents of a pool saved that were forgotten before it is forgotten with the pool, or as soon as they have ended.
fn forget(state: &State<'_>, id: PoolId, sink: &mut Sink) -> bool {
    let memory = &state.durable.agents.memory;
    let of_pool = memory.table.iter().filter(|(_, kept)| kept.pool == Some(id));
    let over = of_pool.filter(|(agent, _)| state.durable.agents.get(*agent).is_none_or(is_parked));
    let erased = over.map(|(agent, _)| sink.emit(AgentEvent::AgentStateErased { agent }));
    erased.take(BATCH).count() > 0
}

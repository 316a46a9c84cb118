//! Brings pools to the size they shall have, a bounded number of agents at a time.

use super::leave::{retire, tidy};
use super::members::{can_start, cooled_ms, fits, members};
use super::{Pool, Tally, scale, waiting};
use crate::agents::commands::register;
use crate::agents::{Agent, AgentEvent, AgentStatus};
use crate::bounds;
use crate::id::{AgentId, PoolId};
use crate::state::{Sink, State};

/// Agents that are started, ended or forgotten in one go.
pub(crate) const BATCH: usize = 100;

/// Does the next thing that is to be done for a pool; answers whether there was any.
pub(crate) fn next(state: &State<'_>, sink: &mut Sink) -> bool {
    let pools = &state.durable.agents.pools;
    if pools.is_empty() {
        return false;
    }
    let waiting = waiting::waiting(state);
    // A pool that is to end goes on ending while everything is shut down.
    let active = pools.iter().filter(|(_, pool)| !pool.suspended || pool.closing);
    active.into_iter().any(|(id, pool)| {
        let waiting = waiting.get(&id).copied().unwrap_or_default();
        serve(state, id, pool, waiting, sink)
    })
}

/// When the passing of time alone can give [`next`] something to do.
pub(crate) fn check_ms(state: &State<'_>) -> Option<u64> {
    let pools = &state.durable.agents.pools;
    if pools.is_empty() {
        return None;
    }
    let waiting = waiting::waiting(state);
    let active = pools.iter().filter(|(_, pool)| !pool.suspended && !pool.closing);
    let checks = active.flat_map(|(id, pool)| {
        let waiting = waiting.get(&id).copied().unwrap_or_default();
        [shrink_ms(state, id, pool, waiting), retry_ms(state, id, pool)]
    });
    checks.flatten().filter(|at_ms| *at_ms > state.now_ms).min()
}

fn serve(state: &State<'_>, id: PoolId, pool: &Pool, waiting: u64, sink: &mut Sink) -> bool {
    let tally = state.durable.agents.pools.tally(id);
    if !pool.closing {
        let resize = scale::resize(pool, tally, waiting, || expired(state, id, pool));
        if let Some((to, reason)) = resize {
            sink.emit(AgentEvent::PoolScaled {
                pool: id,
                from: pool.target,
                to,
                reason,
            });
            return true;
        }
    }
    if tally.live > pool.target {
        return retire(state, id, pool, tally, sink);
    }
    if tally.live < pool.target && start(state, id, pool, tally, sink) {
        return true;
    }
    tidy(state, id, pool, sink)
}

/// Starts agents that ended, or makes new ones.
fn start(state: &State<'_>, id: PoolId, pool: &Pool, tally: Tally, sink: &mut Sink) -> bool {
    let agents = &state.durable.agents;
    let until_ms = state
        .now_ms
        .saturating_add(state.durable.settings().agents.start_timeout_ms);
    let (live, size) = (tally.live + tally.ending, agents.pools.size(id));
    let wanted = pool
        .target
        .saturating_sub(tally.live)
        .min(pool.spec.max.saturating_sub(live));
    let wanted = (wanted as usize).min(BATCH);
    let is_any_parked = size > live as usize;
    let parked =
        members(state, id).filter(|(_, agent)| is_any_parked && can_start(state, agent) && fits(pool, agent));
    let parked: Vec<AgentId> = parked.map(|(agent, _)| agent).take(wanted).collect();
    for agent in &parked {
        sink.emit(AgentEvent::AgentStarting {
            agent: *agent,
            until_ms,
        });
    }
    let room = (pool.spec.max as usize)
        .saturating_sub(size)
        .min(bounds::AGENTS.saturating_sub(agents.len()));
    let fresh = (wanted - parked.len()).min(room);
    let first = size as u32 + 1;
    let keys = (first..).map(|number| format!("{}_{number:03}", pool.spec.key));
    for key in keys.filter(|key| agents.by_key(key).is_none()).take(fresh) {
        let mut spec = register::named(&pool.spec.template, &key);
        spec.pool = Some(id);
        sink.emit(AgentEvent::AgentProvisioned { spec, until_ms });
    }
    parked.len() + fresh > 0
}

fn idle_ends_ms(pool: &Pool, agent: &Agent) -> Option<u64> {
    (agent.status == AgentStatus::Idle).then(|| agent.idle_ms.saturating_add(pool.spec.idle_timeout_ms))
}

fn expired(state: &State<'_>, id: PoolId, pool: &Pool) -> u32 {
    let ends = members(state, id).filter_map(|(_, agent)| idle_ends_ms(pool, agent));
    u32::try_from(ends.filter(|at_ms| *at_ms <= state.now_ms).count()).unwrap_or(u32::MAX)
}

fn shrink_ms(state: &State<'_>, id: PoolId, pool: &Pool, waiting: u64) -> Option<u64> {
    let tally = state.durable.agents.pools.tally(id);
    let needed = scale::needed(pool, scale::demand(pool, tally, waiting));
    if pool.target <= needed || !scale::is_slack(pool, tally, waiting) {
        return None;
    }
    let ends = members(state, id).filter_map(|(_, agent)| idle_ends_ms(pool, agent));
    ends.filter(|at_ms| *at_ms > state.now_ms).min()
}

fn retry_ms(state: &State<'_>, id: PoolId, pool: &Pool) -> Option<u64> {
    if state.durable.agents.pools.tally(id).live >= pool.target {
        return None;
    }
    let given_up =
        members(state, id).filter(|(_, agent)| agent.status == AgentStatus::Failed && !agent.is_restarting());
    given_up.map(|(_, agent)| cooled_ms(state, agent)).min()
}

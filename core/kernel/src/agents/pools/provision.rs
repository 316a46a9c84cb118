//! Brings pools to the size they shall have, a bounded number of agents at a time.

use super::{Pool, Tally, scale, waiting};
use crate::agents::commands::{register, stop};
use crate::agents::{Agent, AgentEvent, AgentStatus, Intent};
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
    let active = pools.iter().filter(|(_, pool)| !pool.suspended);
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

/// Ends the agents that are missed least: those that do not work yet, then those idle for longest, then those with the
/// least to finish.
fn retire(state: &State<'_>, id: PoolId, pool: &Pool, tally: Tally, sink: &mut Sink) -> bool {
    let live = members(state, id).filter(|(_, agent)| agent.status.is_live() || agent.is_restarting());
    let mut live: Vec<(AgentId, &Agent)> = live.collect();
    live.sort_by_key(|(id, agent)| match agent.status {
        AgentStatus::Failed => (0, 0, *id),
        AgentStatus::Starting => (1, 0, *id),
        AgentStatus::Idle => (2, agent.idle_ms, *id),
        _ => (3, u64::from(agent.load), *id),
    });
    let surplus = tally.live.saturating_sub(pool.target) as usize;
    let leavers = live.iter().take(surplus.min(BATCH));
    leavers
        .map(|(agent, entry)| stop::end(state, *agent, entry, "its pool needs it no more", sink))
        .count()
        > 0
}

/// Forgets ended agents the pool would not start again, and the pool itself when it is closed.
fn tidy(state: &State<'_>, id: PoolId, pool: &Pool, sink: &mut Sink) -> bool {
    if !state.volatile.upkeep.is_untidy() {
        return false;
    }
    let size = state.durable.agents.pools.size(id);
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

fn members<'a>(state: &State<'a>, pool: PoolId) -> impl Iterator<Item = (AgentId, &'a Agent)> {
    let agents = &state.durable.agents;
    agents
        .pools
        .members(pool)
        .filter_map(|id| Some((id, agents.get(id)?)))
}

/// Whether an agent has ended for good or until it is started again.
fn is_parked(agent: &Agent) -> bool {
    let is_over = agent.status == AgentStatus::Registered || agent.status.is_over();
    is_over && !agent.is_restarting() && agent.end.is_none() && agent.load == 0
}

/// Whether an agent may be started again now.
fn can_start(state: &State<'_>, agent: &Agent) -> bool {
    is_parked(agent) && cooled_ms(state, agent) <= state.now_ms
}

/// When an agent that was given up may be tried again.
fn cooled_ms(state: &State<'_>, agent: &Agent) -> u64 {
    match agent.intent {
        Intent::GiveUp => agent
            .changed_ms
            .saturating_add(state.durable.settings().agents.restart_reset_ms),
        _ => 0,
    }
}

/// Whether the agent is what the pool would make today.
fn fits(pool: &Pool, agent: &Agent) -> bool {
    let mut spec = register::named(&pool.spec.template, &agent.spec.key);
    spec.pool = agent.spec.pool;
    spec == agent.spec
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

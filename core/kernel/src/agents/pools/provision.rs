//! Brings pools to the size they shall have, one agent at a time.

use super::{Pool, Tally, scale, waiting};
use crate::agents::commands::{register, stop};
use crate::agents::{Agent, AgentEvent, AgentStatus, Intent};
use crate::bounds;
use crate::id::{AgentId, PoolId};
use crate::state::{Sink, State};

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
        return retire(state, id, sink);
    }
    if tally.live < pool.target && tally.live + tally.ending < pool.spec.max && start(state, id, pool, sink) {
        return true;
    }
    tidy(state, id, pool, tally, sink)
}

/// Starts an agent that ended, or makes a new one.
fn start(state: &State<'_>, id: PoolId, pool: &Pool, sink: &mut Sink) -> bool {
    let agents = &state.durable.agents;
    let until_ms = state
        .now_ms
        .saturating_add(state.durable.settings().agents.start_timeout_ms);
    let parked = members(state, id).find(|(_, agent)| can_start(state, agent) && fits(pool, agent));
    if let Some((agent, _)) = parked {
        sink.emit(AgentEvent::AgentStarting { agent, until_ms });
        return true;
    }
    let has_room = agents.pools.size(id) < pool.spec.max as usize && agents.len() < bounds::AGENTS;
    if !has_room {
        return false;
    }
    let free = |key: &String| agents.by_key(key).is_none();
    let keys = (1u32..).map(|number| format!("{}_{number:03}", pool.spec.key));
    let Some(key) = keys.take(bounds::AGENTS + 1).find(free) else {
        return false;
    };
    let mut spec = register::named(&pool.spec.template, &key);
    spec.pool = Some(id);
    sink.emit(AgentEvent::AgentProvisioned { spec, until_ms });
    true
}

/// Ends the agent that is missed least: one that does not work yet, else the one idle for longest, else the one with
/// the least to finish.
fn retire(state: &State<'_>, id: PoolId, sink: &mut Sink) -> bool {
    let live = members(state, id).filter(|(_, agent)| agent.status.is_live() || agent.is_restarting());
    let order = |(id, agent): &(AgentId, &Agent)| match agent.status {
        AgentStatus::Failed => (0, 0, *id),
        AgentStatus::Starting => (1, 0, *id),
        AgentStatus::Idle => (2, agent.idle_ms, *id),
        _ => (3, u64::from(agent.load), *id),
    };
    let Some((agent, entry)) = live.min_by_key(order) else {
        return false;
    };
    stop::end(state, agent, entry, "its pool needs it no more", sink);
    true
}

/// Forgets ended agents the pool would not start again, and the pool itself when it is closed.
fn tidy(state: &State<'_>, id: PoolId, pool: &Pool, tally: Tally, sink: &mut Sink) -> bool {
    if !state.volatile.upkeep.is_untidy() {
        return false;
    }
    let count = state.durable.agents.pools.size(id);
    let surplus = pool.closing || count > pool.spec.max as usize;
    let is_surplus = |agent: &Agent| {
        let ended = matches!(
            agent.status,
            AgentStatus::Registered | AgentStatus::Stopped | AgentStatus::Failed
        );
        ended
            && !agent.is_restarting()
            && agent.load == 0
            && agent.end.is_none()
            && (surplus || !fits(pool, agent))
    };
    if let Some((agent, _)) = members(state, id).filter(|(_, agent)| is_surplus(agent)).last() {
        sink.emit(AgentEvent::AgentDeregistered {
            agent,
            reason: "its pool has no place for it".to_owned(),
        });
        return true;
    }
    if pool.closing && count == 0 && tally == Tally::default() {
        sink.emit(AgentEvent::PoolRemoved { pool: id });
        return true;
    }
    false
}

fn members<'a>(state: &State<'a>, pool: PoolId) -> impl Iterator<Item = (AgentId, &'a Agent)> {
    let agents = &state.durable.agents;
    agents
        .pools
        .members(pool)
        .filter_map(|id| Some((id, agents.get(id)?)))
}

/// Whether an agent has ended and may be started again now.
fn can_start(state: &State<'_>, agent: &Agent) -> bool {
    let over = match agent.status {
        AgentStatus::Registered | AgentStatus::Stopped => true,
        AgentStatus::Failed => !agent.is_restarting() && cooled_ms(state, agent) <= state.now_ms,
        _ => false,
    };
    over && agent.end.is_none() && agent.load == 0
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

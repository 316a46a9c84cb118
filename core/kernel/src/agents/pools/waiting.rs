//! Ready tasks that more agents of a pool would help.

use polyphon_sorted::SortedMap;

use crate::agents::select::is_able;
use crate::gather::Gather;
use crate::id::PoolId;
use crate::resources::Resources;
use crate::state::State;
use crate::tasks::Demand;
use crate::tasks::queue::Line;

/// How many waiting tasks fall to each pool. A task falls to one pool only: to the one of the highest priority that is
/// able and not full.
pub(super) fn waiting(state: &State<'_>) -> SortedMap<PoolId, u64> {
    let pools = &state.durable.agents.pools;
    let order: Vec<PoolId> = pools
        .iter()
        .filter(|(_, pool)| !pool.suspended && !pool.closing)
        .map(|(id, _)| id)
        .gather();
    let priority = |id: &PoolId| pools.get(*id).map_or(0, |pool| pool.spec.template.priority);
    let order = crate::order::by(order, |id| [u64::from(u32::MAX - priority(id)), 0, 0]);
    let mut shares = SortedMap::new();
    for line in state.durable.tasks.queue.lines() {
        let mut left = runnable(state, &line);
        for id in &order {
            let Some(pool) = pools.get(*id).filter(|_| left > 0) else {
                break;
            };
            if !is_able(&pool.spec.template, line.demand) {
                continue;
            }
            let most = u64::from(pool.spec.max) * u64::from(pool.spec.template.max_load);
            let share: &mut u64 = shares.get_or_default(*id);
            let taken = left.min(most.saturating_sub(pools.tally(*id).load + *share));
            *share += taken;
            left -= taken;
        }
    }
    shares
}

/// How many tasks of a lane could run if only there were agents.
fn runnable(state: &State<'_>, line: &Line<'_>) -> u64 {
    let class_room = line
        .class
        .and_then(|(session, class)| state.durable.tasks.plan(session)?.room(class))
        .unwrap_or(u64::MAX);
    line.len.min(class_room).min(resource_room(state, line.demand))
}

/// How many tasks of this demand fit into what is not reserved.
fn resource_room(state: &State<'_>, demand: &Demand) -> u64 {
    let Some(totals) = &state.durable.settings().totals else {
        return u64::MAX;
    };
    let free = totals.minus(&state.durable.leases.reserved());
    let pairs = |wanted: &Resources| {
        [
            (free.memory_mb, wanted.memory_mb),
            (free.cpu_milli, wanted.cpu_milli),
            (free.disk_mb, wanted.disk_mb),
        ]
    };
    let rooms = pairs(&demand.resources)
        .into_iter()
        .filter_map(|(free, wanted)| free.checked_div(wanted));
    rooms.min().unwrap_or(u64::MAX)
}

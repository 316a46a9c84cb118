//! How many agents a pool shall have.
//!
//! It never flaps: it grows to the size at which the demand is below the upper ratio, and shrinks to no less than that.

use super::{Pool, ScaleReason, Tally};

/// The size at which `demand` is below the pool's upper ratio, within its bounds.
pub(super) fn needed(pool: &Pool, demand: u64) -> u32 {
    let spec = &pool.spec;
    let unit = u128::from(spec.scale_up_ppm.max(1)) * u128::from(spec.template.max_load.max(1));
    let needed = match demand {
        0 => 0,
        _ => u128::from(demand) * 1_000_000 / unit + 1,
    };
    u32::try_from(needed)
        .unwrap_or(u32::MAX)
        .clamp(spec.min, spec.max.max(spec.min))
}

/// What is asked of the pool: the work of its agents and, when enough of them wait, the tasks that wait.
pub(super) fn demand(pool: &Pool, tally: Tally, waiting: u64) -> u64 {
    match waiting > u64::from(pool.spec.queue_depth) {
        true => tally.load.saturating_add(waiting),
        false => tally.load,
    }
}

/// Whether so little of the pool is in use that it may shrink.
pub(super) fn is_slack(pool: &Pool, tally: Tally, waiting: u64) -> bool {
    let capacity = u128::from(tally.live) * u128::from(pool.spec.template.max_load.max(1));
    let used = u128::from(tally.load) * 1_000_000;
    waiting == 0 && used <= capacity * u128::from(pool.spec.scale_down_ppm)
}

/// The size the pool shall have instead of its present target, and why. `expired` counts its agents that have been
/// without work for the idle timeout; it is asked for only when the pool may shrink.
pub(super) fn resize(
    pool: &Pool,
    tally: Tally,
    waiting: u64,
    expired: impl FnOnce() -> u32,
) -> Option<(u32, ScaleReason)> {
    let needed = needed(pool, demand(pool, tally, waiting));
    if needed > pool.target {
        let reason = match waiting > u64::from(pool.spec.queue_depth) {
            true => ScaleReason::QueueDepth,
            false => ScaleReason::Utilisation,
        };
        return Some((needed, reason));
    }
    if needed == pool.target || !is_slack(pool, tally, waiting) {
        return None;
    }
    let size = pool.target.saturating_sub(expired()).max(needed);
    (size < pool.target).then_some((size, ScaleReason::Idle))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agents::PoolSpec;
    use proptest::prelude::*;

    fn pool(min: u32, max: u32, max_load: u32, target: u32) -> Pool {
        let mut spec = PoolSpec::example("crew", min, max);
        spec.template.max_load = max_load;
        Pool {
            spec,
            target,
            suspended: false,
            closing: false,
        }
    }

    fn tally(live: u32, load: u64) -> Tally {
        Tally {
            live,
            ending: 0,
            load,
        }
    }

    #[test]
    fn it_grows_when_four_fifths_are_in_demand() {
        let pool = pool(1, 10, 10, 2);
        assert_eq!(resize(&pool, tally(2, 15), 0, || 0), None);
        assert_eq!(
            resize(&pool, tally(2, 16), 0, || 0),
            Some((3, ScaleReason::Utilisation))
        );
    }

    #[test]
    fn waiting_tasks_make_it_grow_at_once_to_what_they_need() {
        let pool = pool(0, 100, 1, 0);
        assert_eq!(
            resize(&pool, tally(0, 0), 8, || 0),
            Some((11, ScaleReason::QueueDepth))
        );
        assert_eq!(resize(&pool, tally(0, 0), 0, || 0), None);
    }

    #[test]
    fn few_waiting_tasks_are_tolerated_when_the_pool_says_so() {
        let mut pool = pool(1, 10, 1, 1);
        pool.spec.queue_depth = 5;
        assert_eq!(resize(&pool, tally(1, 0), 5, || 0), None);
        assert_eq!(
            resize(&pool, tally(1, 0), 6, || 0),
            Some((8, ScaleReason::QueueDepth))
        );
    }

    #[test]
    fn it_shrinks_by_what_was_idle_for_long_enough_but_never_below_its_minimum() {
        let pool = pool(2, 10, 1, 10);
        assert_eq!(resize(&pool, tally(10, 3), 0, || 4), Some((6, ScaleReason::Idle)));
        assert_eq!(
            resize(&pool, tally(10, 0), 0, || 10),
            Some((2, ScaleReason::Idle))
        );
        assert_eq!(resize(&pool, tally(10, 4), 0, || 6), None, "0.4 is not slack");
        assert_eq!(resize(&pool, tally(10, 0), 0, || 0), None);
    }

    proptest! {
        #[test]
        fn under_a_constant_demand_it_settles_and_stays(
            min in 0u32..20, more in 0u32..200, max_load in 1u32..50, target in 0u32..220, load in 0u64..5_000,
            up in 1u32..=1_000_000, down in 0u32..1_000_000, waiting in prop_oneof![Just(0), 0u64..2_000], depth in 0u32..100,
        ) {
            let mut pool = pool(min, min + more.max(1), max_load, 0);
            pool.spec.scale_up_ppm = up.max(2);
            pool.spec.scale_down_ppm = down.min(pool.spec.scale_up_ppm - 1);
            pool.spec.queue_depth = depth;
            pool.target = target.clamp(pool.spec.min, pool.spec.max);
            let mut directions = Vec::new();
            for _ in 0..10 {
                // Everybody who works nothing has been idle for long.
                let live = pool.target;
                let busy = u32::try_from(load.div_ceil(u64::from(max_load))).unwrap().min(live);
                let Some((size, _)) = resize(&pool, tally(live, load), waiting, || live - busy) else { break };
                prop_assert!(size >= pool.spec.min && size <= pool.spec.max);
                directions.push(size > pool.target);
                pool.target = size;
            }
            prop_assert!(directions.len() <= 1, "{directions:?}");
        }
    }
}

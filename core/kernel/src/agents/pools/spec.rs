use polyphon_wire::wire;

use crate::agents::AgentSpec;

wire! {
    /// What is told of a pool when it is defined. Ratios in millionths, times in milliseconds.
    pub struct PoolSpec {
        /// Unique name; its agents are called `<key>_001`, `<key>_002` and so on.
        key: String,
        /// What its agents are like. Key and pool are filled in for each.
        template: AgentSpec,
        /// Agents it never goes below.
        min: u32,
        /// Agents it never goes above, those that are ending included.
        max: u32,
        /// Part of its capacity in demand from which on it grows.
        scale_up_ppm: u32,
        /// Part of its capacity in use up to which it shrinks.
        scale_down_ppm: u32,
        /// Tasks that may wait before they count as demand.
        queue_depth: u32,
        /// Time an agent is without work before it may be ended.
        idle_timeout_ms: u64,
        /// An unhealthy agent is given up and replaced at once, not only when it has become unresponsive.
        replace_unhealthy: bool,
    }
}

wire! {
    /// Why a pool is scaled.
    pub choice ScaleReason {
        /// The demand has reached its upper ratio.
        0 => Utilisation,
        /// Tasks wait.
        1 => QueueDepth,
        /// Agents have been without work for their idle timeout.
        2 => Idle,
    }
}

#[cfg(test)]
impl PoolSpec {
    /// A pool of agents that take one task each, for tests.
    pub(crate) fn example(key: &str, min: u32, max: u32) -> Self {
        Self {
            key: key.to_owned(),
            template: AgentSpec::example(key, 1),
            min,
            max,
            scale_up_ppm: 800_000,
            scale_down_ppm: 300_000,
            queue_depth: 0,
            idle_timeout_ms: 60_000,
            replace_unhealthy: true,
        }
    }
}

//! Short ways to look at pools.

use polyphon_kernel::agents::PoolView;
use polyphon_kernel::tasks::TaskSpec;
use polyphon_kernel::{AgentId, PoolId, View};
use polyphon_wire::from_bytes;

use super::{Lab, task};

pub fn view(lab: &Lab, pool: PoolId) -> PoolView {
    from_bytes(&lab.kernel.view(&View::Pool { pool })).unwrap()
}

pub fn tasks(count: usize) -> Vec<TaskSpec> {
    (0..count)
        .map(|number| {
            let mut task = task(&format!("T{number}"), &[]);
            task.timeout_ms = 86_400_000;
            task
        })
        .collect()
}

pub fn live(lab: &Lab, pool: PoolId) -> u32 {
    lab.kernel.durable().agents.pools.tally(pool).live
}

pub fn member(lab: &Lab, pool: PoolId, index: usize) -> AgentId {
    lab.kernel
        .durable()
        .agents
        .pools
        .members(pool)
        .nth(index)
        .unwrap()
}

use polyphon_kernel::Kernel;
use serde::Serialize;
use tsify::{Ts, Tsify};

/// Where a kernel is.
#[derive(Clone, Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct KernelInfo {
    /// Number of the partition.
    pub partition: u32,
    /// Epoch of the node that runs, or ran last.
    pub epoch: f64,
    /// Sequence of the last event.
    pub last_seq: f64,
    /// Kernel time of the last event, in milliseconds.
    pub last_ms: f64,
    /// SHA-256 of the last frame, hexadecimal.
    pub chain: String,
    /// Tasks in memory.
    pub tasks: u32,
    /// Tasks that could run now.
    pub ready: u32,
    /// Attempts that run.
    pub leases: u32,
    /// Agents that are known.
    pub agents: u32,
    /// Sessions that have not ended.
    pub live_sessions: u32,
}

impl KernelInfo {
    pub(crate) fn of(kernel: &Kernel) -> Result<Ts<Self>, tsify::Error> {
        let durable = kernel.durable();
        let info = Self {
            partition: kernel.partition(),
            epoch: durable.epoch() as f64,
            last_seq: durable.last_seq() as f64,
            last_ms: durable.last_ms() as f64,
            chain: crate::hex(&kernel.chain()),
            tasks: durable.tasks.len() as u32,
            ready: durable.tasks.ready() as u32,
            leases: durable.leases.len() as u32,
            agents: durable.agents.len() as u32,
            live_sessions: durable.sessions.live() as u32,
        };
        info.into_ts()
    }
}

//! What a task reserves while it runs.

use polyphon_wire::wire;

wire! {
    /// Reserved amounts. Processor time in thousandths of a core.
    #[derive(Copy, Default, Ord, PartialOrd)]
    pub struct Resources { memory_mb: u64, cpu_milli: u64, disk_mb: u64 }
}

wire! {
    /// What an attempt was seen to use; absent where the platform cannot tell.
    #[derive(Copy, Default)]
    pub struct Usage { memory_peak_bytes: Option<u64>, cpu_ms: Option<u64>, disk_bytes: Option<u64> }
}

impl Resources {
    /// Whether each amount is at most the one of `other`.
    pub fn fits(&self, other: &Self) -> bool {
        self.memory_mb <= other.memory_mb
            && self.cpu_milli <= other.cpu_milli
            && self.disk_mb <= other.disk_mb
    }

    /// The sum, at most the largest integer.
    pub fn plus(&self, other: &Self) -> Self {
        Self {
            memory_mb: self.memory_mb.saturating_add(other.memory_mb),
            cpu_milli: self.cpu_milli.saturating_add(other.cpu_milli),
            disk_mb: self.disk_mb.saturating_add(other.disk_mb),
        }
    }

    /// The difference, at least nothing.
    pub fn minus(&self, other: &Self) -> Self {
        Self {
            memory_mb: self.memory_mb.saturating_sub(other.memory_mb),
            cpu_milli: self.cpu_milli.saturating_sub(other.cpu_milli),
            disk_mb: self.disk_mb.saturating_sub(other.disk_mb),
        }
    }
}

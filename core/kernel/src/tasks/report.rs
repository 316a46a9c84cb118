use polyphon_wire::wire;

use crate::payload::Payload;
use crate::resources::Usage;

wire! {
    /// A file an attempt left behind; its bytes are stored under their hash.
    pub struct Artifact { name: String, path: String, bytes: u64, sha256: [u8; 32] }
}

wire! {
    /// What an attempt brought back.
    pub struct Report {
        /// Measured values in millionths, sorted by name.
        metrics: Vec<(String, i64)>,
        output: Option<Payload>,
        artifacts: Vec<Artifact>,
        usage: Usage,
        exit_code: Option<i64>,
    }
}

wire! {
    /// Why an attempt failed.
    pub struct AttemptError {
        /// `import_error`, `timeout`, `calculation_error` and so on.
        error_type: String,
        message: String,
        details: Option<Payload>,
    }
}

wire! {
    /// How a criterion came out.
    pub struct Verdict {
        name: String,
        /// `None` when nothing was measured, which does not meet the criterion.
        measured_micro: Option<i64>,
        met: bool,
    }
}

impl Verdict {
    /// A human found the result good enough.
    pub(crate) fn human() -> Self {
        Self {
            name: "human_approval".to_owned(),
            measured_micro: None,
            met: true,
        }
    }
}

impl Report {
    /// A report of nothing.
    pub fn empty() -> Self {
        let usage = Usage {
            memory_peak_bytes: None,
            cpu_ms: None,
            disk_bytes: None,
        };
        Self {
            metrics: Vec::new(),
            output: None,
            artifacts: Vec::new(),
            usage,
            exit_code: None,
        }
    }

    /// The measured value of a metric, in millionths.
    pub fn metric(&self, name: &str) -> Option<i64> {
        self.metrics
            .binary_search_by(|(known, _)| known.as_str().cmp(name))
            .ok()
            .map(|index| self.metrics[index].1)
    }
}

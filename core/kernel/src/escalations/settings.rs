use polyphon_wire::wire;

wire! {
    /// What is decided about a task that waits for a human.
    pub choice Decision {
        /// It counts as completed.
        1 => Approve,
        /// It runs again, its failures forgotten.
        2 => Retry,
        /// It has failed for good.
        3 => Abort,
    }
}

wire! {
    /// How humans are asked.
    #[derive(Copy)]
    pub struct EscalationSettings {
        /// Time a human has; then `default` is decided. `None`: for ever.
        deadline_ms: Option<u64>,
        default: Decision,
        /// Each escalation opens a durable effect that the runtime posts to the webhook.
        notify: bool,
    }
}

impl Default for EscalationSettings {
    fn default() -> Self {
        Self {
            deadline_ms: None,
            default: Decision::Abort,
            notify: false,
        }
    }
}

impl Decision {
    /// Lower-case name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Retry => "retry",
            Self::Abort => "abort",
        }
    }
}

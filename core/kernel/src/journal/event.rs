use polyphon_wire::wire;

use crate::settings::Settings;

wire! {
    /// What happened to the journal and its node.
    pub enum JournalEvent {
        /// A node took the journal over; local work of the one before is lost.
        1 => NodeStarted {
            epoch: u64,
            /// Root of every random draw; the first one holds for ever.
            seed: u64,
            node: String,
        },
        /// A configuration came into force.
        2 => SettingsChanged { settings: Settings },
        /// Wall time moved against kernel time by more than a second.
        3 => ClockAdjusted {
            /// Wall time minus kernel time.
            offset_ms: i64,
        },
        /// A call with an idempotency key was accepted.
        4 => CommandRemembered {
            key: String,
            /// Hash of the command.
            body: [u8; 16],
            entity: u64,
            until_ms: u64,
            /// Calls that are remembered at most.
            keep: u32,
        },
        /// Every live node knows this level of the format.
        5 => FormatRaised { level: u32 },
    }
}

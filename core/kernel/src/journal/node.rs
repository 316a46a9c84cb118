use polyphon_wire::wire;

use super::JournalEvent;
use crate::settings::Settings;
use crate::state::Table;

wire! {
    /// The partition itself.
    pub struct Node {
        seed: u64,
        epoch: u64,
        name: String,
        format_level: u32,
        /// Wall time minus kernel time.
        offset_ms: i64,
        settings: Settings,
    }
}

impl Node {
    pub(crate) fn evolve(table: &mut Table<u64, Self>, event: &JournalEvent) {
        if let JournalEvent::NodeStarted { epoch, seed, node } = event {
            match table.get_mut(0) {
                Some(known) => {
                    known.epoch = *epoch;
                    known.name.clone_from(node);
                }
                None => table.insert(0, Self::first(*seed, *epoch, node)),
            }
            return;
        }
        let Some(known) = table.get_mut(0) else { return };
        match event {
            JournalEvent::SettingsChanged { settings } => known.settings = settings.clone(),
            JournalEvent::ClockAdjusted { offset_ms } => known.offset_ms = *offset_ms,
            JournalEvent::FormatRaised { level } => known.format_level = *level,
            JournalEvent::NodeStarted { .. } | JournalEvent::CommandRemembered { .. } => {}
        }
    }

    fn first(seed: u64, epoch: u64, node: &str) -> Self {
        Self {
            seed,
            epoch,
            name: node.to_owned(),
            format_level: 1,
            offset_ms: 0,
            settings: Settings::default(),
        }
    }
}

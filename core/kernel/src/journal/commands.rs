use polyphon_wire::wire;

use super::JournalEvent;
use crate::refusal::Refusal;
use crate::settings::Settings;
use crate::state::{Sink, State};

wire! {
    /// What can be asked of the journal and its node.
    pub enum JournalCommand {
        /// A node takes the journal over.
        1 => StartNode {
            epoch: u64,
            /// Drawn by the runtime; used when the journal is new.
            seed: u64,
            node: String,
        },
        /// Brings a configuration into force.
        2 => Configure { settings: Settings },
        /// Every live node knows this level of the format.
        3 => RaiseFormat { level: u32 },
    }
}

pub(crate) fn decide(state: &State<'_>, command: &JournalCommand, sink: &mut Sink) -> Result<(), Refusal> {
    match command {
        JournalCommand::StartNode { epoch, seed, node } => {
            if *epoch < state.durable.epoch() {
                return Err(Refusal::new(
                    "LEASE_FENCED",
                    "a newer node has taken the journal over".to_owned(),
                ));
            }
            sink.emit(JournalEvent::NodeStarted {
                epoch: *epoch,
                seed: *seed,
                node: crate::text::clip(node),
            });
        }
        JournalCommand::Configure { settings } => {
            if let Some(rule) = settings.broken_rule() {
                return Err(Refusal::new("KERNEL_SETTINGS_INVALID", rule.to_owned()));
            }
            if settings != state.durable.settings() {
                sink.emit(JournalEvent::SettingsChanged {
                    settings: settings.clone(),
                });
            }
        }
        JournalCommand::RaiseFormat { level } => {
            if *level > crate::journal::FORMAT.into() {
                return Err(Refusal::new(
                    "KERNEL_FORMAT_NEWER",
                    format!("this version knows formats up to {}", super::FORMAT),
                ));
            }
            if *level > state.durable.node.get(0).map_or(0, |node| node.format_level) {
                sink.emit(JournalEvent::FormatRaised { level: *level });
            }
        }
    }
    Ok(())
}

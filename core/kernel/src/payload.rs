//! What agents exchange: opaque to the kernel, held outside when it is long.

use polyphon_wire::{Bytes, wire};

wire! {
    /// Bytes that the kernel carries without looking inside.
    pub enum Payload {
        /// At most 256 bytes that stand in the event itself.
        1 => Inline { bytes: Bytes },
        /// Bytes the store keeps as a row of their own.
        2 => Ref {
            /// Salted hash of the bytes.
            hash: [u8; 32],
            /// How many there are.
            bytes: u64,
            /// The row's key, unique in the partition.
            key: String,
        },
    }
}

/// The payload when it respects the bound on what may stand in an event.
pub(crate) fn is_bounded(payload: Option<&Payload>) -> bool {
    match payload {
        Some(Payload::Inline { bytes }) => bytes.0.len() <= crate::bounds::INLINE_PAYLOAD,
        Some(Payload::Ref { key, .. }) => key.len() <= crate::bounds::NAME_BYTES,
        None => true,
    }
}

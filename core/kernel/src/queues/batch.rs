use polyphon_wire::wire;

use crate::payload::Payload;

wire! {
    /// The payloads of messages that were published together: one row outside, or a few bytes here.
    pub struct Batch {
        payload: Payload,
        /// Messages that still need it. At 0 the row is being erased.
        left: u32,
    }
}

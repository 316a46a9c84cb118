use polyphon_wire::wire;

use crate::id::EffectId;

wire! {
    /// What happened to durable effects.
    pub enum OutboxEvent {
        /// The runtime has done it, or given it up.
        600 => EffectDone { effect: EffectId, ok: bool, detail: String },
    }
}

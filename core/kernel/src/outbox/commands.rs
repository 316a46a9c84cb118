//! What can be reported of durable effects.

use polyphon_wire::wire;

use super::{OutboxError, OutboxEvent};
use crate::id::EffectId;
use crate::refusal::Refusal;
use crate::state::{Sink, State};

wire! {
    /// What can be reported of durable effects.
    pub enum OutboxCommand {
        /// It is done, or given up for the reason in `detail`.
        600 => FinishEffect { effect: EffectId, ok: bool, detail: String },
    }
}

pub(crate) fn decide(state: &State<'_>, command: &OutboxCommand, sink: &mut Sink) -> Result<(), Refusal> {
    let OutboxCommand::FinishEffect { effect, ok, detail } = command;
    if state.durable.outbox.get(*effect).is_none() {
        return Err(OutboxError::Unknown { effect: *effect }.into());
    }
    sink.emit(OutboxEvent::EffectDone {
        effect: *effect,
        ok: *ok,
        detail: crate::text::clip(detail),
    });
    sink.answer(effect.0);
    Ok(())
}

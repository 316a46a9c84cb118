//! What can be asked of escalations.

mod resolve;

use polyphon_wire::wire;

use super::Decision;
use crate::id::EscalationId;
use crate::refusal::Refusal;
use crate::state::{Origin, Sink, State};

pub(crate) use resolve::resolved;

wire! {
    /// What can be asked of escalations.
    pub enum EscalationCommand {
        /// A human decides. To decide again the same way changes nothing.
        400 => ResolveEscalation { escalation: EscalationId, decision: Decision, note: String },
    }
}

pub(crate) fn decide(
    state: &State<'_>,
    origin: &Origin<'_>,
    command: &EscalationCommand,
    sink: &mut Sink,
) -> Result<(), Refusal> {
    match command {
        EscalationCommand::ResolveEscalation {
            escalation,
            decision,
            note,
        } => resolve::decide(state, origin, *escalation, *decision, note, sink),
    }
}

use crate::bounds;
use crate::escalations::{Decision, EscalationError, EscalationEvent, EscalationStatus};
use crate::id::EscalationId;
use crate::refusal::Refusal;
use crate::state::{Origin, Sink, State};
use crate::text;

pub(super) fn decide(
    state: &State<'_>,
    origin: &Origin<'_>,
    escalation: EscalationId,
    decision: Decision,
    note: &str,
    sink: &mut Sink,
) -> Result<(), Refusal> {
    let known = state.durable.escalations.get(escalation);
    let known = known.ok_or(EscalationError::Unknown { escalation })?;
    match known.status {
        EscalationStatus::Open => {
            sink.emit(resolved(state, escalation, decision, origin.actor, note));
            sink.answer(escalation.0);
            Ok(())
        }
        EscalationStatus::Decided if known.decision == Some(decision) => {
            sink.answer(escalation.0);
            Ok(())
        }
        _ => Err(EscalationError::Resolved {
            escalation,
            outcome: known.decision.map_or("withdrawn", Decision::name),
        }
        .into()),
    }
}

/// The event that says `decision` was taken.
pub(crate) fn resolved(
    state: &State<'_>,
    escalation: EscalationId,
    decision: Decision,
    actor: &str,
    note: &str,
) -> crate::event::Event {
    let escalations = &state.durable.escalations;
    let subject = escalations.get(escalation);
    EscalationEvent::EscalationResolved {
        escalation,
        task: subject.map(|known| known.task).unwrap_or_default(),
        session: subject.map(|known| known.session).unwrap_or_default(),
        decision,
        actor: text::clip(actor),
        note: text::clip(note),
        evict: escalations.beyond(bounds::CLOSED_ESCALATIONS - 1).collect(),
    }
    .into()
}

use super::counted;
use crate::id::MessageId;
use crate::queues::{QueueError, QueueEvent};
use crate::refusal::Refusal;
use crate::state::{Sink, State};

/// Rows that are reported twice are erased once.
pub(super) fn decide(state: &State<'_>, given: &[u64], sink: &mut Sink) -> Result<(), Refusal> {
    counted(given.len())?;
    let known = &state.durable.queues.batches;
    let mut batches = Vec::with_capacity(given.len());
    for batch in given {
        if known.get(*batch).is_some_and(|known| known.left == 0) && !batches.contains(batch) {
            batches.push(*batch);
        }
    }
    let Some(first) = batches.first().copied() else {
        let message = MessageId(given.first().copied().unwrap_or_default());
        return Err(QueueError::MessageUnknown { message }.into());
    };
    sink.emit(QueueEvent::PayloadsErased { batches });
    sink.answer(first);
    Ok(())
}

use polyphon_sorted::SortedSet;

use super::{counted, known};
use crate::id::{MessageId, QueueId};
use crate::queues::{MessageStatus, QueueError, QueueEvent};
use crate::refusal::Refusal;
use crate::state::{Sink, State};

/// Lets dead letters wait again, with all their attempts, behind what waits already.
pub(super) fn redrive(
    state: &State<'_>,
    id: QueueId,
    numbers: &[MessageId],
    sink: &mut Sink,
) -> Result<(), Refusal> {
    let queue = known(state, id)?;
    check(state, id, numbers)?;
    let messages = numbers.to_vec();
    let sizes = messages
        .iter()
        .filter_map(|number| state.durable.queues.message(*number));
    let bytes: u64 = sizes.map(|message| u64::from(message.bytes)).sum();
    let (spec, counts) = (&queue.spec, &queue.counts);
    let held = counts.waiting + counts.in_flight;
    if held + messages.len() as u64 > spec.max_messages || counts.bytes + bytes > spec.max_bytes {
        let (name, bytes) = (spec.name.clone(), counts.bytes);
        let messages = held;
        return Err(QueueError::Full {
            name,
            messages,
            bytes,
        }
        .into());
    }
    let first = MessageId(state.durable.queues.last_number() + 1);
    sink.answer(first.0);
    sink.emit(QueueEvent::MessagesRedriven {
        queue: id,
        first,
        expires_ms: state.now_ms.saturating_add(spec.retention_ms),
        messages,
    });
    Ok(())
}

/// Throws dead letters away.
pub(super) fn discard(
    state: &State<'_>,
    queue: QueueId,
    numbers: &[MessageId],
    sink: &mut Sink,
) -> Result<(), Refusal> {
    known(state, queue)?;
    check(state, queue, numbers)?;
    let messages = numbers.to_vec();
    sink.answer(queue.0);
    sink.emit(QueueEvent::MessagesDropped { queue, messages });
    Ok(())
}

/// Requires that all of `numbers` are dead letters of the queue, each named once.
fn check(state: &State<'_>, queue: QueueId, numbers: &[MessageId]) -> Result<(), QueueError> {
    counted(numbers.len())?;
    let mut seen = SortedSet::new();
    for number in numbers {
        let message = state.durable.queues.message(*number);
        let is_dead =
            message.is_some_and(|message| message.queue == queue && message.status == MessageStatus::Dead);
        if !is_dead || !seen.insert((number.0, 0)) {
            return Err(QueueError::MessageUnknown { message: *number });
        }
    }
    Ok(())
}

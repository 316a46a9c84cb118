use super::stream_of;
use crate::id::{MessageId, QueueId};
use crate::queues::{QueueEvent, TrimCause};
use crate::refusal::Refusal;
use crate::state::{Sink, State};

/// Lets a stream go of what it keeps up to a message, as much as one event may; the answer names the last number that went.
pub(super) fn decide(
    state: &State<'_>,
    queue: QueueId,
    through: MessageId,
    sink: &mut Sink,
) -> Result<(), Refusal> {
    let known = stream_of(state, queue)?;
    let queues = &state.durable.queues;
    let through = MessageId(queues.trimmable(queue, through.0, u64::MAX));
    if through <= known.trimmed {
        sink.answer(known.trimmed.0);
        return Ok(());
    }
    sink.answer(through.0);
    let cause = TrimCause::Dropped;
    sink.emit(QueueEvent::StreamTrimmed {
        queue,
        through,
        cause,
    });
    Ok(())
}

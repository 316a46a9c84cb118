use super::held;
use crate::id::{Fence, MessageId};
use crate::queues::spec::broken_wish;
use crate::queues::{QueueError, QueueEvent};
use crate::refusal::Refusal;
use crate::state::{Sink, State};

pub(super) fn decide(
    state: &State<'_>,
    fence: Fence,
    message: MessageId,
    length_ms: u64,
    sink: &mut Sink,
) -> Result<(), Refusal> {
    if let Some(rule) = broken_wish(0, 0, Some(length_ms), [None, None]) {
        return Err(QueueError::MessageInvalid { rule }.into());
    }
    let known = held(state, fence, message)?;
    let until_ms = state.now_ms.saturating_add(length_ms);
    sink.answer(message.0);
    if known.at_ms != until_ms {
        let queue = known.queue;
        sink.emit(QueueEvent::MessageExtended {
            queue,
            message,
            fence,
            until_ms,
        });
    }
    Ok(())
}

use super::{Parts, counted, known, own};
use crate::id::{Fence, MessageId, QueueId};
use crate::queues::QueueEvent;
use crate::refusal::Refusal;
use crate::state::{Sink, State};

pub(super) fn decide(
    state: &State<'_>,
    queue: QueueId,
    reports: &[(Fence, MessageId)],
    sink: &mut Sink,
) -> Result<(), Refusal> {
    known(state, queue)?;
    counted(reports.len())?;
    let mut parts = Parts::default();
    let given = reports.iter().map(|(fence, message)| (*fence, *message, None));
    let held = own(state, queue, given, &mut parts);
    let messages: Vec<MessageId> = held.into_iter().map(|(_, number)| number).collect();
    parts.finish(reports.len(), sink)?;
    sink.answer(queue.0);
    if !messages.is_empty() {
        sink.emit(QueueEvent::MessagesAcked { queue, messages });
    }
    Ok(())
}

use super::known;
use crate::bounds;
use crate::id::{MessageId, QueueId};
use crate::queues::{QueueError, QueueEvent};
use crate::refusal::Refusal;
use crate::state::{Sink, State};

pub(super) fn decide(state: &State<'_>, queue: QueueId, sink: &mut Sink) -> Result<(), Refusal> {
    let known = known(state, queue)?;
    let queues = &state.durable.queues;
    let counts = &known.counts;
    let messages = counts.waiting + counts.in_flight + counts.dead;
    let groups = queues.groups_of(queue).count() as u64;
    if known.group.is_some() {
        // What others get of the stream is theirs; a group that goes takes its own with it.
        let own = queues.messages().filter(|(_, message)| message.queue == queue);
        let own: Vec<MessageId> = own.map(|(number, _)| number).collect();
        for messages in own.chunks(bounds::MESSAGE_BATCH) {
            let messages = messages.to_vec();
            sink.emit(QueueEvent::MessagesDropped { queue, messages });
        }
    } else if messages + groups > 0 {
        let name = known.spec.name.clone();
        return Err(QueueError::NotEmpty {
            name,
            messages,
            groups,
        }
        .into());
    }
    let schedules = state.durable.queues.schedules.iter();
    for (schedule, _) in schedules.filter(|(_, schedule)| schedule.spec.queue == queue) {
        sink.emit(QueueEvent::ScheduleRemoved { schedule });
    }
    sink.emit(QueueEvent::QueueRemoved { queue });
    sink.answer(queue.0);
    Ok(())
}

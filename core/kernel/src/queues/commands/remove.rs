use super::known;
use crate::id::QueueId;
use crate::queues::{QueueError, QueueEvent};
use crate::refusal::Refusal;
use crate::state::{Sink, State};

pub(super) fn decide(state: &State<'_>, queue: QueueId, sink: &mut Sink) -> Result<(), Refusal> {
    let known = known(state, queue)?;
    let counts = &known.counts;
    let messages = counts.waiting + counts.in_flight + counts.dead;
    if messages > 0 {
        let name = known.spec.name.clone();
        return Err(QueueError::NotEmpty { name, messages }.into());
    }
    let schedules = state.durable.queues.schedules.iter();
    for (schedule, _) in schedules.filter(|(_, schedule)| schedule.spec.queue == queue) {
        sink.emit(QueueEvent::ScheduleRemoved { schedule });
    }
    sink.emit(QueueEvent::QueueRemoved { queue });
    sink.answer(queue.0);
    Ok(())
}

use super::known;
use crate::bounds;
use crate::id::QueueId;
use crate::payload::{Payload, is_bounded};
use crate::queues::cron::Cron;
use crate::queues::schedule::{draft, next_ms};
use crate::queues::{QueueError, QueueEvent, ScheduleSpec};
use crate::refusal::Refusal;
use crate::state::{Sink, State};
use crate::text::is_name;

pub(super) fn set(state: &State<'_>, spec: &ScheduleSpec, sink: &mut Sink) -> Result<(), Refusal> {
    let queue = known(state, spec.queue)?;
    if queue.group.is_some() {
        let (queue, rule) = (spec.queue, "a group has its messages from its stream");
        return Err(QueueError::Kind { queue, rule }.into());
    }
    if !is_name(&spec.name) {
        let rule = "its name must have 1 to 256 bytes and no control characters";
        return Err(QueueError::ScheduleInvalid { rule }.into());
    }
    if matches!(spec.payload, Payload::Ref { .. }) || !is_bounded(Some(&spec.payload)) {
        let rule = "its message must have at most 256 bytes";
        return Err(QueueError::ScheduleInvalid { rule }.into());
    }
    if let Some(rule) = draft(spec).broken_rule(&queue.spec) {
        return Err(QueueError::MessageInvalid { rule }.into());
    }
    let cron = Cron::parse(&spec.cron).map_err(|rule| QueueError::ScheduleInvalid { rule })?;
    let schedules = &state.durable.queues.schedules;
    let before = schedules
        .iter()
        .find(|(_, known)| known.is(spec.queue, &spec.name));
    if let Some((schedule, _)) = before.filter(|(_, known)| known.spec == *spec) {
        sink.answer(schedule);
        return Ok(());
    }
    if before.is_none() && schedules.len() >= bounds::SCHEDULES {
        return Err(Refusal::limit("QUEUE_LIMIT", "schedules", bounds::SCHEDULES));
    }
    let Some(due_ms) = next_ms(&cron, state.durable.wall_ms(state.now_ms)) else {
        let rule = "its time never comes";
        return Err(QueueError::ScheduleInvalid { rule }.into());
    };
    if let Some((schedule, _)) = before {
        sink.emit(QueueEvent::ScheduleRemoved { schedule });
    }
    let spec = spec.clone();
    sink.emit(QueueEvent::ScheduleSet { spec, due_ms });
    if before.is_some() {
        sink.answer(state.durable.last_seq() + 2);
    }
    Ok(())
}

pub(super) fn remove(state: &State<'_>, queue: QueueId, name: &str, sink: &mut Sink) -> Result<(), Refusal> {
    known(state, queue)?;
    let mut schedules = state.durable.queues.schedules.iter();
    let Some((schedule, _)) = schedules.find(|(_, known)| known.is(queue, name)) else {
        let name = crate::text::clip(name);
        return Err(QueueError::ScheduleUnknown { name }.into());
    };
    sink.emit(QueueEvent::ScheduleRemoved { schedule });
    sink.answer(schedule);
    Ok(())
}

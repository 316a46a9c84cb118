use crate::bounds;
use crate::queues::{QueueError, QueueEvent, QueueSpec};
use crate::refusal::Refusal;
use crate::state::{Sink, State};

pub(super) fn decide(state: &State<'_>, spec: &QueueSpec, sink: &mut Sink) -> Result<(), Refusal> {
    if let Some(rule) = spec.broken_rule() {
        let name = crate::text::clip(&spec.name);
        return Err(QueueError::Invalid { name, rule }.into());
    }
    let queues = &state.durable.queues;
    let spec = spec.clone();
    let Some(queue) = queues.by_name(&spec.name) else {
        if queues.iter().count() >= bounds::QUEUES {
            return Err(Refusal::limit("QUEUE_LIMIT", "queues", bounds::QUEUES));
        }
        sink.emit(QueueEvent::QueueDefined { spec });
        return Ok(());
    };
    let known = queues.get(queue);
    if known.is_some_and(|known| known.spec.is_stream() != spec.is_stream()) {
        let rule = "a queue never becomes a stream, nor a stream a queue";
        return Err(QueueError::Kind { queue, rule }.into());
    }
    if known.is_some_and(|known| known.spec != spec) {
        sink.emit(QueueEvent::QueueChanged { queue, spec });
    }
    sink.answer(queue.0);
    Ok(())
}

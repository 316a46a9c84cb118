use super::stream_of;
use crate::bounds;
use crate::id::QueueId;
use crate::queues::{Position, QueueError, QueueEvent, QueueSpec};
use crate::refusal::Refusal;
use crate::state::{Sink, State};

/// Makes a group that begins at a position, or gives a known one other options and leaves it where it is.
pub(super) fn define(
    state: &State<'_>,
    stream: QueueId,
    spec: &QueueSpec,
    from: &Position,
    sink: &mut Sink,
) -> Result<(), Refusal> {
    stream_of(state, stream)?;
    if let Some(rule) = spec.broken_group_rule() {
        let name = crate::text::clip(&spec.name);
        return Err(QueueError::Invalid { name, rule }.into());
    }
    let queues = &state.durable.queues;
    let spec = spec.clone();
    if let Some(queue) = queues.group(stream, &spec.name) {
        if queues.get(queue).is_some_and(|known| known.spec != spec) {
            sink.emit(QueueEvent::QueueChanged { queue, spec });
        }
        sink.answer(queue.0);
        return Ok(());
    }
    if queues.iter().count() >= bounds::QUEUES {
        return Err(Refusal::limit("QUEUE_LIMIT", "queues", bounds::QUEUES));
    }
    let taken = queues.place(stream, from)?;
    let passed = queues.passed(stream, taken.0);
    sink.emit(QueueEvent::GroupDefined {
        stream,
        spec,
        taken,
        passed,
    });
    Ok(())
}

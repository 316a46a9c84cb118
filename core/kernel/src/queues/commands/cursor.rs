use super::stream_of;
use crate::bounds;
use crate::id::QueueId;
use crate::queues::{Cursor, Position, QueueError, QueueEvent};
use crate::refusal::Refusal;
use crate::state::{Sink, State};
use crate::text::is_name;

/// Makes a cursor that begins at a position; a known one stays where it is.
pub(super) fn open(
    state: &State<'_>,
    queue: QueueId,
    name: &str,
    from: &Position,
    sink: &mut Sink,
) -> Result<(), Refusal> {
    let known = stream_of(state, queue)?;
    if !is_name(name) {
        let rule = "the name of a cursor must have 1 to 256 bytes and no control characters";
        let name = crate::text::clip(&known.spec.name);
        return Err(QueueError::Invalid { name, rule }.into());
    }
    let queues = &state.durable.queues;
    if let Some((cursor, _)) = queues.cursors_of(queue).find(|(_, cursor)| cursor.name == name) {
        sink.answer(cursor);
        return Ok(());
    }
    if queues.cursors.len() >= bounds::CURSORS {
        return Err(Refusal::limit("QUEUE_LIMIT", "cursors", bounds::CURSORS));
    }
    let taken = queues.place(queue, from)?;
    let name = name.to_owned();
    sink.emit(QueueEvent::CursorOpened { queue, name, taken });
    Ok(())
}

/// Puts a cursor elsewhere; the answer names the number behind which it stands.
pub(super) fn shift(state: &State<'_>, cursor: u64, to: &Position, sink: &mut Sink) -> Result<(), Refusal> {
    let known = known(state, cursor)?;
    let taken = state.durable.queues.place(known.queue, to)?;
    sink.answer(taken.0);
    if taken != known.taken {
        sink.emit(QueueEvent::CursorMoved { cursor, taken });
    }
    Ok(())
}

pub(super) fn remove(state: &State<'_>, cursor: u64, sink: &mut Sink) -> Result<(), Refusal> {
    known(state, cursor)?;
    sink.answer(cursor);
    sink.emit(QueueEvent::CursorRemoved { cursor });
    Ok(())
}

fn known<'a>(state: &State<'a>, cursor: u64) -> Result<&'a Cursor, QueueError> {
    let known = state.durable.queues.cursors.get(cursor);
    known.ok_or(QueueError::CursorUnknown { cursor })
}

use super::known;
use crate::bounds;
use crate::id::QueueId;
use crate::queues::QueueError;
use crate::refusal::Refusal;
use crate::state::State;

pub(super) fn decide(state: &State<'_>, queue: QueueId, consumer: u64, credit: u32) -> Result<(), Refusal> {
    if known(state, queue)?.spec.is_stream() {
        let rule = "the messages of a stream are taken by its groups";
        return Err(QueueError::Kind { queue, rule }.into());
    }
    if credit > bounds::CREDIT {
        return Err(QueueError::MessageInvalid {
            rule: "a consumer must hold at most 65,535 messages",
        }
        .into());
    }
    let consumers = &state.volatile.consumers;
    if credit > 0 && consumers.len() >= bounds::CONSUMERS && !consumers.contains(queue, consumer) {
        return Err(Refusal::limit("QUEUE_LIMIT", "consumers", bounds::CONSUMERS));
    }
    Ok(())
}

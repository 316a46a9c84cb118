use super::publish::Plan;
use super::{Outgoing, Parts, held};
use crate::bounds;
use crate::id::{Fence, MessageId, QueueId};
use crate::queues::{QueueError, QueueEvent};
use crate::refusal::Refusal;
use crate::state::{Sink, State};

/// The answer names the number of each message that comes of it, in order.
pub(super) fn decide(
    state: &State<'_>,
    fence: Fence,
    message: MessageId,
    outgoing: &[Outgoing],
    sink: &mut Sink,
) -> Result<(), Refusal> {
    let known = held(state, fence, message)?;
    if let Some(rule) = broken_rule(outgoing) {
        return Err(QueueError::MessageInvalid { rule }.into());
    }
    let mut next = state.durable.queues.last_number() + 1;
    let (mut plans, mut parts) = (Vec::with_capacity(outgoing.len()), Parts::default());
    for Outgoing {
        queue,
        payload,
        messages,
    } in outgoing
    {
        let plan = Plan::of(state, *queue, payload, messages, next, Some(known))?;
        if let Some(refusal) = plan.refusal() {
            return Err(refusal.clone());
        }
        for _ in messages {
            parts.accept(parts.0.len(), next);
            next += 1;
        }
        plans.push((plan, payload));
    }
    sink.answer(message.0);
    sink.answer_parts(parts.0);
    if !crate::planted::is(29) {
        let (queue, messages) = (known.queue, vec![message]);
        sink.emit(QueueEvent::MessagesAcked { queue, messages });
    }
    for (plan, payload) in plans {
        plan.emit(state, payload, sink);
    }
    Ok(())
}

fn broken_rule(outgoing: &[Outgoing]) -> Option<&'static str> {
    let queues: Vec<QueueId> = outgoing.iter().map(|part| part.queue).collect();
    let count: usize = outgoing.iter().map(|part| part.messages.len()).sum();
    let mut drafts = outgoing.iter().flat_map(|part| &part.messages);
    let rules = [
        (
            queues.is_sorted_by(|a, b| a.0 < b.0),
            "messages that come of another must name each queue once, in the order of their ids",
        ),
        (
            (1..=bounds::MESSAGE_BATCH).contains(&count),
            "between 1 and 1,000 messages may come of another",
        ),
        (
            drafts.all(|draft| draft.id.is_none()),
            "a message that comes of another has no id: its acknowledgement makes it once",
        ),
    ];
    rules.iter().find(|(kept, _)| !kept).map(|(_, rule)| *rule)
}

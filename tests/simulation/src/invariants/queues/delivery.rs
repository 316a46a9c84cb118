use polyphon_kernel::MessageId;

use super::{At, Facts, Invariant, MessageFact, Place, QueueEvent, Seeing, event, must};

/// Messages that are handed out: where, the queue, the consumer, and what is known of each.
type HandedOut<'a> = (At, u64, u64, Vec<(MessageId, &'a MessageFact)>);

/// What an event hands out, if it hands out anything.
fn handed_out<'a>(facts: &'a Facts, what: &Seeing<'a>) -> Result<Option<HandedOut<'a>>, String> {
    let Some((
        at,
        QueueEvent::MessagesDelivered {
            queue,
            consumer,
            messages,
            ..
        },
    )) = event(what)
    else {
        return Ok(None);
    };
    let mut known = Vec::new();
    for number in messages {
        let message = facts.queues.messages.get(&number.0);
        match message.filter(|message| message.place == Place::Waiting && message.queue == queue.0) {
            Some(message) => known.push((*number, message)),
            None => {
                return Err(format!(
                    "{number} is handed out at {} and does not wait: {message:?}",
                    at.seq
                ));
            }
        }
    }
    Ok(Some((at, queue.0, *consumer, known)))
}

/// Messages of one key are dealt with one after the other.
pub(in crate::invariants) struct KeyOrder;

impl Invariant for KeyOrder {
    fn name(&self) -> &'static str {
        "messages of a key are dealt with in order"
    }

    fn see(&mut self, facts: &Facts, what: &Seeing<'_>) -> Result<(), String> {
        let Some((at, queue, _, messages)) = handed_out(facts, what)? else {
            return Ok(());
        };
        for (number, message) in messages.iter().filter(|(_, message)| message.key.is_some()) {
            let mut others = facts
                .queues
                .of(queue)
                .filter(|(_, other)| other.key == message.key);
            let before = others.find(|(other, fact)| *other < number.0 && fact.place != Place::Dead);
            must(before.is_none(), || {
                format!(
                    "{number} of key {:?} is handed out at {} before {before:?}",
                    message.key, at.seq
                )
            })?;
        }
        Ok(())
    }
}

/// Nobody gets a message whose time is over.
pub(in crate::invariants) struct TimeToLive;

impl Invariant for TimeToLive {
    fn name(&self) -> &'static str {
        "no message is handed out after its time"
    }

    fn see(&mut self, facts: &Facts, what: &Seeing<'_>) -> Result<(), String> {
        let Some((at, _, _, messages)) = handed_out(facts, what)? else {
            return Ok(());
        };
        let late = messages.iter().find(|(_, message)| message.expires_ms <= at.ms);
        must(late.is_none(), || format!("{late:?} is handed out at {}", at.ms))
    }
}

/// Whoever has waited long enough comes before what is more urgent.
pub(in crate::invariants) struct Priorities;

impl Invariant for Priorities {
    fn name(&self) -> &'static str {
        "priority never starves"
    }

    fn see(&mut self, facts: &Facts, what: &Seeing<'_>) -> Result<(), String> {
        let Some((at, queue, _, messages)) = handed_out(facts, what)? else {
            return Ok(());
        };
        let Some(known) = facts.queues.queues.get(&queue) else {
            return Ok(());
        };
        let rank = |message: &MessageFact| message.since_ms + (3 - message.priority) * known.spec.ageing_ms;
        let last = messages
            .iter()
            .map(|(_, message)| rank(message))
            .max()
            .unwrap_or_default();
        let is_given = |number: u64| messages.iter().any(|(given, _)| given.0 == number);
        let is_first = |number: u64, message: &MessageFact| {
            let mut others = facts.queues.of(queue).take_while(|(other, _)| *other < number);
            message.key.is_none()
                || !others.any(|(_, other)| other.key == message.key && other.place != Place::Dead)
        };
        let mut passed_over = facts.queues.of(queue).filter(|(number, message)| {
            let is_left = message.place == Place::Waiting && !is_given(*number);
            is_left && rank(message) < last && is_first(*number, message)
        });
        let first = passed_over.next();
        must(first.is_none(), || {
            format!("{first:?} is passed over at {}", at.seq)
        })
    }
}

/// Users of a world take so many messages at once, by the number of the consumer.
pub(crate) fn credit(consumer: u64) -> u32 {
    1 + (consumer % 6) as u32
}

/// A consumer holds no more messages than it said it takes.
pub(in crate::invariants) struct Credit;

impl Invariant for Credit {
    fn name(&self) -> &'static str {
        "a consumer holds no more than its credit"
    }

    fn see(&mut self, facts: &Facts, what: &Seeing<'_>) -> Result<(), String> {
        let Some((at, queue, consumer, messages)) = handed_out(facts, what)? else {
            return Ok(());
        };
        let held = facts
            .queues
            .of(queue)
            .filter(|(_, message)| message.place == Place::InFlight && message.consumer == consumer);
        let count = held.count() + messages.len();
        must(count <= credit(consumer) as usize, || {
            format!(
                "consumer {consumer} holds {count} messages of {} at {}",
                credit(consumer),
                at.seq
            )
        })
    }
}

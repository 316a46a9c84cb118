//! Hands messages to consumers that have room for them.

use polyphon_sorted::SortedMap;

use super::{Lane, QueueEvent, take};
use crate::bounds;
use crate::event::Event;
use crate::id::{MessageId, QueueId};
use crate::state::State;

/// Who takes messages, and how many at once. Forgotten at a restart: whoever consumes says so again.
#[derive(Clone, Debug, Default)]
pub struct Consumers(SortedMap<(u64, u64), u64>);

impl Consumers {
    /// How many messages a consumer may hold from now on; 0 ends it.
    pub(crate) fn set(&mut self, queue: QueueId, consumer: u64, credit: u32) {
        match credit {
            0 => drop(self.0.remove(&(queue.0, consumer))),
            credit => drop(self.0.insert((queue.0, consumer), credit.into())),
        }
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn contains(&self, queue: QueueId, consumer: u64) -> bool {
        self.0.contains_key(&(queue.0, consumer))
    }

    /// How many messages more the consumers of a queue may hold.
    pub(crate) fn free(&self, queue: u64, lane: &Lane) -> u64 {
        let held = |consumer| lane.held.get(&consumer).copied().unwrap_or_default();
        let free = |(consumer, credit): (u64, u64)| credit.saturating_sub(held(consumer));
        self.of(queue).map(free).sum()
    }

    /// Consumers of a queue with their credit.
    fn of(&self, queue: u64) -> impl Iterator<Item = (u64, u64)> {
        let known = self
            .0
            .range_from(&(queue, 0))
            .take_while(move |((of, _), _)| *of == queue);
        known.map(|((_, consumer), credit)| (*consumer, *credit))
    }
}

/// What a step has handed out so far.
#[derive(Debug, Default)]
pub(crate) struct Pass {
    messages: usize,
    /// Queue that was served last: the next one comes first.
    after: u64,
}

impl Pass {
    /// The rest is for the next step.
    pub(crate) fn is_spent(&self) -> bool {
        self.messages >= bounds::STEP_MESSAGES
    }
}

/// The next grant, or the end of messages whose time was over before somebody took them.
pub(crate) fn next(state: &State<'_>, pass: &mut Pass) -> Option<Event> {
    if let Some((event, count)) = take::next(state) {
        pass.messages += count;
        return Some(event.into());
    }
    let busy = &state.durable.queues.busy;
    let after = busy
        .range_from(&(pass.after + 1))
        .chain(busy.iter().take_while(|queue| **queue <= pass.after));
    for queue in after {
        let Some((consumer, free)) = chosen(state, *queue) else {
            continue;
        };
        let (event, count) = run(state, QueueId(*queue), consumer, free);
        pass.messages += count.max(1);
        pass.after = *queue;
        return Some(event.into());
    }
    None
}

/// The consumer whose turn it is, and how many messages of what waits are its share.
fn chosen(state: &State<'_>, queue: u64) -> Option<(u64, usize)> {
    let lane = state.durable.queues.lane(QueueId(queue))?;
    let mut shares = 0;
    let mut first = None;
    let mut next = None;
    for (consumer, credit) in state.volatile.consumers.of(queue) {
        let credit = credit + u64::from(crate::planted::is(21));
        let held = lane.held.get(&consumer).copied().unwrap_or_default();
        let Some(free) = credit.checked_sub(held).filter(|free| *free > 0) else {
            continue;
        };
        shares += 1;
        first = first.or(Some((consumer, free)));
        if consumer > lane.turn && next.is_none() {
            next = Some((consumer, free));
        }
    }
    let (consumer, free) = next.or(first)?;
    let share = lane.ready.len().div_ceil(shares).min(bounds::MESSAGE_RUN);
    Some((consumer, share.min(usize::try_from(free).unwrap_or(usize::MAX))))
}

fn run(state: &State<'_>, queue: QueueId, consumer: u64, most: usize) -> (QueueEvent, usize) {
    let queues = &state.durable.queues;
    let (mut messages, mut expired) = (Vec::new(), Vec::new());
    for (_, number) in queues
        .lane(queue)
        .into_iter()
        .flat_map(|lane: &Lane| lane.ready.iter())
        .take(most)
    {
        let number = MessageId(*number);
        let is_over = queues
            .message(number)
            .is_none_or(|message| message.expires_ms <= state.now_ms);
        if is_over && !crate::planted::is(22) {
            expired.push(number);
        } else {
            messages.push(number);
        }
    }
    if !expired.is_empty() {
        let count = expired.len();
        let messages = expired;
        return (QueueEvent::MessagesExpired { queue, messages }, count);
    }
    let lease_ms = queues.get(queue).map_or(1, |queue| queue.spec.lease_ms);
    let until_ms = state.now_ms.saturating_add(lease_ms);
    let count = messages.len();
    let event = QueueEvent::MessagesDelivered {
        queue,
        consumer,
        until_ms,
        messages,
    };
    (event, count)
}

use std::collections::VecDeque;

use polyphon_sorted::{SortedMap, SortedSet};

use crate::queues::{Message, MessageStatus};
use crate::tasks::Priority;

/// Numbers in the order of a time or rank.
pub(crate) type Line = SortedSet<(u64, u64)>;

/// What is derived of one queue: where each of its messages stands.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lane {
    /// Those somebody may have, by rank: strictly by priority, unless waiting outweighs it.
    pub(crate) ready: Line,
    /// By the time they may be handed out.
    pub(crate) delayed: Line,
    /// Those that wait or are delayed, by the time they are gone.
    pub(crate) expiring: Line,
    /// Dead letters, by the time they are dropped.
    pub(crate) dead: Line,
    /// Messages of a key that have not been dealt with, in the order they were published; only the first moves.
    pub(super) keys: SortedMap<String, Line>,
    /// Messages in the hands of each consumer.
    pub(crate) held: SortedMap<u64, u64>,
    /// Messages whose ids are remembered, oldest first.
    pub(super) recent: VecDeque<u64>,
    /// Of a group: what it has taken and not dealt with, by its number in the stream.
    pub(crate) open: Line,
    /// Of a stream: the first number of each batch it keeps.
    pub(crate) segments: VecDeque<u64>,
    /// Who was served last.
    pub(crate) turn: u64,
    pub(super) ageing_ms: u64,
}

impl Lane {
    /// Puts a message where its status says; `moves` unless another of its key comes first.
    pub(super) fn place(&mut self, number: u64, message: &Message, moves: bool) {
        match message.status {
            MessageStatus::Dead => {
                self.dead.insert((message.expires_ms, number));
            }
            MessageStatus::InFlight => {}
            MessageStatus::Waiting | MessageStatus::Delayed => {
                self.expiring.insert((message.expires_ms, number));
                if moves {
                    self.show(number, message);
                }
            }
        }
    }

    /// Nothing comes before it any more.
    pub(super) fn show(&mut self, number: u64, message: &Message) {
        match message.status {
            MessageStatus::Waiting => self.ready.insert((self.rank(message), number)),
            MessageStatus::Delayed => self.delayed.insert((message.at_ms, number)),
            MessageStatus::InFlight | MessageStatus::Dead => false,
        };
    }

    /// Takes it from where [`Lane::place`] put it.
    pub(super) fn unplace(&mut self, number: u64, message: &Message) {
        match message.status {
            MessageStatus::Dead => {
                self.dead.remove(&(message.expires_ms, number));
            }
            MessageStatus::InFlight => {}
            MessageStatus::Waiting | MessageStatus::Delayed => {
                self.expiring.remove(&(message.expires_ms, number));
                self.ready.remove(&(self.rank(message), number));
                self.delayed.remove(&(message.at_ms, number));
            }
        }
    }

    /// Enters it in the line of its key; answers whether it is the first there.
    pub(super) fn line_up(&mut self, number: u64, message: &Message) -> bool {
        let Some(key) = message.key().filter(|_| message.status != MessageStatus::Dead) else {
            return true;
        };
        if crate::planted::is(17) {
            return true;
        }
        if !self.keys.contains_key(key) {
            self.keys.insert(key.clone(), Line::default());
        }
        let Some(line) = self.keys.get_mut(key) else {
            return true;
        };
        line.insert((number, 0));
        line.first() == Some(&(number, 0))
    }

    /// Takes it out of the line of its key; answers who is the first there now, if that changed.
    pub(super) fn step_out(&mut self, number: u64, key: &str) -> Option<u64> {
        let line = self.keys.get_mut(key)?;
        let was_first = line.first() == Some(&(number, 0));
        line.remove(&(number, 0));
        let next = line.first().map(|(number, _)| *number);
        if next.is_none() {
            self.keys.remove(key);
        }
        next.filter(|_| was_first)
    }

    /// Lower goes first: every priority above the lowest counts as so much more waiting.
    fn rank(&self, message: &Message) -> u64 {
        let below = Priority::Critical as u64 - message.priority as u64;
        let ageing_ms = if crate::planted::is(18) {
            u64::from(u32::MAX)
        } else {
            self.ageing_ms
        };
        message.at_ms.saturating_add(below.saturating_mul(ageing_ms))
    }
}

//! Streams: messages that stay for groups and cursors.
//!
//! A stream keeps the batches as they were published. A group is a queue of its own that takes its messages from there,
//! a few at a time: only what it has taken costs as much as a message of a queue, and its acknowledgements, retries and
//! dead letters are those of any queue. A cursor is a place in the stream and nothing more.

use polyphon_wire::wire;

use super::{Extra, Message, MessageStatus, Published, QueueError, Queues};
use crate::bounds;
use crate::id::{Fence, MessageId, QueueId};

wire! {
    /// Where a group takes its messages from, and how far it is.
    pub struct Group {
        stream: QueueId,
        /// The last number it has taken.
        taken: MessageId,
        /// Messages the stream was given up to there.
        passed: u64,
    }
}

wire! {
    /// Messages of a stream that were published together, under the number of the first.
    pub struct Segment {
        queue: QueueId,
        /// Messages the stream was given before these.
        before: u64,
        published_ms: u64,
        expires_ms: u64,
        messages: Vec<Published>,
    }
}

impl Segment {
    /// The number of its last message.
    pub(crate) fn last(&self, first: u64) -> u64 {
        (first + self.messages.len() as u64).saturating_sub(1)
    }
}

/// A message a stream keeps.
pub(crate) struct Kept<'a> {
    pub(crate) number: u64,
    /// The number of its batch, and the batch.
    pub(crate) first: u64,
    pub(crate) segment: &'a Segment,
    pub(crate) message: &'a Published,
}

impl Kept<'_> {
    /// Whether it expired.
    pub(crate) fn is_over(&self, now_ms: u64) -> bool {
        self.message.expires_ms.unwrap_or(self.segment.expires_ms) <= now_ms
    }

    /// As a group has it.
    pub(crate) fn copy(&self, queue: QueueId) -> Message {
        let Self { segment, message, .. } = self;
        let extra = Extra {
            id: message.id.clone(),
            key: message.key.clone(),
            origin: Some(MessageId(self.number)),
            ..Extra::default()
        };
        Message {
            queue,
            batch: self.first,
            offset: message.offset,
            bytes: message.bytes,
            priority: message.priority,
            status: MessageStatus::Waiting,
            attempts: 0,
            published_ms: segment.published_ms,
            at_ms: segment.published_ms,
            expires_ms: message.expires_ms.unwrap_or(segment.expires_ms),
            fence: Fence(0),
            extra: Some(Box::new(extra)),
        }
    }
}

wire! {
    /// A place in a stream that is kept for a reader.
    pub struct Cursor {
        queue: QueueId,
        /// Unique in its stream.
        name: String,
        /// The last number that was read.
        taken: MessageId,
    }
}

wire! {
    /// A place in a stream.
    pub enum Position {
        /// Before everything that is kept.
        1 => Start {},
        /// Behind everything that was published.
        2 => End {},
        /// Before the message of this number.
        3 => Number { number: MessageId },
        /// Before the first message that was published then or later.
        4 => Since { at_ms: u64 },
    }
}

impl Queues {
    /// The number behind which a position of a stream begins.
    pub(crate) fn place(&self, stream: QueueId, position: &Position) -> Result<MessageId, QueueError> {
        let trimmed = self.trimmed(stream);
        let taken = match position {
            Position::Start {} => trimmed,
            Position::End {} => self.last_of(stream),
            Position::Number { number } if number.0 > self.last_number() + 1 => {
                let rule = "a position must not lie behind the message that comes next";
                return Err(QueueError::MessageInvalid { rule });
            }
            Position::Number { number } if number.0.max(1) <= trimmed && !crate::planted::is(33) => {
                let (position, oldest) = (*number, self.oldest(stream));
                return Err(QueueError::CursorExpired { position, oldest });
            }
            Position::Number { number } => number.0.saturating_sub(1),
            Position::Since { at_ms } => {
                let firsts = self.segments_of(stream);
                let index = firsts.partition_point(|first| {
                    let segment = self.segments.get(*first);
                    segment.is_some_and(|segment| segment.published_ms < *at_ms)
                });
                let before = firsts.get(index).map(|first| first.saturating_sub(1));
                before.map_or_else(|| self.last_of(stream), |before| before.max(trimmed))
            }
        };
        Ok(MessageId(taken))
    }

    /// The oldest message a stream keeps; the next one that comes when it keeps none.
    pub(crate) fn oldest(&self, stream: QueueId) -> MessageId {
        let first = self.after(stream, 0);
        MessageId(first.map_or_else(|| self.last_number() + 1, |kept| kept.number))
    }

    /// The last number a stream keeps no more.
    pub(crate) fn trimmed(&self, stream: QueueId) -> u64 {
        self.get(stream).map_or(0, |queue| queue.trimmed.0)
    }

    /// The last number of a stream.
    pub(crate) fn last_of(&self, stream: QueueId) -> u64 {
        let first = self.segments_of(stream).back();
        let last = first.and_then(|first| Some(self.segments.get(*first)?.last(*first)));
        last.unwrap_or_else(|| self.trimmed(stream))
    }

    /// Messages a stream was given up to a number, which is kept or the last one that is not.
    pub(crate) fn passed(&self, stream: QueueId, number: u64) -> u64 {
        let firsts = self.segments_of(stream);
        let index = firsts.partition_point(|first| *first <= number);
        let Some(first) = index.checked_sub(1).and_then(|index| firsts.get(index)) else {
            let next = firsts.front().and_then(|first| self.segments.get(*first));
            let published = self.get(stream).map_or(0, |queue| queue.counts.published);
            return next.map_or(published, |segment| segment.before);
        };
        let Some(segment) = self.segments.get(*first) else {
            return 0;
        };
        segment.before + (number + 1 - first).min(segment.messages.len() as u64)
    }

    /// The next message a stream keeps behind a number.
    #[inline(never)]
    pub(crate) fn after(&self, stream: QueueId, number: u64) -> Option<Kept<'_>> {
        let number = number.max(self.trimmed(stream)) + 1;
        let firsts = self.segments_of(stream);
        // The last batch that begins at or before it may reach it; if not, the next one begins behind it.
        let index = firsts.partition_point(|first| *first <= number);
        for index in index.saturating_sub(1)..=index {
            let first = *firsts.get(index)?;
            let segment = self.segments.get(first)?;
            let at = number.saturating_sub(first);
            if let Some(message) = segment.messages.get(at as usize) {
                return Some(Kept {
                    number: first + at,
                    first,
                    segment,
                    message,
                });
            }
        }
        None
    }

    /// The last number up to which a stream may be trimmed at once: of what ends by `through` and expires by `by_ms`.
    #[inline(never)]
    pub(crate) fn trimmable(&self, stream: QueueId, through: u64, by_ms: u64) -> u64 {
        let mut last = 0;
        for first in self.segments_of(stream).iter().take(bounds::TRIMMED_SEGMENTS) {
            let segment = self.segments.get(*first);
            match segment.filter(|segment| *first <= through && segment.expires_ms <= by_ms) {
                Some(segment) => last = segment.last(*first),
                None => break,
            }
        }
        last.min(through)
    }

    /// Groups of a stream.
    pub(crate) fn groups_of(&self, stream: QueueId) -> impl Iterator<Item = QueueId> {
        let groups = self.by_name.range_from(&(stream.0, String::new()));
        groups
            .take_while(move |((of, _), _)| *of == stream.0 && stream.0 > 0)
            .map(|(_, group)| *group)
    }

    /// The first message a group of the stream has not dealt with; `None` when it has no group.
    pub(crate) fn floor(&self, stream: QueueId) -> Option<u64> {
        let floor = |group| {
            let taken = self.get(group)?.group.as_ref()?.taken.0;
            let open = self.lane(group).and_then(|lane| lane.open.first());
            Some(open.map_or(taken + 1, |(origin, _)| *origin).min(taken + 1))
        };
        let floors = self.groups_of(stream).filter_map(floor);
        if crate::planted::is(35) {
            floors.max()
        } else {
            floors.min()
        }
    }
}

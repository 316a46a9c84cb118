//! Every queue and message, and what is derived from them.

mod evolve;
mod lane;
mod moves;
mod streams;

use std::collections::VecDeque;

use polyphon_sorted::{SortedMap, SortedSet};

use polyphon_wire::wire;

use super::{Batch, Cursor, Group, Message, QueueSpec, Schedule, Segment};
use crate::id::{Fence, MessageId, QueueId};
use crate::leases::Runs;
use crate::state::Table;
pub(crate) use lane::{Lane, Line};

wire! {
    /// How many messages are where. Published ones are acked, waiting, in flight, dead, expired or dropped.
    #[derive(Copy, Default)]
    pub struct QueueCounts {
        published: u64,
        acked: u64,
        /// Waiting or delayed.
        waiting: u64,
        in_flight: u64,
        dead: u64,
        expired: u64,
        /// Made room, or were thrown away.
        dropped: u64,
        /// Bytes of those that wait or are in flight.
        bytes: u64,
        /// Bytes of dead letters.
        dead_bytes: u64,
        /// Times a message was handed out.
        delivered: u64,
        /// Times one came back.
        returned: u64,
        /// Times one became a dead letter.
        died: u64,
        /// Times a dead letter was sent back.
        redriven: u64,
    }
}

wire! {
    /// One queue.
    pub struct Queue {
        spec: QueueSpec,
        counts: QueueCounts,
        created_ms: u64,
        /// Of a group: where it takes its messages from.
        group: Option<Group>,
        /// Of a stream: the last number it keeps no more.
        trimmed: MessageId,
    }
}

impl Queue {
    /// Its name among those it must differ from.
    pub(super) fn place_of_name(&self) -> (u64, String) {
        let stream = self.group.as_ref().map_or(0, |group| group.stream.0);
        (stream, self.spec.name.clone())
    }
}

wire! {
    /// An id that is remembered, under the number of its message.
    pub struct Recent { queue: QueueId, id: String, until_ms: u64 }
}

wire! {
    /// The last number a message was given.
    pub struct Numbers { last: u64 }
}

static NO_SEGMENTS: VecDeque<u64> = VecDeque::new();

/// Every queue and what is in it.
#[derive(Clone, Debug, Default)]
pub struct Queues {
    pub(crate) table: Table<QueueId, Queue>,
    pub(crate) messages: Table<MessageId, Message>,
    pub(crate) batches: Table<u64, Batch>,
    pub(crate) runs: Runs,
    pub(crate) recent: Table<MessageId, Recent>,
    /// One entry, under 0.
    pub(crate) numbers: Table<u64, Numbers>,
    pub(crate) schedules: Table<u64, Schedule>,
    /// Batches of streams, by the number of their first message.
    pub(crate) segments: Table<u64, Segment>,
    pub(crate) cursors: Table<u64, Cursor>,
    /// By stream, which is 0 for what is no group, and name.
    pub(super) by_name: SortedMap<(u64, String), QueueId>,
    by_id: SortedMap<(u64, String), MessageId>,
    lanes: SortedMap<u64, Lane>,
    /// Queues somebody may have a message of.
    pub(crate) busy: SortedSet<u64>,
    /// Groups that have not taken all of their stream.
    pub(crate) behind: SortedSet<u64>,
    /// Streams that keep something nobody needs.
    pub(crate) loose: SortedSet<u64>,
    /// Messages streams keep.
    pub(crate) kept: u64,
    /// Messages groups hold.
    pub(crate) copies: u64,
    /// Runs nobody will report on, because their node has ended.
    pub(crate) orphans: SortedSet<u64>,
    /// Runs and batches that ended with the last event.
    pub(crate) ended: Vec<Fence>,
    pub(crate) emptied: Vec<u64>,
}

impl Queues {
    /// One queue.
    pub fn get(&self, queue: QueueId) -> Option<&Queue> {
        self.table.get(queue)
    }

    /// Every queue, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = (QueueId, &Queue)> {
        self.table.iter()
    }

    /// The queue of a name.
    pub fn by_name(&self, name: &str) -> Option<QueueId> {
        self.named(0, name)
    }

    /// The group of a name.
    pub fn group(&self, stream: QueueId, name: &str) -> Option<QueueId> {
        self.named(stream.0, name)
    }

    fn named(&self, stream: u64, name: &str) -> Option<QueueId> {
        self.by_name.get(&(stream, name.to_owned())).copied()
    }

    /// Every cursor, oldest first.
    pub fn cursors(&self) -> impl Iterator<Item = (u64, &Cursor)> {
        self.cursors.iter()
    }

    pub(crate) fn cursors_of(&self, stream: QueueId) -> impl Iterator<Item = (u64, &Cursor)> {
        self.cursors
            .iter()
            .filter(move |(_, cursor)| cursor.queue == stream)
    }

    /// The first number of each batch a stream keeps.
    pub(crate) fn segments_of(&self, stream: QueueId) -> &VecDeque<u64> {
        self.lane(stream).map_or(&NO_SEGMENTS, |lane| &lane.segments)
    }

    /// A message that is in its queue.
    pub fn message(&self, message: MessageId) -> Option<&Message> {
        self.messages.get(message)
    }

    /// Every message that is in a queue, oldest first.
    pub fn messages(&self) -> impl Iterator<Item = (MessageId, &Message)> {
        self.messages.iter()
    }

    /// Every schedule, oldest first.
    pub fn schedules(&self) -> impl Iterator<Item = (u64, &Schedule)> {
        self.schedules.iter()
    }

    /// The last number a message was given.
    pub(crate) fn last_number(&self) -> u64 {
        self.numbers.get(0).map_or(0, |numbers| numbers.last)
    }

    pub(crate) fn lane(&self, queue: QueueId) -> Option<&Lane> {
        self.lanes.get(&queue.0)
    }

    /// The message that has this id, while it is remembered.
    pub(crate) fn repeated(&self, queue: QueueId, id: &str, now_ms: u64) -> Option<MessageId> {
        let number = self.by_id.get(&(queue.0, id.to_owned()))?;
        let known = self.recent.get(*number)?;
        (known.until_ms > now_ms && !crate::planted::is(27)).then_some(*number)
    }

    /// When time alone changes something in a queue.
    pub(crate) fn wake_ms(&self, queue: QueueId) -> Option<u64> {
        let lane = self.lane(queue)?;
        let firsts =
            [&lane.delayed, &lane.expiring, &lane.dead].map(|line| line.first().map(|(at_ms, _)| *at_ms));
        let oldest = lane.segments.front().and_then(|first| self.segments.get(*first));
        let firsts = firsts.into_iter().flatten();
        firsts.chain(oldest.map(|segment| segment.expires_ms)).min()
    }

    /// When the time of a run, or of a part of it, is over.
    pub(crate) fn run_deadline(&self, fence: Fence) -> Option<u64> {
        let run = self.runs.get(fence)?;
        let held = run
            .members
            .iter()
            .filter_map(|number| self.messages.get(MessageId(*number)));
        let mut times = held
            .filter(|message| message.is_held(fence))
            .map(|message| message.at_ms);
        // All have the same time unless some were given more.
        if run.extended { times.min() } else { times.next() }
    }
}

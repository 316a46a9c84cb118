//! How a message goes from one place to another: every change of where it is comes through here.

use super::{Lane, Queues};
use crate::id::{Fence, MessageId, QueueId};
use crate::queues::{Message, MessageStatus};

impl Queues {
    /// A message comes into its queue.
    pub(super) fn enter(&mut self, number: MessageId, message: Message) {
        self.tally(&message, 1);
        let lane = self.lanes.get_or_default(message.queue.0);
        let moves = lane.line_up(number.0, &message);
        lane.place(number.0, &message, moves);
        if let Some(origin) = message.origin() {
            lane.open.insert((origin.0, number.0));
            self.copies += 1;
        }
        self.note_busy(message.queue);
        self.messages.insert(number, message);
    }

    /// A message is somewhere else from now on.
    pub(super) fn turn(
        &mut self,
        number: MessageId,
        status: MessageStatus,
        at_ms: u64,
        change: &mut dyn FnMut(&mut Message),
    ) {
        let Some(before) = self.messages.get(number).cloned() else {
            return;
        };
        let mut message = before.clone();
        (message.status, message.at_ms) = (status, at_ms);
        change(&mut message);
        self.tally(&before, -1);
        self.tally(&message, 1);
        let Some(lane) = self.lanes.get_mut(&message.queue.0) else {
            return;
        };
        lane.unplace(number.0, &before);
        if before.status == MessageStatus::InFlight {
            self.release(number, before.fence);
        }
        let Some(lane) = self.lanes.get_mut(&message.queue.0) else {
            return;
        };
        let is_dead = message.status == MessageStatus::Dead;
        if let Some(origin) = message.origin().filter(|_| is_dead) {
            lane.open.remove(&(origin.0, number.0));
        }
        let moves = is_dead || lane.line_up(number.0, &message);
        lane.place(number.0, &message, moves);
        let queue = message.queue;
        if let Some(known) = self.messages.get_mut(number) {
            *known = message;
        }
        if is_dead {
            self.let_next(number, &before);
        }
        self.note_busy(queue);
    }

    /// A message leaves its queue. Its batch is needed by one less.
    pub(super) fn leave(&mut self, number: MessageId) -> Option<Message> {
        let message = self.take_out(number)?;
        self.let_go(message.batch);
        Some(message)
    }

    /// A batch is needed by one less.
    pub(super) fn let_go(&mut self, number: u64) {
        let Some(batch) = self.batches.get_mut(number) else {
            return;
        };
        batch.left = batch.left.saturating_sub(1);
        if batch.left == 0 {
            match batch.payload {
                crate::Payload::Inline { .. } => drop(self.batches.remove(number)),
                crate::Payload::Ref { .. } => self.emptied.push(number),
            }
        }
    }

    /// A message leaves its queue; its payload is still needed.
    pub(super) fn take_out(&mut self, number: MessageId) -> Option<Message> {
        let message = self.messages.remove(number)?;
        self.tally(&message, -1);
        if let Some(lane) = self.lanes.get_mut(&message.queue.0) {
            lane.unplace(number.0, &message);
            if let Some(origin) = message.origin() {
                lane.open.remove(&(origin.0, number.0));
                self.copies -= 1;
            }
        }
        if message.status == MessageStatus::InFlight {
            self.release(number, message.fence);
        }
        if message.status != MessageStatus::Dead {
            self.let_next(number, &message);
        }
        self.note_busy(message.queue);
        Some(message)
    }

    /// Whoever held it holds one less.
    fn release(&mut self, number: MessageId, fence: Fence) {
        let Some(run) = self.runs.get(fence) else { return };
        let (queue, consumer) = (run.queue, run.consumer);
        if let Some(lane) = self.lanes.get_mut(&queue.0) {
            if let Some(held) = lane.held.get_mut(&consumer) {
                *held = held.saturating_sub(1);
            }
            if lane.held.get(&consumer) == Some(&0) {
                lane.held.remove(&consumer);
            }
        }
        debug_assert!(number.0 > 0);
        let is_extended = self.runs.get(fence).is_some_and(|run| run.extended);
        if self.runs.end_one(fence) || is_extended {
            self.ended.push(fence);
            if self.runs.get(fence).is_none() {
                self.orphans.remove(&fence.0);
            }
        }
    }

    /// The next message of its key may move.
    fn let_next(&mut self, number: MessageId, message: &Message) {
        let Some(key) = message.key() else { return };
        let Some(lane) = self.lanes.get_mut(&message.queue.0) else {
            return;
        };
        let next = lane.step_out(number.0, key);
        let Some(next) = next.filter(|_| !crate::planted::is(19)) else {
            return;
        };
        if let Some(message) = self.messages.get(MessageId(next)) {
            lane.show(next, message);
        }
    }

    fn note_busy(&mut self, queue: QueueId) {
        let has_ready = self
            .lanes
            .get(&queue.0)
            .is_some_and(|lane| !lane.ready.is_empty());
        if has_ready {
            self.busy.insert(queue.0);
        } else {
            self.busy.remove(&queue.0);
        }
    }

    /// Counts a message where it is, or no more.
    fn tally(&mut self, message: &Message, by: i64) {
        let Some(queue) = self.table.get_mut(message.queue) else {
            return;
        };
        let counts = &mut queue.counts;
        let (count, bytes) = match message.status {
            MessageStatus::Waiting | MessageStatus::Delayed => (&mut counts.waiting, &mut counts.bytes),
            MessageStatus::InFlight => (&mut counts.in_flight, &mut counts.bytes),
            MessageStatus::Dead => (&mut counts.dead, &mut counts.dead_bytes),
        };
        *count = count.saturating_add_signed(by);
        *bytes = bytes.saturating_add_signed(by * i64::from(message.bytes));
    }

    /// Derives what is derived, after the tables were filled from a snapshot, and for a new node.
    pub(crate) fn rebuild(&mut self, epoch: u64) {
        self.by_name.clear();
        self.by_id.clear();
        self.lanes.clear();
        self.busy.clear();
        for (id, queue) in self.table.iter() {
            self.by_name.insert(queue.place_of_name(), id);
            let ageing_ms = queue.spec.ageing_ms;
            self.lanes.insert(
                id.0,
                Lane {
                    ageing_ms,
                    ..Lane::default()
                },
            );
        }
        self.copies = 0;
        for (number, message) in self.messages.iter() {
            let Some(lane) = self.lanes.get_mut(&message.queue.0) else {
                continue;
            };
            let moves = lane.line_up(number.0, message);
            lane.place(number.0, message, moves);
            if let Some(origin) = message.origin() {
                self.copies += 1;
                if message.status != MessageStatus::Dead {
                    lane.open.insert((origin.0, number.0));
                }
            }
            if message.status == MessageStatus::InFlight
                && let Some(run) = self.runs.get(message.fence)
            {
                *lane.held.get_or_default(run.consumer) += 1;
            }
        }
        for (number, known) in self.recent.iter() {
            self.by_id.insert((known.queue.0, known.id.clone()), number);
            if let Some(lane) = self.lanes.get_mut(&known.queue.0) {
                lane.recent.push_back(number.0);
            }
        }
        self.rebuild_streams();
        for (id, lane) in &self.lanes {
            if !lane.ready.is_empty() {
                self.busy.insert(*id);
            }
        }
        self.find_orphans(epoch);
    }

    /// Runs of an earlier node have nobody left who could report on them.
    pub(crate) fn find_orphans(&mut self, epoch: u64) {
        self.orphans.clear();
        for (fence, run) in self.runs.iter() {
            if run.epoch < epoch {
                self.orphans.insert(fence.0);
            }
        }
    }
}

//! What happens to streams, their groups and cursors.

use super::{Queue, QueueCounts, Queues};
use crate::id::{MessageId, QueueId};
use crate::queues::{Cursor, Group, Published, QueueEvent, QueueKind, Segment, TrimCause};

impl Queues {
    pub(super) fn evolve_stream(&mut self, seq: u64, now_ms: u64, event: &QueueEvent) {
        match event {
            QueueEvent::GroupDefined {
                stream,
                spec,
                taken,
                passed,
            } => {
                let (stream, taken, passed) = (*stream, *taken, *passed);
                let group = Some(Group {
                    stream,
                    taken,
                    passed,
                });
                self.define(QueueId(seq), spec.clone(), now_ms, group);
                self.note_stream(stream);
            }
            QueueEvent::MessagesTaken {
                queue,
                first,
                through,
            } => self.take(*queue, *first, *through, now_ms),
            QueueEvent::StreamTrimmed {
                queue,
                through,
                cause,
            } => self.trim(*queue, *through, *cause),
            QueueEvent::CursorOpened { queue, name, taken } => {
                let (queue, name, taken) = (*queue, name.clone(), *taken);
                self.cursors.insert(seq, Cursor { queue, name, taken });
            }
            QueueEvent::CursorMoved { cursor, taken } => {
                if let Some(known) = self.cursors.get_mut(*cursor) {
                    known.taken = *taken;
                }
            }
            QueueEvent::CursorRemoved { cursor } => drop(self.cursors.remove(*cursor)),
            _ => {}
        }
    }

    /// Messages come into a stream.
    pub(super) fn append(
        &mut self,
        queue: QueueId,
        first: MessageId,
        now_ms: u64,
        expires_ms: u64,
        messages: &[Published],
    ) {
        let bytes: u64 = messages.iter().map(|message| u64::from(message.bytes)).sum();
        let mut before = 0;
        self.count(queue, |counts| {
            before = counts.published;
            counts.waiting += messages.len() as u64;
            counts.bytes += bytes;
        });
        if let Some(lane) = self.lanes.get_mut(&queue.0) {
            lane.segments.push_back(first.0);
        }
        self.kept += messages.len() as u64;
        let messages = messages.to_vec();
        self.segments.insert(
            first.0,
            Segment {
                queue,
                before,
                published_ms: now_ms,
                expires_ms,
                messages,
            },
        );
    }

    fn take(&mut self, id: QueueId, first: MessageId, through: MessageId, now_ms: u64) {
        let Some(group) = self.get(id).and_then(|queue| queue.group.clone()) else {
            return;
        };
        let (mut at, mut number, mut count) = (group.taken.0, first.0, 0);
        while let Some(kept) = self
            .after(group.stream, at)
            .filter(|kept| kept.number <= through.0)
        {
            (at, count) = (kept.number, count + 1);
            if kept.is_over(now_ms) {
                continue;
            }
            let message = kept.copy(id);
            if let Some(batch) = self.batches.get_mut(message.batch) {
                batch.left += 1;
            }
            self.enter(MessageId(number), message);
            number += 1;
        }
        let copies = number - first.0;
        if copies > 0 {
            self.number(number.saturating_sub(1));
        }
        if let Some(known) = self.table.get_mut(id) {
            known.counts.published += count;
            known.counts.expired += count - copies;
            if let Some(group) = &mut known.group {
                (group.taken, group.passed) = (through, group.passed + count);
                if crate::planted::is(34) {
                    group.taken = MessageId(through.0 - 1);
                }
            }
        }
        self.note_stream(group.stream);
    }

    fn trim(&mut self, id: QueueId, through: MessageId, cause: TrimCause) {
        let (mut at, mut count, mut bytes) = (0, 0, 0);
        while let Some(kept) = self.after(id, at).filter(|kept| kept.number <= through.0) {
            (at, count, bytes) = (kept.number, count + 1, bytes + u64::from(kept.message.bytes));
        }
        let passed = self.passed(id, through.0);
        self.kept = self.kept.saturating_sub(count);
        if let Some(stream) = self.table.get_mut(id) {
            stream.trimmed = through;
            stream.counts.waiting = stream.counts.waiting.saturating_sub(count);
            stream.counts.bytes = stream.counts.bytes.saturating_sub(bytes);
            tally(&mut stream.counts, cause, count);
        }
        let mut missed = Vec::new();
        for group in self.groups_of(id) {
            if self
                .get(group)
                .and_then(|queue| queue.group.as_ref())
                .is_some_and(|group| group.taken < through)
            {
                missed.push(group);
            }
        }
        for group in missed {
            let Some(known) = self.table.get_mut(group) else {
                continue;
            };
            let Some(place) = &mut known.group else { continue };
            let count = passed.saturating_sub(place.passed);
            (place.taken, place.passed) = (through, passed);
            known.counts.published += count;
            tally(&mut known.counts, cause, count);
        }
        while let Some(first) = self.segments_of(id).front().copied() {
            let ends = self
                .segments
                .get(first)
                .is_none_or(|segment| segment.last(first) <= through.0);
            if !ends {
                break;
            }
            self.segments.remove(first);
            if let Some(lane) = self.lanes.get_mut(&id.0) {
                lane.segments.pop_front();
            }
            self.let_go(first);
        }
        self.note_stream(id);
    }

    /// What follows from where a stream and its groups are: who is behind, and whether every group has dealt with something.
    pub(super) fn note_stream(&mut self, stream: QueueId) {
        let last = self.last_of(stream);
        let groups: Vec<QueueId> = self.groups_of(stream).collect();
        for group in &groups {
            let taken = self
                .get(*group)
                .and_then(|queue| queue.group.as_ref())
                .map(|group| group.taken.0);
            if taken.is_some_and(|taken| taken < last) {
                self.behind.insert(group.0);
            } else {
                self.behind.remove(&group.0);
            }
        }
        let keeps = self
            .get(stream)
            .is_none_or(|queue| queue.spec.kind != QueueKind::Interest);
        let oldest = self.after(stream, 0).map(|kept| kept.number);
        if !keeps
            && self
                .floor(stream)
                .zip(oldest)
                .is_some_and(|(floor, oldest)| oldest < floor)
        {
            self.loose.insert(stream.0);
        } else {
            self.loose.remove(&stream.0);
        }
    }

    /// A stream or group is gone.
    pub(super) fn remove_stream(&mut self, id: QueueId, queue: &Queue) {
        let cursors: Vec<u64> = self.cursors_of(id).map(|(number, _)| number).collect();
        for cursor in cursors {
            self.cursors.remove(cursor);
        }
        self.behind.remove(&id.0);
        self.loose.remove(&id.0);
        if let Some(group) = &queue.group {
            self.note_stream(group.stream);
        }
    }

    /// Derives what is derived of streams.
    pub(super) fn rebuild_streams(&mut self) {
        (self.kept, self.behind, self.loose) = Default::default();
        for (first, segment) in self.segments.iter() {
            if let Some(lane) = self.lanes.get_mut(&segment.queue.0) {
                lane.segments.push_back(first);
            }
        }
        let streams: Vec<QueueId> = self
            .table
            .iter()
            .filter(|(_, queue)| queue.spec.is_stream())
            .map(|(id, _)| id)
            .collect();
        for stream in streams {
            self.kept += self.get(stream).map_or(0, |queue| queue.counts.waiting);
            self.note_stream(stream);
        }
    }
}

fn tally(counts: &mut QueueCounts, cause: TrimCause, count: u64) {
    *match cause {
        TrimCause::Acked => &mut counts.acked,
        TrimCause::Expired => &mut counts.expired,
        TrimCause::Dropped => &mut counts.dropped,
    } += count;
}

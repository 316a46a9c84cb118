//! Groups and cursors of streams: those who come late, fall behind, and go.

use polyphon_kernel::queues::commands::QueueCommand;
use polyphon_kernel::queues::{Position, QueueSpec, stream, stream_page};
use polyphon_kernel::{MessageId, QueueId};

use super::queues::{PLACES, spec};
use super::{Step, World, broken, pick_key};
use crate::facts::QueueFact;
use crate::random::Random;

impl World {
    pub(super) fn change_stream(&mut self, draw: &mut Random) -> Step {
        let queue = self.some_stream(draw);
        let command = match draw.below(20) {
            0..6 => QueueCommand::DefineGroup {
                stream: queue,
                spec: QueueSpec {
                    name: format!("group-{}", draw.below(3)),
                    ..spec(draw)
                },
                from: self.position(queue, draw),
            },
            6 => {
                let groups: Vec<u64> = self.facts.queues.groups(queue.0).map(|(id, _)| id).collect();
                let queue = QueueId(draw.pick(&groups).copied().unwrap_or_default());
                QueueCommand::RemoveQueue { queue }
            }
            7..10 => QueueCommand::TrimStream {
                queue,
                through: MessageId(draw.below(self.facts.queues.last + 2)),
            },
            10..14 => QueueCommand::OpenCursor {
                queue,
                name: format!("cursor-{}", draw.below(3)),
                from: self.position(queue, draw),
            },
            14..18 => {
                let cursor = self.some_cursor(draw);
                let known = self.facts.queues.cursors.get(&cursor);
                let queue = known.map_or(queue, |(stream, _)| QueueId(*stream));
                let to = self.position(queue, draw);
                QueueCommand::MoveCursor { cursor, to }
            }
            _ => QueueCommand::RemoveCursor {
                cursor: self.some_cursor(draw),
            },
        };
        self.call(command.into(), None)
    }

    /// Mostly a stream.
    fn some_stream(&self, draw: &mut Random) -> QueueId {
        let streams = self
            .facts
            .queues
            .queues
            .iter()
            .filter(|(_, known)| known.is_stream());
        let streams: Vec<u64> = streams.map(|(id, _)| *id).collect();
        match draw.pick(&streams).filter(|_| !draw.percent(10)) {
            Some(stream) => QueueId(*stream),
            None => self.some_queue(draw),
        }
    }

    fn some_cursor(&self, draw: &mut Random) -> u64 {
        let known = pick_key(draw, &self.facts.queues.cursors).filter(|_| !draw.percent(10));
        known.unwrap_or_else(|| draw.below(9))
    }

    fn position(&self, queue: QueueId, draw: &mut Random) -> Position {
        let known = self.facts.queues.queues.get(&queue.0);
        let trimmed = known.map_or(0, |known| known.trimmed);
        match draw.below(6) {
            0 => Position::Start {},
            1 => Position::End {},
            2 => Position::Since {
                at_ms: self.facts.ms.saturating_sub(draw.below(60_000)),
            },
            // About where it is kept no more.
            3 => Position::Number {
                number: MessageId(draw.below(trimmed + 3)),
            },
            _ => Position::Number {
                number: MessageId(draw.below(self.facts.queues.last + 3)),
            },
        }
    }

    /// Whether readers find what the journal says that streams keep, and nothing is lost between a stream and its groups.
    pub(super) fn check_streams(&self, known: &polyphon_kernel::Durable) -> Step {
        let facts = &self.facts.queues;
        for (id, fact) in facts.queues.iter().filter(|(_, fact)| fact.is_stream()) {
            let meant = || {
                fact.log
                    .iter()
                    .filter(|(_, fact)| fact.expires_ms > self.facts.ms)
            };
            let meant: Vec<u64> = meant().map(|(number, _)| *number).collect();
            let from = Position::Start {};
            let page = stream_page(&known.queues, QueueId(*id), &from, 1_000, self.facts.ms);
            let found: Vec<u64> = page.messages.iter().map(|message| message.message.0).collect();
            if found != meant || page.expired.is_some() {
                let message = format!("stream {id} shows {found:?}, the journal says {meant:?}");
                return Err(broken(PLACES, message));
            }
            self.check_readers(known, *id, fact)?;
        }
        Ok(())
    }

    fn check_readers(&self, known: &polyphon_kernel::Durable, id: u64, fact: &QueueFact) -> Step {
        let facts = &self.facts.queues;
        let Some(view) = stream(&known.queues, QueueId(id)) else {
            return Err(broken(PLACES, format!("the kernel shows no stream {id}")));
        };
        for group in &view.groups {
            let meant = facts
                .queues
                .get(&group.id.0)
                .map(|group| facts.behind(group) as u64);
            if meant != Some(group.behind) {
                let message = format!("{group:?} is behind by {meant:?}");
                return Err(broken(PLACES, message));
            }
        }
        for cursor in &view.cursors {
            let behind = fact.log.range(cursor.taken.0 + 1..).count() as u64;
            let is_expired = cursor.taken.0 < fact.trimmed;
            // What is kept no more counts as behind too.
            let is_right = cursor.is_expired == is_expired && (is_expired || cursor.behind == behind);
            if !is_right {
                return Err(broken(PLACES, format!("{cursor:?} is behind by {behind}")));
            }
        }
        Ok(())
    }
}

use std::collections::BTreeSet;

use polyphon_kernel::Command;
use polyphon_kernel::queues::commands::QueueCommand;
use polyphon_kernel::queues::{Overflow, TrimCause};

use super::{At, Facts, Invariant, Place, QueueEvent, Seeing, event, must};

/// A group takes every message of its stream once, in order, and holds no more of them than it may.
#[derive(Default)]
pub(in crate::invariants) struct Groups {
    /// What groups have taken.
    taken: BTreeSet<(u64, u64)>,
}

impl Invariant for Groups {
    fn name(&self) -> &'static str {
        "every group gets every message once"
    }

    fn see(&mut self, facts: &Facts, what: &Seeing<'_>) -> Result<(), String> {
        let queues = &facts.queues;
        if let Seeing::Healed = what {
            let mut groups = queues.queues.iter();
            let left = groups.find(|(_, group)| queues.behind(group) > 0);
            return must(left.is_none(), || format!("{left:?} never took the rest"));
        }
        let Some((
            at,
            QueueEvent::MessagesTaken {
                queue,
                first,
                through,
            },
        )) = event(what)
        else {
            return Ok(());
        };
        let group = queues.queues.get(&queue.0).filter(|group| group.stream > 0);
        let stream = group.and_then(|group| queues.queues.get(&group.stream));
        let Some((group, stream)) = group.zip(stream) else {
            return Err(format!("{queue} takes at {} and is no group", at.seq));
        };
        must(
            first.0 == queues.last + 1 && stream.log.contains_key(&through.0) && through.0 > group.taken,
            || {
                format!(
                    "{queue} takes through {through} as {first} at {}: {group:?}",
                    at.seq
                )
            },
        )?;
        for (number, fact) in stream.log.range(group.taken + 1..=through.0) {
            let is_over = fact.expires_ms <= at.ms;
            must(is_over || self.taken.insert((queue.0, *number)), || {
                format!("{queue} takes {number} twice, at {}", at.seq)
            })?;
        }
        let places = [Place::Waiting, Place::Delayed, Place::InFlight];
        let fresh = stream.log.range(group.taken + 1..=through.0);
        let fresh = fresh.filter(|(_, fact)| fact.expires_ms > at.ms).count() as u64;
        let held = queues.count(queue.0, &places) + fresh;
        must(fresh == 0 || held <= group.spec.max_messages, || {
            format!(
                "{queue} holds {held} messages of {} at {}",
                group.spec.max_messages, at.seq
            )
        })
    }
}

/// A stream lets go of nothing before its time: not before every group has dealt with it, unless it may, or is told to.
#[derive(Default)]
pub(in crate::invariants) struct Kept {
    /// The frame that is read has such a command.
    is_told: bool,
}

impl Kept {
    fn trimmed(&self, facts: &Facts, at: At, id: u64, through: u64, cause: TrimCause) -> Result<(), String> {
        let queues = &facts.queues;
        let Some(stream) = queues.queues.get(&id).filter(|known| known.is_stream()) else {
            return Err(format!("{id} is trimmed at {} and is no stream", at.seq));
        };
        let mut gone = stream.log.range(..=through);
        must(gone.clone().next().is_some(), || {
            format!("{id} gives up nothing at {}", at.seq)
        })?;
        match cause {
            TrimCause::Expired => {
                let early = gone.find(|(_, fact)| fact.kept_until_ms > at.ms);
                must(early.is_none(), || {
                    format!("{id} gives up {early:?} at {}", at.ms)
                })
            }
            TrimCause::Dropped => {
                let may = self.is_told || stream.spec.overflow == Overflow::DropOldest;
                must(may, || format!("{id} drops up to {through} at {}", at.seq))
            }
            TrimCause::Acked => {
                let behind = queues.groups(id).find(|(_, group)| group.taken < through);
                must(behind.is_none(), || {
                    format!("{id} gives up {through} at {}, not taken by {behind:?}", at.seq)
                })?;
                let open = queues.groups(id).find_map(|(group, _)| {
                    let mut open = queues
                        .of(group)
                        .filter(|(_, message)| message.place != Place::Dead);
                    open.find(|(_, message)| message.origin <= through)
                });
                must(open.is_none(), || {
                    format!("{id} gives up {through} at {} and {open:?} goes on", at.seq)
                })
            }
        }
    }
}

impl Invariant for Kept {
    fn name(&self) -> &'static str {
        "a stream keeps what a group still needs"
    }

    fn see(&mut self, facts: &Facts, what: &Seeing<'_>) -> Result<(), String> {
        if let Seeing::Frame(frame) = what {
            let told = |command: &Command| matches!(command, Command::Queue(QueueCommand::TrimStream { .. }));
            self.is_told = frame.commands.iter().any(|request| told(&request.command));
        }
        match event(what) {
            Some((
                at,
                QueueEvent::StreamTrimmed {
                    queue,
                    through,
                    cause,
                },
            )) => self.trimmed(facts, at, queue.0, through.0, *cause),
            _ => Ok(()),
        }
    }
}

/// Nobody is sent to where nothing is kept any more.
pub(in crate::invariants) struct Cursors;

impl Invariant for Cursors {
    fn name(&self) -> &'static str {
        "a position is kept, or refused"
    }

    fn see(&mut self, facts: &Facts, what: &Seeing<'_>) -> Result<(), String> {
        let queues = &facts.queues;
        let (stream, taken) = match event(what) {
            Some((_, QueueEvent::CursorOpened { queue, taken, .. })) => (queue.0, taken.0),
            Some((_, QueueEvent::GroupDefined { stream, taken, .. })) => (stream.0, taken.0),
            Some((_, QueueEvent::CursorMoved { cursor, taken })) => match queues.cursors.get(cursor) {
                Some((stream, _)) => (*stream, taken.0),
                None => return Err(format!("there is no cursor {cursor}")),
            },
            _ => return Ok(()),
        };
        let trimmed = queues.queues.get(&stream).map(|known| known.trimmed);
        must(trimmed.is_some_and(|trimmed| trimmed <= taken), || {
            format!("{taken} of {stream} is kept no more: {trimmed:?}")
        })
    }
}

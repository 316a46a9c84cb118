use std::collections::BTreeMap;

use polyphon_kernel::sessions::commands::{SessionCommand, StateChange};
use polyphon_kernel::sessions::{LockEnd, SessionEvent};
use polyphon_kernel::{Command, Event, SessionId};

use super::{At, Invariant, Seeing, must};
use crate::facts::{Facts, ValuePlace, place};

/// Whoever holds a lock alone is alone with it, whoever came first has it first, and fences only grow.
pub(super) struct Hands;

impl Invariant for Hands {
    fn name(&self) -> &'static str {
        "a lock is in one hand"
    }

    fn see(&mut self, facts: &Facts, what: &Seeing<'_>) -> Result<(), String> {
        let Seeing::Event(
            At { seq, .. },
            Event::Session(SessionEvent::LockGranted {
                session,
                wish,
                request,
            }),
        ) = what
        else {
            return Ok(());
        };
        let name = &wish.name;
        let shared = &facts.shared;
        let mut holds = shared.holds.values();
        let in_the_way = holds.find(|hold| {
            hold.session == session.0 && hold.wish.name == *name && !(hold.wish.shared && wish.shared)
        });
        must(in_the_way.is_none(), || {
            format!("{name} is handed out at {seq} while {in_the_way:?} has it")
        })?;
        let before = shared.fences.get(&(session.0, name.clone()));
        must(before.is_none_or(|before| before < seq), || {
            format!("{name} has fence {seq} behind {before:?}")
        })?;
        let mut waits = shared.waits.iter();
        let first = waits.find(|(_, (of, waiting))| *of == session.0 && waiting.name == *name);
        let first = first.map(|(handle, _)| *handle);
        must(request.is_none() || *request == first, || {
            format!("{request:?} is handed {name} at {seq} before {first:?}")
        })
    }
}

/// A hold ends when its time is over, not before and not long after, or with its attempt; a value likewise.
#[derive(Default)]
pub(super) struct Times {
    /// Frames through which a hold was there without its attempt.
    outlived: BTreeMap<u64, u32>,
}

/// A step may leave what ends with an attempt to the next one, which is seen before it is applied.
const FRAMES: u32 = 3;

impl Times {
    fn look(&mut self, facts: &Facts) -> Result<(), String> {
        let holds = facts.shared.holds.iter();
        let gone = holds.filter(|(_, hold)| {
            let attempt = hold.wish.attempt;
            attempt.is_some_and(|attempt| !facts.leases.contains_key(&attempt.0))
        });
        let before = std::mem::take(&mut self.outlived);
        self.outlived = gone
            .map(|(fence, _)| (*fence, before.get(fence).unwrap_or(&0) + 1))
            .collect();
        let late = self.outlived.iter().find(|(_, frames)| **frames > FRAMES);
        must(late.is_none(), || {
            format!("{late:?} is held by an attempt that ended")
        })
    }
}

impl Invariant for Times {
    fn name(&self) -> &'static str {
        "a lock is held for the time it was given"
    }

    fn see(&mut self, facts: &Facts, what: &Seeing<'_>) -> Result<(), String> {
        let shared = &facts.shared;
        match what {
            Seeing::Frame(_) => self.look(facts),
            Seeing::Event(at, Event::Session(SessionEvent::LockEnded { lock, cause, .. })) => {
                let Some(hold) = shared.holds.get(lock) else {
                    return Ok(());
                };
                let (until_ms, ms) = (hold.until_ms, at.ms);
                must(*cause != LockEnd::Expired || until_ms <= ms, || {
                    format!("the hold {lock} ends at {ms}, it was given until {until_ms}")
                })?;
                let runs = |attempt: u64| facts.leases.contains_key(&attempt);
                let has_ended = hold.wish.attempt.is_some_and(|attempt| !runs(attempt.0));
                must(*cause != LockEnd::HolderEnded || has_ended, || {
                    format!(
                        "the hold {lock} is taken from {:?}, which goes on",
                        hold.wish.attempt
                    )
                })
            }
            Seeing::Event(
                at,
                Event::Session(SessionEvent::ValueWritten {
                    session,
                    key,
                    payload: None,
                    by,
                    why,
                    ..
                }),
            ) if by.is_empty() && why == "its time is over" => {
                let expires_ms = shared.expiring.get(&place(session.0, key));
                must(expires_ms.is_some_and(|expires_ms| *expires_ms <= at.ms), || {
                    format!(
                        "{key:?} is gone at {}, it was to last until {expires_ms:?}",
                        at.ms
                    )
                })
            }
            Seeing::Healed => {
                let late = |until_ms: u64| until_ms < facts.ms;
                let hold = shared.holds.iter().find(|(_, hold)| late(hold.until_ms));
                must(hold.is_none(), || format!("{hold:?} is held beyond its time"))?;
                let value = shared.expiring.iter().find(|(_, at_ms)| late(**at_ms));
                must(value.is_none(), || format!("{value:?} is there beyond its time"))
            }
            _ => Ok(()),
        }
    }
}

/// What an event wrote, and what was so before it.
#[derive(Debug)]
struct Written {
    place: ValuePlace,
    /// The version that was replaced; 0 for none.
    before: u64,
    /// Fences that were held.
    held: Vec<u64>,
}

/// Events that are remembered for answers that come later.
const REMEMBERED: usize = 20_000;

/// Who was told that a change happened finds all of it in the journal, on top of the versions that were expected and
/// under the locks that were to be held.
#[derive(Default)]
pub(super) struct Changes {
    called: BTreeMap<u64, (SessionId, StateChange)>,
    written: BTreeMap<u64, Written>,
}

impl Invariant for Changes {
    fn name(&self) -> &'static str {
        "a change of what is shared is whole and loses no update"
    }

    fn see(&mut self, facts: &Facts, what: &Seeing<'_>) -> Result<(), String> {
        match what {
            Seeing::Called {
                tag,
                command: Command::Session(SessionCommand::ChangeState { session, change, .. }),
                ..
            } => {
                self.called.insert(*tag, (*session, change.clone()));
                Ok(())
            }
            Seeing::Event(at, Event::Session(SessionEvent::ValueWritten { session, key, .. })) => {
                let place = place(session.0, key);
                let before = facts.shared.values.get(&place).copied().unwrap_or(0);
                let holds = facts.shared.holds.iter();
                let held = holds.filter(|(_, hold)| hold.session == session.0 && hold.until_ms > at.ms);
                let held = held.map(|(fence, _)| *fence).collect();
                self.written.insert(at.seq, Written { place, before, held });
                if self.written.len() > REMEMBERED {
                    self.written.pop_first();
                }
                Ok(())
            }
            Seeing::Accepted { tag, entity } => match self.called.remove(tag) {
                Some((session, change)) => self.check(session, &change, *entity),
                None => Ok(()),
            },
            Seeing::Refused { tag } | Seeing::Unknown { tag } => {
                self.called.remove(tag);
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

impl Changes {
    fn check(&self, session: SessionId, change: &StateChange, entity: u64) -> Result<(), String> {
        // What deletes may find nothing there, and so has no event.
        if entity == 0 || change.writes.iter().any(|write| write.payload.is_none()) {
            return Ok(());
        }
        for (write, seq) in change.writes.iter().zip(entity..) {
            let wanted = place(session.0, &write.key);
            let written = self.written.get(&seq);
            let Some(written) = written.filter(|written| written.place == wanted) else {
                return Err(format!(
                    "{wanted:?} was acknowledged at {entity} and is not at {seq}"
                ));
            };
            for (_, expected) in change.checks.iter().filter(|(key, _)| *key == write.key) {
                must(written.before == *expected, || {
                    format!(
                        "{seq} replaces version {} of {wanted:?}, not {expected}",
                        written.before
                    )
                })?;
            }
            for fence in change.held.iter().chain(&change.release) {
                must(written.held.contains(&fence.0), || {
                    format!("{seq} is written under {fence}, which is held no more")
                })?;
            }
        }
        Ok(())
    }
}

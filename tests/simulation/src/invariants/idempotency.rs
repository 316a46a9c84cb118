use std::collections::BTreeMap;

use polyphon_kernel::journal::JournalEvent;
use polyphon_kernel::sessions::SessionEvent;
use polyphon_kernel::{Command, Event};

use super::{Invariant, Seeing, must};
use crate::facts::Facts;

/// A key stands for one effect as long as it is remembered.
#[derive(Default)]
pub(super) struct Idempotency {
    /// Until when a key is remembered, and what it made.
    keys: BTreeMap<String, (u64, u64)>,
    /// Plans of keyed calls by name, with the time at which each was opened.
    opened: BTreeMap<String, u64>,
    /// Keys by the tag of the call.
    calls: BTreeMap<u64, (String, Command)>,
    /// What was asked for with a key when it took effect.
    bodies: BTreeMap<String, Command>,
}

const WINDOW_MS: u64 = 120_000;

impl Invariant for Idempotency {
    fn name(&self) -> &'static str {
        "one effect per idempotency key"
    }

    fn see(&mut self, _facts: &Facts, what: &Seeing<'_>) -> Result<(), String> {
        match what {
            Seeing::Event(
                at,
                Event::Journal(JournalEvent::CommandRemembered {
                    key,
                    entity,
                    until_ms,
                    ..
                }),
            ) => {
                let before = self.keys.insert(key.clone(), (*until_ms, *entity));
                must(before.is_none_or(|(until_ms, _)| until_ms <= at.ms), || {
                    format!("key {key} takes effect again at {}", at.seq)
                })
            }
            // Users name the plans of keyed calls after the key.
            Seeing::Event(at, Event::Session(SessionEvent::SessionOpened { plan, .. }))
                if plan.name.starts_with("key-") =>
            {
                let before = self.opened.insert(plan.name.clone(), at.ms);
                must(before.is_none_or(|ms| ms + WINDOW_MS <= at.ms), || {
                    format!("plan {} is opened again at {}", plan.name, at.seq)
                })
            }
            Seeing::Frame(frame) => {
                for request in &frame.commands {
                    if let Some(key) = &request.idempotency_key {
                        self.bodies.insert(key.clone(), request.command.clone());
                    }
                }
                Ok(())
            }
            Seeing::Called {
                tag,
                key: Some(key),
                command,
            } => {
                self.calls.insert(*tag, ((*key).to_owned(), (*command).clone()));
                Ok(())
            }
            Seeing::Refused { tag } | Seeing::Unknown { tag } => {
                self.calls.remove(tag);
                Ok(())
            }
            Seeing::Accepted { tag, entity } => {
                let Some((key, command)) = self.calls.remove(tag) else {
                    return Ok(());
                };
                must(self.bodies.get(&key) == Some(&command), || {
                    format!("key {key} took effect for another call than {tag} and is answered with {entity}")
                })?;
                let known = self.keys.get(&key).map(|(_, entity)| *entity);
                must(known == Some(*entity), || {
                    format!("key {key} is answered with {entity} and stands for {known:?}")
                })
            }
            _ => Ok(()),
        }
    }
}

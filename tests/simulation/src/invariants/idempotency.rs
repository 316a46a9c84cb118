use std::collections::BTreeMap;

use polyphon_kernel::journal::JournalEvent;
use polyphon_kernel::sessions::SessionEvent;
use polyphon_kernel::{Command, Event};

use super::{Invariant, Seeing, must};
use crate::facts::Facts;

/// A key stands for one effect as long as it is remembered.
#[derive(Default)]
pub(super) struct Idempotency {
    /// Until when a key is remembered.
    keys: BTreeMap<String, u64>,
    /// Plans of keyed calls by name, with the time at which each was opened.
    opened: BTreeMap<String, u64>,
    /// Keys by the tag of the call.
    calls: BTreeMap<u64, (String, Command)>,
    /// What is asked for with a key in the frame that is read.
    bodies: BTreeMap<String, Command>,
    /// What a key stood for each time it took effect, and what it made.
    effects: BTreeMap<String, Vec<(Command, u64)>>,
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
                let before = self.keys.insert(key.clone(), *until_ms);
                must(before.is_none_or(|until_ms| until_ms <= at.ms), || {
                    format!("key {key} takes effect again at {}", at.seq)
                })?;
                let body = self.bodies.remove(key);
                let body = body.ok_or_else(|| format!("key {key} is remembered at {} of no call", at.seq))?;
                let effects = self.effects.entry(key.clone()).or_default();
                effects.push((body, *entity));
                Ok(())
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
                let effects = self.effects.get(&key).into_iter().flatten();
                let is_meant = effects.clone().any(|known| *known == (command.clone(), *entity));
                must(is_meant, || {
                    let made: Vec<u64> = effects.map(|(_, entity)| *entity).collect();
                    format!("key {key} made {made:?}, and call {tag} is answered with {entity}")
                })
            }
            _ => Ok(()),
        }
    }
}

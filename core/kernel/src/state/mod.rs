//! The state of one partition: what is durable, what is not, and what is derived.

mod durable;
mod slots;
mod table;
mod timers;

pub use durable::Durable;
pub(crate) use slots::Slots;
pub use table::{Key, Table};
pub(crate) use timers::{Timer, Timers};

use crate::agents::upkeep::Upkeep;
use crate::agents::vitals::Vitals;
use crate::command::Part;
use crate::event::Event;
use crate::id::SessionId;
use crate::queues::Consumers;

/// What is forgotten at a restart and never hashed.
#[derive(Clone, Debug, Default)]
pub struct Volatile {
    /// Signs of life of agents.
    pub(crate) vitals: Vitals,
    /// When pools and unmet demands are looked at again.
    pub(crate) upkeep: Upkeep,
    /// Who takes messages of which queue.
    pub(crate) consumers: Consumers,
    /// Whether it stands for the durable state; it does not right after a restore.
    pub(crate) ready: bool,
    /// When the step before asked to be called again.
    pub(crate) asked_for_ms: Option<u64>,
    /// Kernel time of the last step.
    pub(crate) now_ms: u64,
}

impl Volatile {
    /// When the passing of time alone can change something that only the volatile state knows of.
    pub(crate) fn deadline(&self) -> Option<u64> {
        let checks = [
            self.vitals.first().map(|(at_ms, _)| at_ms),
            self.upkeep.check_ms(),
        ];
        checks.into_iter().flatten().min()
    }

    /// Follows an event that was applied to `durable`.
    pub(crate) fn note(&mut self, durable: &Durable, event: &Event, now_ms: u64) {
        self.upkeep.note(event);
        self.vitals.note(durable, event, now_ms);
    }
}

/// What a decision may look at.
#[derive(Clone, Copy, Debug)]
pub struct State<'a> {
    /// What replay brings back.
    pub durable: &'a Durable,
    /// What it does not.
    pub volatile: &'a Volatile,
    /// Kernel time.
    pub now_ms: u64,
}

impl State<'_> {
    /// The id of a session whose opening is the first event of this decision.
    pub(crate) fn next_session(&self) -> SessionId {
        SessionId(self.durable.last_seq() + 1)
    }
}

/// Where the events of a decision go.
#[derive(Debug, Default)]
pub struct Sink {
    events: Vec<Event>,
    entity: Option<u64>,
    parts: Vec<Part>,
}

impl Sink {
    /// One more event.
    pub fn emit(&mut self, event: impl Into<Event>) {
        self.events.push(event.into());
    }

    /// The answer names this entity and not the one the first event makes.
    pub(crate) fn answer(&mut self, entity: u64) {
        self.entity = Some(entity);
    }

    /// These of many things fared otherwise than the rest.
    pub(crate) fn answer_parts(&mut self, parts: Vec<Part>) {
        self.parts = parts;
    }

    pub(crate) fn take_parts(&mut self) -> Vec<Part> {
        std::mem::take(&mut self.parts)
    }

    pub(crate) fn entity(&self) -> Option<u64> {
        self.entity
    }

    /// The events in it, in order.
    pub(crate) fn events(&self) -> impl Iterator<Item = &Event> {
        self.events.iter()
    }

    /// Puts its events behind others; it is empty then, and keeps room for the next.
    pub(crate) fn hand_over(&mut self, events: &mut Vec<Event>) {
        self.entity = None;
        self.parts.clear();
        if events.is_empty() {
            std::mem::swap(&mut self.events, events);
        } else {
            events.append(&mut self.events);
        }
    }

    /// Kinds of the events in it.
    #[cfg(debug_assertions)]
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.events.iter().map(Event::name)
    }
}

/// Who asks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Origin<'a> {
    pub(crate) actor: &'a str,
    pub(crate) tenant: &'a str,
}

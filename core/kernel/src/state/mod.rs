//! The state of one partition: what is durable, what is not, and what is derived.

mod durable;
mod table;
mod timers;

pub use durable::Durable;
pub use table::Table;
pub(crate) use timers::{Timer, Timers};

use std::collections::VecDeque;

use crate::event::Event;
use crate::id::SessionId;

/// What is forgotten at a restart and never hashed.
#[derive(Clone, Debug, Default)]
pub struct Volatile {}

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
    events: VecDeque<Event>,
    entity: Option<u64>,
}

impl Sink {
    /// One more event.
    pub fn emit(&mut self, event: impl Into<Event>) {
        self.events.push_back(event.into());
    }

    /// The answer names this entity and not the one the first event makes.
    pub(crate) fn answer(&mut self, entity: u64) {
        self.entity = Some(entity);
    }

    pub(crate) fn entity(&self) -> Option<u64> {
        self.entity
    }

    pub(crate) fn take(&mut self) -> Option<Event> {
        self.events.pop_front()
    }
}

/// Who asks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Origin<'a> {
    pub(crate) actor: &'a str,
    pub(crate) tenant: &'a str,
}

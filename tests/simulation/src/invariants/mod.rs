//! What must always hold, a file each. Nothing here knows the kernel but by ids and by what it writes and says.

mod acknowledged;
mod alerts;
mod attempts;
mod canary;
mod capacity;
mod durability;
mod effects;
mod endings;
mod executions;
mod fences;
mod grants;
mod idempotency;
mod leases;
mod order;
mod pools;
mod queues;
mod sequence;
mod shared;
mod states;
mod transitions;

use polyphon_kernel::{Command, Effect, Event, Payload, StepOutput};
pub(crate) use queues::credit;

use crate::facts::Facts;
use crate::frames::Seen;

/// Where an event stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct At {
    pub(crate) seq: u64,
    pub(crate) ms: u64,
}

/// Something an observer outside sees.
#[derive(Debug)]
pub(crate) enum Seeing<'a> {
    /// A frame reached the disk.
    Frame(&'a Seen),
    /// An event of it; the facts are those before it.
    Event(At, &'a Event),
    /// The runtime lets go what depends on a step; the disk is at `durable`.
    Released { output: &'a StepOutput, durable: u64 },
    /// The kernel was rebuilt and says what is open.
    Reopened { effects: &'a [Effect] },
    /// An agent began to work for a fence.
    Began {
        fence: u64,
        /// What its agent had saved, as it finds it.
        state: Option<&'a Payload>,
    },
    /// The process died, and with it everybody inside.
    Died,
    /// A client made a call.
    Called {
        tag: u64,
        key: Option<&'a str>,
        command: &'a Command,
    },
    /// It was answered with an entity.
    Accepted { tag: u64, entity: u64 },
    /// It was answered with an error that says nothing happened.
    Refused { tag: u64 },
    /// Nobody will ever answer.
    Unknown { tag: u64 },
    /// Faults have ended and everything has had time to heal.
    Healed,
}

/// Something that must always hold.
pub(crate) trait Invariant {
    fn name(&self) -> &'static str;

    /// # Errors
    /// How it does not hold.
    fn see(&mut self, facts: &Facts, what: &Seeing<'_>) -> Result<(), String>;
}

/// Every invariant.
pub(crate) fn all() -> Vec<Box<dyn Invariant>> {
    vec![
        Box::new(sequence::Sequence),
        Box::new(grants::Grants),
        Box::new(order::Order),
        Box::new(capacity::Capacity),
        Box::new(fences::Fences),
        Box::new(leases::Leases),
        Box::new(transitions::Transitions),
        Box::new(attempts::Attempts),
        Box::new(effects::Effects),
        Box::new(executions::Executions::default()),
        Box::new(durability::Durability::default()),
        Box::new(idempotency::Idempotency::default()),
        Box::new(acknowledged::Acknowledged::default()),
        Box::new(alerts::Alerts::default()),
        Box::new(pools::Pools::default()),
        Box::new(endings::Endings),
        Box::new(states::States),
        Box::new(shared::Hands),
        Box::new(shared::Times::default()),
        Box::new(shared::Changes::default()),
        Box::new(queues::Bounds::default()),
        Box::new(queues::Attempts),
        Box::new(queues::KeyOrder),
        Box::new(queues::TimeToLive),
        Box::new(queues::Priorities),
        Box::new(queues::Credit),
        Box::new(queues::Ids::default()),
        Box::new(queues::Reports::default()),
        Box::new(queues::Consequences::default()),
        Box::new(queues::Blocked::default()),
        Box::new(queues::Schedules),
        Box::new(queues::Groups::default()),
        Box::new(queues::Kept::default()),
        Box::new(queues::Cursors),
        Box::new(queues::Endings),
    ]
}

/// One that does not hold, to show that a broken invariant is seen.
pub(crate) fn canary() -> Box<dyn Invariant> {
    Box::new(canary::Canary)
}

/// The same as `ensure!` elsewhere.
pub(crate) fn must(holds: bool, or: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(or()) }
}

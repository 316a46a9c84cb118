//! What always holds of queues.

mod bounds;
mod consequences;
mod deaths;
mod delivery;
mod endings;
mod ids;
mod reports;
mod room;
mod schedules;
mod streams;

pub(super) use bounds::Bounds;
pub(super) use consequences::Consequences;
pub(super) use deaths::Attempts;
pub(crate) use delivery::credit;
pub(super) use delivery::{Credit, KeyOrder, Priorities, TimeToLive};
pub(super) use endings::Endings;
pub(super) use ids::Ids;
pub(super) use reports::Reports;
pub(super) use room::Blocked;
pub(super) use schedules::Schedules;
pub(super) use streams::{Cursors, Groups, Kept};

use polyphon_kernel::Event;
use polyphon_kernel::queues::QueueEvent;

use super::{At, Invariant, Seeing, must};
use crate::facts::{Facts, MessageFact, Place};

/// The event, if it is about queues.
fn event<'a>(what: &Seeing<'a>) -> Option<(At, &'a QueueEvent)> {
    match what {
        Seeing::Event(at, Event::Queue(event)) => Some((*at, event)),
        _ => None,
    }
}

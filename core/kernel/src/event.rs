//! What happened: the only truth.
//!
//! On the wire an event is `[tag, …fields]` with `tag = (version − 1) · 65536 + kind`; a kind whose meaning changes gets
//! a new version beside the old one, whose evolve never changes again.

use polyphon_wire::wire;

use crate::agents::AgentEvent;
use crate::alerts::AlertEvent;
use crate::escalations::EscalationEvent;
use crate::journal::JournalEvent;
use crate::outbox::OutboxEvent;
use crate::queues::QueueEvent;
use crate::sessions::SessionEvent;
use crate::tasks::TaskEvent;

wire! {
    /// What happened.
    pub union Event {
        /// To the journal and its node.
        1..=99 => Journal(JournalEvent),
        /// To agents.
        100..=199 => Agent(AgentEvent),
        /// To sessions.
        200..=299 => Session(SessionEvent),
        /// To tasks.
        300..=399 => Task(TaskEvent),
        /// To escalations.
        400..=499 => Escalation(EscalationEvent),
        /// To alerts.
        500..=599 => Alert(AlertEvent),
        /// To durable effects.
        600..=699 => Outbox(OutboxEvent),
        /// To queues.
        700..=799 => Queue(QueueEvent),
    }
}

wire! {
    /// An event as a frame holds it.
    pub struct Recorded {
        /// Command of the frame that caused it, counted from 1; 0 when time or the scheduler did.
        command: u32,
        event: Event,
    }
}

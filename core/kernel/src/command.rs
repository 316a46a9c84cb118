//! What is asked for.

use polyphon_wire::wire;

use crate::agents::commands::AgentCommand;
use crate::bounds;
use crate::escalations::commands::EscalationCommand;
use crate::journal::JournalCommand;
use crate::outbox::commands::OutboxCommand;
use crate::queues::commands::QueueCommand;
use crate::refusal::Refusal;
use crate::sessions::commands::SessionCommand;
use crate::tasks::commands::TaskCommand;

wire! {
    /// What is asked for.
    pub union Command {
        /// Of the journal and its node.
        1..=99 => Journal(JournalCommand),
        /// Of agents.
        100..=199 => Agent(AgentCommand),
        /// Of sessions.
        200..=299 => Session(SessionCommand),
        /// Of tasks.
        300..=399 => Task(TaskCommand),
        /// Of escalations.
        400..=499 => Escalation(EscalationCommand),
        /// Of durable effects.
        600..=699 => Outbox(OutboxCommand),
        /// Of queues.
        700..=799 => Queue(QueueCommand),
    }
}

wire! {
    /// A command and where it comes from. A batch is an array of these.
    pub struct Request {
        /// Number the runtime gave it; the answer and the frame carry it back.
        id: u64,
        /// Only a refusal is answered.
        quiet: bool,
        /// Who asks, as the authenticated door says; empty for the node itself.
        actor: String,
        tenant: String,
        /// Name of the call for repeats: same key and body, same answer.
        idempotency_key: Option<String>,
        /// Sequence of the event it follows from.
        cause: Option<u64>,
        /// W3C trace context.
        traceparent: Option<String>,
        command: Command,
    }
}

impl Request {
    /// Why it is refused before anybody looks at what it asks for: what comes with a command stays in memory with what
    /// the command makes, and all of it stands in one frame.
    pub(crate) fn too_long(&self, bytes: usize) -> Option<Refusal> {
        let texts = [
            ("actor", Some(&self.actor)),
            ("tenant", Some(&self.tenant)),
            ("idempotency key", self.idempotency_key.as_ref()),
            ("trace context", self.traceparent.as_ref()),
        ];
        let is_long = |text: &Option<&String>| text.is_some_and(|text| text.len() > bounds::NAME_BYTES);
        let message = match texts.iter().find(|(_, text)| is_long(text)) {
            Some((what, _)) => format!("the {what} has more than 256 bytes"),
            None if bytes > bounds::COMMAND_BYTES => {
                format!("the command has {bytes} bytes, the limit is 8 MiB")
            }
            None => return None,
        };
        Some(Refusal::new("COMMAND_INVALID", message))
    }
}

wire! {
    /// What came of a command.
    pub enum Outcome {
        /// It happened.
        1 => Accepted {
            /// The entity it made, or 0.
            entity: u64,
        },
        /// It did not.
        2 => Refused { refusal: Refusal },
    }
}

wire! {
    /// What came of one part of a command that brings many things at once.
    pub struct Part {
        /// Which of them, counted from 0.
        index: u32,
        outcome: Outcome,
    }
}

wire! {
    /// The answer to one request.
    pub struct Answer {
        id: u64,
        outcome: Outcome,
        /// Where an accepted command brought many things, those that fared otherwise than the rest.
        parts: Vec<Part>,
    }
}

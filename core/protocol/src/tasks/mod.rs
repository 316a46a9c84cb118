//! The four task messages: JSON documents of their own, which travel in envelopes without a byte changed.

mod schemas;
mod told;

use crate::envelope::{
    Encoding, Envelope, Header, Kind, MessageId, Payload, PayloadView, Priority, Target, choice,
};
use crate::error::{Code, ProtocolError, Result};
use crate::schema::{self, Field};
use told::Told;

choice! {
    /// Which task message it is: the text is its `message_type`.
    Message {
        /// An orchestrator gives a task to an agent.
        TaskAssignment = 1 "task_assignment",
        /// An agent tells how far it is.
        ProgressUpdate = 2 "progress_update",
        /// An agent is done.
        TaskCompletion = 3 "task_completion",
        /// An agent failed.
        FailureNotification = 4 "failure_notification",
    }
}

/// What an envelope needs that a task message does not say.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Wrapping {
    /// Id of the envelope.
    pub id: MessageId,
    /// Where an agent's message goes. An assignment names its agent itself.
    pub orchestrator: Target,
}

impl Message {
    /// The message whose payloads this schema describes.
    pub fn from_schema(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|message| message.schema() == id)
    }

    /// Id of the schema of its payload.
    pub fn schema(self) -> &'static str {
        match self {
            Self::TaskAssignment => "polyphon.task_assignment/1",
            Self::ProgressUpdate => "polyphon.progress_update/1",
            Self::TaskCompletion => "polyphon.task_completion/1",
            Self::FailureNotification => "polyphon.failure_notification/1",
        }
    }

    /// The kind of its envelope.
    pub fn kind(self) -> Kind {
        match self {
            Self::TaskAssignment => Kind::Command,
            Self::ProgressUpdate => Kind::Event,
            Self::TaskCompletion => Kind::Response,
            Self::FailureNotification => Kind::Error,
        }
    }

    fn assigns(self) -> bool {
        self == Self::TaskAssignment
    }

    /// Its fields.
    pub fn fields(self) -> &'static [Field] {
        schemas::fields(self)
    }

    /// Whether the payload is such a message and says the same as the header.
    pub(crate) fn check(self, header: &Header, payload: Option<PayloadView<'_>>) -> Result<()> {
        let payload = payload.ok_or_else(|| ProtocolError::missing("payload"))?;
        if payload.encoding() != Encoding::Json {
            return Err(ProtocolError::invalid(
                "payload",
                "of a task message must be JSON",
                payload.encoding().as_str(),
            ));
        }
        schema::check(payload, self.fields()).map_err(|error| error.inside("payload"))?;
        let told = Told::read(payload.as_bytes())?;
        let differs = [
            ("kind", header.kind != self.kind()),
            ("source", header.source != told.source(self)),
            ("timestamp", header.timestamp_ms != told.timestamp_ms()),
            (
                "correlationId",
                header.correlation_id.as_deref() != Some(told.task(self)),
            ),
            (
                "priority",
                told.priority(self)
                    .is_some_and(|priority| priority != header.priority),
            ),
            (
                "target",
                told.target(self)
                    .is_some_and(|agent| header.target != Target::Agent(agent.into())),
            ),
        ];
        match differs.iter().find(|(_, differs)| *differs) {
            Some((field, _)) => Err(ProtocolError::invalid(
                *field,
                "must say what the task message says",
                "another value",
            )),
            None => Ok(()),
        }
    }
}

/// Puts a task message into an envelope. Its bytes become the payload as they are.
///
/// # Errors
/// `PROTOCOL_MALFORMED` when it is not JSON, otherwise the first rule of its schema that is broken.
pub fn to_envelope(message: &[u8], wrapping: Wrapping) -> Result<Envelope> {
    let payload = Payload::new(Encoding::Json, message)?;
    schema::check(payload.view(), schemas::ANY).map_err(|error| error.inside("payload"))?;
    let told = Told::read(payload.as_bytes())?;
    let message = told.message_type.as_deref().and_then(Message::from_text);
    let message = message.ok_or_else(|| ProtocolError::missing("payload.message_type"))?;
    schema::check(payload.view(), message.fields()).map_err(|error| error.inside("payload"))?;
    let target = told
        .target(message)
        .map_or(wrapping.orchestrator, |agent| Target::Agent(agent.into()));
    let mut header = Header::new(
        wrapping.id,
        message.kind(),
        told.source(message),
        target,
        told.timestamp_ms(),
    );
    header.correlation_id = Some(told.task(message).into());
    header.schema = Some(message.schema().into());
    header.priority = told.priority(message).unwrap_or(Priority::Medium);
    Envelope::new(header, Some(payload))
}

/// The task message in an envelope, byte for byte as it was put in.
///
/// # Errors
/// `PROTOCOL_SCHEMA_UNKNOWN` when there is none in it.
pub fn from_envelope(envelope: &Envelope) -> Result<(Message, &[u8])> {
    let message = envelope.header().schema.as_deref().and_then(Message::from_schema);
    match (message, envelope.payload()) {
        (Some(message), Some(payload)) => Ok((message, payload.as_bytes())),
        _ => Err(ProtocolError::new(
            Code::SchemaUnknown,
            "schema",
            "must be that of a task message",
            "another schema",
        )),
    }
}

use super::id::MessageId;
use super::kind::{Kind, Priority};
use super::payload::Payload;
use super::trace::TraceContext;
use super::version::Version;
use polyphon_sorted::SortedMap;

/// Where a message goes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Target {
    /// One agent, by its key or id.
    Agent(String),
    /// Whoever subscribed to this subject.
    Topic(String),
    /// Every agent.
    Broadcast,
}

/// Something both sides agreed on beyond the protocol.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Extension {
    /// Whether a receiver that does not know it must refuse the message.
    pub critical: bool,
    /// What it says.
    pub value: String,
}

/// Everything of a message but its payload. Fields a newer sender added are in `unknown` and survive a round trip.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Header {
    /// Unique id, which also tells when it was made.
    pub id: MessageId,
    /// Version of the protocol the sender speaks.
    pub version: Version,
    /// What it is.
    pub kind: Kind,
    /// Who sent it. The door it came through vouches for this, not the message.
    pub source: String,
    /// Where it goes.
    pub target: Target,
    /// When it was sent, in milliseconds since 1970.
    pub timestamp_ms: u64,
    /// How urgent it is.
    pub priority: Priority,
    /// What belongs together: all messages of one exchange carry the same text.
    pub correlation_id: Option<String>,
    /// The message that made the sender send this one.
    pub causation_id: Option<MessageId>,
    /// Subject for answers.
    pub reply_to: Option<String>,
    /// How long after `timestamp_ms` it is worth delivering, in milliseconds.
    pub ttl_ms: Option<u64>,
    /// The trace it belongs to.
    pub trace_context: Option<TraceContext>,
    /// The application's own fields, in the order of their names.
    pub headers: SortedMap<String, String>,
    /// What describes the payload; `polyphon.*` is reserved. Without it the kind's own schema holds.
    pub schema: Option<String>,
    /// Extensions in use, in the order of their names.
    pub extensions: SortedMap<String, Extension>,
    /// Fields this version does not know, in the order of their names.
    pub unknown: SortedMap<String, Payload>,
}

/// Name under which fields of Protobuf that are not known travel through other codecs.
pub const WIRE_FIELDS: &str = "#wire";

/// When a message that follows from another is made, and by whom.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Hop {
    /// Id of the new message.
    pub id: MessageId,
    /// Who sends it.
    pub source: String,
    /// When, in milliseconds since 1970.
    pub now_ms: u64,
    /// The span in which it is sent; the trace context is passed on under it.
    pub span_id: [u8; 8],
}

impl Header {
    /// A header with defaults for all that may be absent.
    pub fn new(
        id: MessageId,
        kind: Kind,
        source: impl Into<String>,
        target: Target,
        timestamp_ms: u64,
    ) -> Self {
        Self {
            id,
            version: Version::CURRENT,
            kind,
            source: source.into(),
            target,
            timestamp_ms,
            priority: Priority::Medium,
            correlation_id: None,
            causation_id: None,
            reply_to: None,
            ttl_ms: None,
            trace_context: None,
            headers: SortedMap::new(),
            schema: None,
            extensions: SortedMap::new(),
            unknown: SortedMap::new(),
        }
    }

    /// The header of a message that follows from this one: caused by it, in its exchange and its trace, as urgent as it.
    #[must_use]
    pub fn caused(&self, kind: Kind, target: Target, hop: Hop) -> Self {
        Self {
            priority: self.priority,
            correlation_id: Some(self.correlation_id.clone().unwrap_or_else(|| self.id.to_string())),
            causation_id: Some(self.id),
            trace_context: self.trace_context.as_ref().map(|trace| trace.child(hop.span_id)),
            ..Self::new(hop.id, kind, hop.source, target, hop.now_ms)
        }
    }

    /// The header of an answer: as [`Header::caused`], to where this message wants its answers.
    #[must_use]
    pub fn answered(&self, kind: Kind, hop: Hop) -> Self {
        let target = match &self.reply_to {
            Some(subject) => Target::Topic(subject.clone()),
            None => Target::Agent(self.source.clone()),
        };
        self.caused(kind, target, hop)
    }

    /// Whether the message is no longer worth delivering at `now_ms`.
    pub fn is_expired(&self, now_ms: u64) -> bool {
        self.ttl_ms
            .is_some_and(|ttl| now_ms >= self.timestamp_ms.saturating_add(ttl))
    }
}

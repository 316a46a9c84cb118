//! Filters: which of the messages of a subject a subscriber wants. All conditions must hold.

mod parse;
mod test;

pub use test::Test;

use crate::codec::Lazy;
use crate::envelope::{Encoding, Envelope, Header, Kind, Priority};
use crate::error::Result;
use crate::value::Value;
use crate::{json, msgpack};

/// Most conditions of a filter.
pub const CONDITIONS_MAX: usize = 32;

/// What a message must be like. The default takes everything.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filter {
    /// Its kind is one of these; empty: any.
    pub kinds: Vec<Kind>,
    /// It is at least this urgent.
    pub priority: Option<Priority>,
    /// Headers, by name.
    pub headers: Vec<(String, Test)>,
    /// Places in the payload, by JSON pointer.
    pub content: Vec<(String, Test)>,
}

impl Filter {
    /// Reads a filter: `{"kinds":["event"],"priority":"high","headers":{"region":{"prefix":"eu-"}},
    /// "content":{"/total":{"min":100}}}`. A condition is a map of tests, all of which hold, or a plain value to be equal to.
    ///
    /// # Errors
    /// `PROTOCOL_FILTER_INVALID` with the condition.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        parse::filter(bytes)
    }

    /// Whether it looks at headers only.
    pub fn needs_no_payload(&self) -> bool {
        self.content.is_empty()
    }

    /// Whether the header is as it should be.
    pub fn takes_header(&self, header: &Header) -> bool {
        (self.kinds.is_empty() || self.kinds.contains(&header.kind))
            && self.priority.is_none_or(|least| header.priority >= least)
            && self.headers.iter().all(|(name, test)| {
                let value = header.headers.get(name).map(|text| Value::from(text.as_str()));
                test.holds(value.as_ref())
            })
    }

    /// Whether the message is as it should be. A payload that is opaque has no places in it.
    pub fn takes(&self, envelope: &Envelope) -> bool {
        let payload = envelope.payload();
        self.takes_header(envelope.header())
            && self.takes_content(payload.map(|payload| (payload.encoding(), payload.as_bytes())))
    }

    /// The same for a message that was read lazily. The payload is looked at only when the header is as it should be
    /// and the filter asks for its content.
    pub fn takes_lazily(&self, message: &Lazy<'_>) -> bool {
        if !self.takes_header(message.header()) {
            return false;
        }
        let payload = if self.needs_no_payload() {
            None
        } else {
            message.payload_bytes()
        };
        self.takes_content(payload.as_ref().map(|bytes| (message.encoding(), &**bytes)))
    }

    fn takes_content(&self, payload: Option<(Encoding, &[u8])>) -> bool {
        self.content.iter().all(|(pointer, test)| {
            let value = match payload {
                Some((Encoding::Json, bytes)) => json::at(bytes, pointer),
                Some((Encoding::Msgpack, bytes)) => msgpack::at(bytes, pointer),
                _ => None,
            };
            test.holds(value.as_ref())
        })
    }
}

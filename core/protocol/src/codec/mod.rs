//! Three ways to write an envelope. All say the same; a payload's bytes are the same in each.
//!
//! [`Codec::header`] reads everything but the payload, of which it gives only the place: what routes messages never
//! looks at, copies or checks a payload.

mod json;
mod message;
mod msgpack;
mod protobuf;

pub use message::Lazy;
pub(crate) use message::checked;
pub(crate) use protobuf::are_unknown;

use crate::envelope::{Envelope, Header, Message, choice};
use crate::error::{ProtocolError, Result};
use crate::limits::MESSAGE_BYTES;

choice! {
    /// How an envelope is written.
    Codec {
        /// For people, browsers and `curl`.
        Json = 1 "json",
        /// The default between nodes.
        Msgpack = 2 "msgpack",
        /// For languages that generate code from `polyphon.proto`.
        Protobuf = 3 "protobuf",
    }
}

impl Codec {
    /// The bytes of a message.
    ///
    /// # Errors
    /// `PROTOCOL_LIMIT_EXCEEDED` when they are more than 10 MB.
    pub fn encode(self, envelope: &Envelope) -> Result<Vec<u8>> {
        let payload = envelope.payload();
        let out = Vec::with_capacity(256 + payload.map_or(0, |payload| payload.as_bytes().len()));
        self.encode_onto(envelope.message(), out)
    }

    /// Writes a message behind what is in `out`.
    ///
    /// # Errors
    /// `PROTOCOL_LIMIT_EXCEEDED` when the message has more than 10 MB.
    pub fn encode_onto(self, message: Message<'_>, mut out: Vec<u8>) -> Result<Vec<u8>> {
        let (start, header, payload) = (out.len(), message.header(), message.payload());
        match self {
            Self::Json => json::write(header, payload, &mut out),
            Self::Msgpack => out = msgpack::write(header, payload, out),
            Self::Protobuf => protobuf::write(header, payload, &mut out),
        }
        check_size(&out[start..])?;
        Ok(out)
    }

    /// The bytes of a header alone, as packets carry it.
    pub fn encode_header(self, header: &Header) -> Vec<u8> {
        self.encode_header_onto(header, Vec::with_capacity(256))
    }

    pub(crate) fn encode_header_onto(self, header: &Header, mut out: Vec<u8>) -> Vec<u8> {
        match self {
            Self::Json => json::write(header, None, &mut out),
            Self::Msgpack => out = msgpack::write(header, None, out),
            Self::Protobuf => protobuf::write(header, None, &mut out),
        }
        out
    }

    /// Reads a message.
    ///
    /// # Errors
    /// The first rule that is broken, with the field and the type of what was found.
    pub fn decode(self, bytes: &[u8]) -> Result<Envelope> {
        self.header(bytes)?.envelope()
    }

    /// Reads everything but the payload.
    ///
    /// # Errors
    /// As [`Codec::decode`]; a broken payload shows only in [`Lazy::envelope`].
    pub fn header(self, bytes: &[u8]) -> Result<Lazy<'_>> {
        check_size(bytes)?;
        let parts = match self {
            Self::Json => json::read(bytes),
            Self::Msgpack => msgpack::read(bytes),
            Self::Protobuf => protobuf::read(bytes),
        }
        .map_err(|error| {
            if error.field == "value" {
                error.inside("message")
            } else {
                error
            }
        })?;
        parts.finish()
    }
}

fn check_size(bytes: &[u8]) -> Result<()> {
    if bytes.len() <= MESSAGE_BYTES {
        return Ok(());
    }
    Err(ProtocolError::limit(
        "message",
        "at most 10 MB; larger data travels in chunks",
    ))
}

use super::kind::Encoding;
use crate::error::{ProtocolError, Result};
use crate::value::Value;
use crate::{json, msgpack};
use polyphon_wire::Writer;

/// The bytes a message carries and how to read them. They are checked once, when the payload is made.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Payload {
    encoding: Encoding,
    bytes: Vec<u8>,
}

/// A payload whose bytes belong to somebody else. Checked like a [`Payload`], and never copied.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct PayloadView<'a> {
    encoding: Encoding,
    bytes: &'a [u8],
}

impl<'a> PayloadView<'a> {
    /// A payload of these bytes. White space around JSON is dropped, nothing else changes.
    ///
    /// # Errors
    /// `PROTOCOL_MALFORMED` or `PROTOCOL_LIMIT_EXCEEDED` when the bytes are not what `encoding` says.
    pub fn new(encoding: Encoding, bytes: &'a [u8]) -> Result<Self> {
        let inside = |error: ProtocolError| error.inside("payload");
        if bytes.len() > crate::limits::MESSAGE_BYTES {
            return Err(ProtocolError::limit(
                "payload",
                "at most 10 MB; larger data travels in chunks",
            ));
        }
        let bytes = match encoding {
            Encoding::Json => json::check(bytes).map_err(inside)?,
            Encoding::Msgpack => msgpack::check(bytes).map_err(inside).map(|()| bytes)?,
            Encoding::Bytes => bytes,
        };
        Ok(Self { encoding, bytes })
    }

    /// A payload of bytes that were checked.
    pub(crate) fn checked(encoding: Encoding, bytes: &'a [u8]) -> Self {
        Self { encoding, bytes }
    }

    /// How to read the bytes.
    pub fn encoding(self) -> Encoding {
        self.encoding
    }

    /// The bytes as the sender wrote them.
    pub fn as_bytes(self) -> &'a [u8] {
        self.bytes
    }
}

impl Payload {
    /// A payload of these bytes. White space around JSON is dropped, nothing else changes.
    ///
    /// # Errors
    /// `PROTOCOL_MALFORMED` or `PROTOCOL_LIMIT_EXCEEDED` when the bytes are not what `encoding` says.
    pub fn new(encoding: Encoding, bytes: &[u8]) -> Result<Self> {
        let checked = PayloadView::new(encoding, bytes)?;
        Ok(Self {
            encoding,
            bytes: checked.bytes.to_vec(),
        })
    }

    /// A payload of bytes that were checked.
    pub(crate) fn checked(encoding: Encoding, bytes: Vec<u8>) -> Self {
        Self { encoding, bytes }
    }

    /// The same payload, borrowed.
    pub fn view(&self) -> PayloadView<'_> {
        PayloadView {
            encoding: self.encoding,
            bytes: &self.bytes,
        }
    }

    /// A value as JSON.
    pub fn json(value: &Value<'_>) -> Self {
        let mut bytes = Vec::new();
        json::write_value(value, &mut bytes);
        Self {
            encoding: Encoding::Json,
            bytes,
        }
    }

    /// A value as MessagePack.
    pub fn msgpack(value: &Value<'_>) -> Self {
        let mut writer = Writer::default();
        msgpack::write_value(value, &mut writer);
        Self {
            encoding: Encoding::Msgpack,
            bytes: writer.into_bytes(),
        }
    }

    /// How to read the bytes.
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// The bytes as the sender wrote them.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What the bytes say.
    ///
    /// # Errors
    /// `PROTOCOL_FIELD_INVALID` when JSON has a number that 64-bit floating point cannot hold.
    pub fn value(&self) -> Result<Value<'_>> {
        match self.encoding {
            Encoding::Json => json::parse(&self.bytes),
            Encoding::Msgpack => msgpack::parse(&self.bytes),
            Encoding::Bytes => Ok(Value::Bytes(self.bytes.as_slice().into())),
        }
        .map_err(|error| error.inside("payload"))
    }
}

//! What a payload must look like: the schemas of the eight kinds, of task messages and of chunks.
//!
//! A message without a schema id is judged by its kind's own; `polyphon.*` ids name the others here; every other id is
//! the application's own and its payload is only required to be what its encoding says.

mod kinds;
mod rules;
mod source;

pub use rules::{Field, Rule};

use crate::envelope::{Encoding, Header, Kind, Payload};
use crate::error::{Code, ProtocolError, Result};
use crate::json;
use crate::tasks;
use crate::transfer;

/// Prefix of the schemas that belong to the protocol.
const RESERVED: &str = "polyphon.";

/// The fields of a kind's payload, in the order of the document; `None` where any payload will do.
pub fn of_kind(kind: Kind) -> Option<&'static [Field]> {
    kinds::fields(kind)
}

/// Checks a payload against the fields of a map; what is not named there is let through. Nothing is built on the way, so
/// the cost in memory does not grow with the payload.
///
/// # Errors
/// The first rule that is broken; the path begins below the payload.
pub fn check(payload: &Payload, fields: &'static [Field]) -> Result<()> {
    let rule = Rule::Map(fields);
    match payload.encoding() {
        Encoding::Json => rules::value(&mut json::Reader::new(payload.as_bytes())?, rule),
        Encoding::Msgpack => rules::value(&mut polyphon_wire::Reader::new(payload.as_bytes()), rule),
        Encoding::Bytes => Err(ProtocolError::invalid("value", "must be a map", "bytes")),
    }
}

/// Checks the payload of a message.
pub(crate) fn payload(header: &Header, payload: Option<&Payload>) -> Result<()> {
    match header.schema.as_deref() {
        None => by_kind(header.kind, payload),
        Some(id) if !id.starts_with(RESERVED) => Ok(()),
        Some(transfer::SCHEMA) => chunk(header.kind, payload),
        Some(id) => match tasks::Message::from_schema(id) {
            Some(message) => message.check(header, payload),
            None => Err(ProtocolError::new(
                Code::SchemaUnknown,
                "schema",
                "of Polyphon's own must be known",
                "an unknown schema",
            )),
        },
    }
}

fn chunk(kind: Kind, payload: Option<&Payload>) -> Result<()> {
    if kind != Kind::Data {
        return Err(ProtocolError::invalid(
            "kind",
            "of a chunk must be data",
            "another kind",
        ));
    }
    transfer::Chunk::read(payload.ok_or_else(|| ProtocolError::missing("payload"))?).map(drop)
}

fn by_kind(kind: Kind, payload: Option<&Payload>) -> Result<()> {
    let payload = payload.ok_or_else(|| ProtocolError::missing("payload"))?;
    match kinds::fields(kind) {
        Some(fields) => check(payload, fields).map_err(|error| error.inside("payload")),
        None => Ok(()),
    }
}

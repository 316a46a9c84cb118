//! What a payload must look like: the schemas of the eight kinds, of task messages and of chunks.
//!
//! A message without a schema id is judged by its kind's own; `polyphon.*` ids name the others here; every other id is
//! the application's own and its payload is only required to be what its encoding says.

mod kinds;
mod rules;

pub use rules::{Field, Rule};

use crate::envelope::{Header, Kind, Payload};
use crate::error::{Code, ProtocolError, Result};
use crate::tasks;
use crate::transfer;
use crate::value::Value;

/// Prefix of the schemas that belong to the protocol.
const RESERVED: &str = "polyphon.";

/// The fields of a kind's payload, in the order of the document; `None` where any payload will do.
pub fn of_kind(kind: Kind) -> Option<&'static [Field]> {
    kinds::fields(kind)
}

/// Checks a value against the fields of a map; what is not named there is let through.
///
/// # Errors
/// The first rule that is broken; `path` stands before the field.
pub fn check(value: &Value<'_>, fields: &[Field], path: &str) -> Result<()> {
    rules::map(value, fields, path)
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
        Some(fields) => check(&payload.value()?, fields, "payload"),
        None => Ok(()),
    }
}

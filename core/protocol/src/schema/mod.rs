//! What a payload must look like: the schemas of the eight kinds, of task messages and of chunks.
//!
//! A message without a schema id is judged by its kind's own; `polyphon.*` ids name the others here; every other id is
//! the application's own and its payload is only required to be what its encoding says.

mod kinds;
mod rules;
mod source;

pub use rules::{Field, Rule};

use crate::envelope::{Encoding, Header, Kind, PayloadView};
use crate::error::{Code, ProtocolError, Result};
use crate::json;
use crate::limits::MESSAGE_BYTES;
use crate::tasks;
use crate::transfer;

/// Prefix of the schemas that belong to the protocol.
const RESERVED: &str = "polyphon.";

/// The payload is any value of the application, or nothing: for messages that have a kind but not the payload its own
/// schema asks for.
pub const VALUE: &str = "polyphon.value/1";

/// The fields of a kind's payload, in the order of the document; `None` where any payload will do.
pub fn of_kind(kind: Kind) -> Option<&'static [Field]> {
    kinds::fields(kind)
}

/// Checks a payload against the fields of a map; what is not named there is let through. Nothing is built on the way, so
/// the cost in memory does not grow with the payload.
///
/// # Errors
/// The first rule that is broken; the path begins below the payload.
pub fn check(payload: PayloadView<'_>, fields: &'static [Field]) -> Result<()> {
    let rule = Rule::Map(fields);
    match payload.encoding() {
        Encoding::Json => rules::value(&mut json::Reader::new(payload.as_bytes())?, rule),
        Encoding::Msgpack => rules::value(&mut polyphon_wire::Reader::new(payload.as_bytes()), rule),
        Encoding::Bytes => Err(ProtocolError::invalid("value", "must be a map", "bytes")),
    }
}

/// Checks the payload of a message.
pub(crate) fn payload(header: &Header, payload: Option<PayloadView<'_>>) -> Result<()> {
    match header.schema.as_deref() {
        None => by_kind(header.kind, payload),
        Some(id) if is_free(id) => Ok(()),
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

/// The payload these bytes are, checked in itself and as part of a message.
pub(crate) fn read<'a>(header: &Header, encoding: Encoding, bytes: &'a [u8]) -> Result<PayloadView<'a>> {
    let at_once = match encoding {
        Encoding::Json => json_at_once(header, bytes),
        _ => None,
    };
    if let Some(view) = at_once {
        return Ok(view);
    }
    let view = PayloadView::new(encoding, bytes)?;
    payload(header, Some(view)).map(|()| view)
}

/// The payload of a message in one pass over its JSON; `None` when it takes more than one, or something is wrong, which
/// the longer way names.
fn json_at_once<'a>(header: &Header, bytes: &'a [u8]) -> Option<PayloadView<'a>> {
    let own = header.schema.as_deref().is_none_or(is_free);
    if !own || bytes.len() > MESSAGE_BYTES {
        return None;
    }
    let fields = kinds::fields(header.kind).filter(|_| header.schema.is_none());
    let mut reader = json::Reader::new(bytes).ok()?.strict();
    reader.peek().ok()?;
    let start = reader.offset();
    rules::value(&mut reader, fields.map_or(Rule::Any, Rule::Map)).ok()?;
    let span = &bytes[start..reader.offset()];
    reader.end().ok()?;
    Some(PayloadView::checked(Encoding::Json, span))
}

/// Whether a schema lets any payload be.
fn is_free(id: &str) -> bool {
    !id.starts_with(RESERVED) || id == VALUE
}

fn chunk(kind: Kind, payload: Option<PayloadView<'_>>) -> Result<()> {
    if kind != Kind::Data {
        return Err(ProtocolError::invalid(
            "kind",
            "of a chunk must be data",
            "another kind",
        ));
    }
    transfer::Chunk::view(payload.ok_or_else(|| ProtocolError::missing("payload"))?).map(drop)
}

fn by_kind(kind: Kind, payload: Option<PayloadView<'_>>) -> Result<()> {
    let payload = payload.ok_or_else(|| ProtocolError::missing("payload"))?;
    match kinds::fields(kind) {
        Some(fields) => check(payload, fields).map_err(|error| error.inside("payload")),
        None => Ok(()),
    }
}

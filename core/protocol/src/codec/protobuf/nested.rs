use super::wire::{self, Fields, Item};
use super::{data, text, uint};
use crate::codec::message::{Parts, chosen, insert, once};
use crate::envelope::{Encoding, Extension, Header, Payload, TraceContext, WIRE_FIELDS};
use crate::error::{ProtocolError, Result};
use polyphon_sorted::SortedMap;

/// Fields 14 to 17.
pub(super) fn write(header: &Header, out: &mut Vec<u8>) {
    if let Some(trace) = &header.trace_context {
        let mut inner = Vec::new();
        wire::filled(&mut inner, 1, trace.traceparent.as_bytes());
        wire::filled(
            &mut inner,
            2,
            trace.tracestate.as_deref().unwrap_or_default().as_bytes(),
        );
        wire::filled(
            &mut inner,
            3,
            trace.baggage.as_deref().unwrap_or_default().as_bytes(),
        );
        wire::bytes(out, 14, &inner);
    }
    for (key, value) in &header.headers {
        entry(out, 15, key, value.as_bytes());
    }
    if let Some(schema) = &header.schema {
        wire::bytes(out, 16, schema.as_bytes());
    }
    for (name, extension) in &header.extensions {
        let mut inner = Vec::new();
        wire::uint(&mut inner, 1, extension.critical.into());
        wire::filled(&mut inner, 2, extension.value.as_bytes());
        entry(out, 17, name, &inner);
    }
}

/// Field 20.
pub(super) fn write_unknown(header: &Header, out: &mut Vec<u8>) {
    for (name, value) in header.unknown.iter().filter(|(name, _)| *name != WIRE_FIELDS) {
        let mut inner = Vec::new();
        wire::uint(&mut inner, 1, value.encoding().number().into());
        wire::filled(&mut inner, 2, value.as_bytes());
        entry(out, 20, name, &inner);
    }
}

/// An entry of a map; other implementations write both of its fields even when empty.
fn entry(out: &mut Vec<u8>, field: u32, key: &str, value: &[u8]) {
    let mut inner = Vec::with_capacity(key.len() + value.len() + 8);
    wire::bytes(&mut inner, 1, key.as_bytes());
    wire::bytes(&mut inner, 2, value);
    wire::bytes(out, field, &inner);
}

pub(super) fn trace(bytes: &[u8]) -> Result<TraceContext> {
    let mut parts: [Option<String>; 3] = Default::default();
    let mut fields = Fields::new(bytes);
    while let Some((number, item, _)) = fields.next()? {
        let slot = parts
            .get_mut(number as usize - 1)
            .ok_or_else(|| stranger("trace_context"))?;
        once(slot, "trace_context", text(item, "trace_context")?)?;
    }
    let [traceparent, tracestate, baggage] = parts;
    let traceparent = traceparent.ok_or_else(|| ProtocolError::missing("trace_context.traceparent"))?;
    Ok(TraceContext {
        traceparent,
        tracestate,
        baggage,
    })
}

pub(super) fn header(parts: &mut Parts<'_>, bytes: &[u8]) -> Result<()> {
    let (key, value) = pair(bytes, "headers")?;
    let value = value.map_or(Ok(String::new()), |value| text(value, "headers"))?;
    bounded(&mut parts.headers, "headers", key, value)
}

pub(super) fn extension(parts: &mut Parts<'_>, bytes: &[u8]) -> Result<()> {
    let (key, value) = pair(bytes, "extensions")?;
    let (mut critical, mut says) = (None, None);
    let mut fields = Fields::new(value.map_or(Ok(&[][..]), |value| data(value, "extensions"))?);
    while let Some((number, item, _)) = fields.next()? {
        match number {
            1 => once(&mut critical, "extensions", uint(item, "extensions")? != 0)?,
            2 => once(&mut says, "extensions", text(item, "extensions")?)?,
            _ => return Err(stranger("extensions")),
        }
    }
    let extension = Extension {
        critical: critical.unwrap_or(false),
        value: says.unwrap_or_default(),
    };
    bounded(&mut parts.extensions, "extensions", key, extension)
}

pub(super) fn unknown(parts: &mut Parts<'_>, bytes: &[u8]) -> Result<()> {
    let (key, value) = pair(bytes, "unknown")?;
    let (mut encoding, mut says) = (None, None);
    let mut fields = Fields::new(value.map_or(Ok(&[][..]), |value| data(value, "unknown"))?);
    while let Some((number, item, _)) = fields.next()? {
        match number {
            1 => once(&mut encoding, "unknown", uint(item, "unknown")?)?,
            2 => once(&mut says, "unknown", data(item, "unknown")?)?,
            _ => return Err(stranger("unknown")),
        }
    }
    let encoding = Encoding::from_number(encoding.unwrap_or(0));
    let encoding = chosen(encoding, "unknown", "integer")?;
    let value = Payload::new(encoding, says.unwrap_or_default()).map_err(|error| error.inside("unknown"))?;
    insert(&mut parts.unknown, "unknown", key, value)
}

fn pair<'a>(bytes: &'a [u8], field: &str) -> Result<(String, Option<Item<'a>>)> {
    let (mut key, mut value) = (None, None);
    let mut fields = Fields::new(bytes);
    while let Some((number, item, _)) = fields.next()? {
        match number {
            1 => once(&mut key, field, text(item, field)?)?,
            2 => once(&mut value, field, item)?,
            _ => return Err(stranger(field)),
        }
    }
    Ok((key.unwrap_or_default(), value))
}

fn bounded<T>(map: &mut Option<SortedMap<String, T>>, field: &str, key: String, value: T) -> Result<()> {
    insert(map.get_or_insert_default(), field, key, value)
}

fn stranger(field: &str) -> ProtocolError {
    ProtocolError::invalid(field, "must have no other fields", "another field")
}

use super::header::{Header, Target, WIRE_FIELDS};
use super::kind::{Encoding, Kind};
use crate::codec::are_unknown;
use crate::error::{Code, ProtocolError, Result};
use crate::limits::{INTEGER_MAX, KEYS, NAME_BYTES, TEXT_BYTES};
use crate::subjects::Subject;
use polyphon_sorted::SortedSet;

/// Names of JSON that belong to this version. A field of one of them that came by another way would stand twice.
const KNOWN: [&str; 17] = [
    "id",
    "version",
    "kind",
    "source",
    "target",
    "timestamp",
    "priority",
    "correlationId",
    "causationId",
    "replyTo",
    "ttl",
    "trace_context",
    "headers",
    "schema",
    "extensions",
    "encoding",
    "payload",
];

/// Extensions a receiver understands.
pub type Extensions = SortedSet<String>;

/// Every rule of a header that does not need the payload.
pub(super) fn header(header: &Header) -> Result<()> {
    header.version.check()?;
    name("source", &header.source)?;
    match &header.target {
        Target::Agent(agent) => name("target.agent", agent)?,
        Target::Topic(topic) => subject("target.topic", topic)?,
        Target::Broadcast => {}
    }
    if header.timestamp_ms > INTEGER_MAX {
        return Err(ProtocolError::invalid(
            "timestamp",
            "must be below 2^53",
            "integer",
        ));
    }
    if header.ttl_ms.is_some_and(|ttl| ttl == 0 || ttl > INTEGER_MAX) {
        return Err(ProtocolError::invalid(
            "ttl",
            "must be 1 to 2^53 - 1 milliseconds",
            "integer",
        ));
    }
    if let Some(id) = &header.correlation_id {
        name("correlationId", id)?;
    }
    if let Some(reply_to) = &header.reply_to {
        subject("replyTo", reply_to)?;
    }
    if let Some(trace) = &header.trace_context {
        trace.check()?;
    }
    if let Some(schema) = &header.schema {
        name("schema", schema)?;
    }
    maps(header)?;
    by_kind(header)
}

/// What a kind demands of a header.
fn by_kind(header: &Header) -> Result<()> {
    match header.kind {
        Kind::Response if header.correlation_id.is_none() => Err(ProtocolError::missing("correlationId")),
        Kind::Query if header.reply_to.is_none() => Err(ProtocolError::missing("replyTo")),
        Kind::Response | Kind::Query | Kind::Error if header.target == Target::Broadcast => Err(
            ProtocolError::invalid("target", "of this kind must be an agent or a topic", "broadcast"),
        ),
        _ => Ok(()),
    }
}

fn maps(header: &Header) -> Result<()> {
    let sizes = [
        ("headers", header.headers.len()),
        ("extensions", header.extensions.len()),
        ("unknown", header.unknown.len() + KNOWN.len()),
    ];
    if let Some((field, _)) = sizes.iter().find(|(_, len)| *len > KEYS) {
        return Err(ProtocolError::limit(*field, "a map has at most 10000 keys"));
    }
    for (key, value) in &header.headers {
        name("headers", key)?;
        text("headers", value)?;
    }
    for (key, extension) in &header.extensions {
        name("extensions", key)?;
        text("extensions", &extension.value)?;
    }
    if header.unknown.keys().any(|key| key.len() > NAME_BYTES) {
        return Err(ProtocolError::limit("unknown", "a name has at most 256 bytes"));
    }
    if header.unknown.keys().any(|key| KNOWN.contains(&key.as_str())) {
        return Err(ProtocolError::invalid(
            "unknown",
            "must not have the name of a known field",
            "a known name",
        ));
    }
    match header.unknown.get(WIRE_FIELDS) {
        // Whoever writes them into Protobuf must not overwrite a field that was checked.
        Some(fields) if fields.encoding() != Encoding::Bytes || !are_unknown(fields.as_bytes()) => Err(
            ProtocolError::invalid(WIRE_FIELDS, "must be fields of Protobuf above 20", "other bytes"),
        ),
        _ => Ok(()),
    }
}

/// Refuses what is critical and not among `known`, by name.
pub(super) fn extensions(header: &Header, known: &Extensions) -> Result<()> {
    let strange = header
        .extensions
        .iter()
        .find(|(name, extension)| extension.critical && !known.contains(*name));
    match strange {
        Some((name, _)) => Err(ProtocolError::new(
            Code::ExtensionUnknown,
            format!("extensions.{name}"),
            "is critical and must be understood",
            "an unknown extension",
        )),
        None => Ok(()),
    }
}

fn name(field: &'static str, text: &str) -> Result<()> {
    let plain = |text: &str| text.bytes().all(|byte| (0x20..0x7f).contains(&byte));
    let fits = (1..=NAME_BYTES).contains(&text.len()) && (plain(text) || !text.chars().any(char::is_control));
    if fits {
        return Ok(());
    }
    Err(ProtocolError::invalid(
        field,
        "must have 1 to 256 bytes and no control characters",
        "text",
    ))
}

fn text(field: &'static str, text: &str) -> Result<()> {
    if text.len() <= TEXT_BYTES {
        return Ok(());
    }
    Err(ProtocolError::limit(field, "a value has at most 64 KiB"))
}

fn subject(field: &'static str, text: &str) -> Result<()> {
    Subject::new(text).map(drop).map_err(|error| error.inside(field))
}

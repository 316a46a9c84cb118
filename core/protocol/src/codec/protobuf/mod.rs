mod nested;
mod wire;

use super::message::{Parts, chosen, insert, once};
use crate::envelope::{
    Encoding, Header, Kind, MessageId, Payload, PayloadView, Priority, Target, WIRE_FIELDS,
};
use crate::error::{ProtocolError, Result};
use std::borrow::Cow;
use wire::{Fields, Item};

/// Fields from here on belong to versions to come.
const FIRST_UNKNOWN: u32 = 21;

pub(super) fn write(header: &Header, payload: Option<PayloadView<'_>>, out: &mut Vec<u8>) {
    wire::bytes(out, 1, header.id.as_bytes());
    wire::bytes(out, 2, header.version.text().as_bytes());
    wire::uint(out, 3, header.kind.number().into());
    wire::bytes(out, 4, header.source.as_bytes());
    match &header.target {
        Target::Agent(agent) => wire::bytes(out, 5, agent.as_bytes()),
        Target::Topic(topic) => wire::bytes(out, 6, topic.as_bytes()),
        Target::Broadcast => wire::uint(out, 7, 1),
    }
    wire::uint(out, 8, header.timestamp_ms);
    if header.priority != Priority::Medium {
        wire::uint(out, 9, header.priority.number().into());
    }
    let mut optional = |field, text: Option<&[u8]>| {
        if let Some(text) = text {
            wire::bytes(out, field, text);
        }
    };
    optional(10, header.correlation_id.as_deref().map(str::as_bytes));
    optional(11, header.causation_id.as_ref().map(|id| &id.as_bytes()[..]));
    optional(12, header.reply_to.as_deref().map(str::as_bytes));
    wire::uint(out, 13, header.ttl_ms.unwrap_or(0));
    nested::write(header, out);
    if let Some(payload) = payload.filter(|payload| payload.encoding() != Encoding::Json) {
        wire::uint(out, 18, payload.encoding().number().into());
    }
    nested::write_unknown(header, out);
    if let Some(payload) = payload {
        wire::bytes(out, 19, payload.as_bytes());
    }
    if let Some(fields) = header.unknown.get(WIRE_FIELDS) {
        out.extend_from_slice(fields.as_bytes());
    }
}

pub(super) fn read(bytes: &[u8]) -> Result<Parts<'_>> {
    // A number that is zero is not written.
    let (mut parts, mut timestamp, mut strange) = (Parts::default(), None, Vec::new());
    let mut fields = Fields::new(bytes);
    while let Some((number, item, raw)) = fields.next()? {
        match number {
            8 => once(&mut timestamp, "timestamp", uint(item, "timestamp")?)?,
            FIRST_UNKNOWN.. => strange.extend_from_slice(raw),
            _ => field(&mut parts, number, item)?,
        }
    }
    parts.timestamp_ms = Some(timestamp.unwrap_or(0));
    if !strange.is_empty() {
        insert(
            &mut parts.unknown,
            "unknown",
            WIRE_FIELDS.into(),
            Payload::new(Encoding::Bytes, &strange)?,
        )?;
    }
    Ok(parts)
}

fn field<'a>(parts: &mut Parts<'a>, number: u32, item: Item<'a>) -> Result<()> {
    match number {
        1 => once(&mut parts.id, "id", id(item, "id")?),
        2 => {
            let version = text(item, "version")?
                .parse()
                .map_err(|error: ProtocolError| error.inside("version"))?;
            once(&mut parts.version, "version", version)
        }
        3 => {
            let kind = Kind::from_number(uint(item, "kind")?);
            once(&mut parts.kind, "kind", chosen(kind, "kind", "integer")?)
        }
        4 => once(&mut parts.source, "source", text(item, "source")?),
        5 => once(
            &mut parts.target,
            "target",
            Target::Agent(text(item, "target.agent")?),
        ),
        6 => once(
            &mut parts.target,
            "target",
            Target::Topic(text(item, "target.topic")?),
        ),
        7 if uint(item, "target.broadcast")? == 1 => once(&mut parts.target, "target", Target::Broadcast),
        7 => Err(ProtocolError::invalid(
            "target.broadcast",
            "must be true",
            "another value",
        )),
        9 => {
            let priority = Priority::from_number(uint(item, "priority")?);
            once(
                &mut parts.priority,
                "priority",
                chosen(priority, "priority", "integer")?,
            )
        }
        10 => once(
            &mut parts.correlation_id,
            "correlationId",
            text(item, "correlationId")?,
        ),
        11 => once(&mut parts.causation_id, "causationId", id(item, "causationId")?),
        12 => once(&mut parts.reply_to, "replyTo", text(item, "replyTo")?),
        13 => once(&mut parts.ttl_ms, "ttl", uint(item, "ttl")?),
        14 => once(
            &mut parts.trace_context,
            "trace_context",
            nested::trace(data(item, "trace_context")?)?,
        ),
        15 => nested::header(parts, data(item, "headers")?),
        16 => once(&mut parts.schema, "schema", text(item, "schema")?),
        17 => nested::extension(parts, data(item, "extensions")?),
        18 => {
            let encoding = Encoding::from_number(uint(item, "encoding")?);
            once(
                &mut parts.encoding,
                "encoding",
                chosen(encoding, "encoding", "integer")?,
            )
        }
        19 => once(
            &mut parts.payload,
            "payload",
            Cow::Borrowed(data(item, "payload")?),
        ),
        _ => nested::unknown(parts, data(item, "unknown")?),
    }
}

/// Whether these are fields of versions to come and nothing else.
pub(crate) fn are_unknown(bytes: &[u8]) -> bool {
    let mut fields = Fields::new(bytes);
    loop {
        match fields.next() {
            Ok(Some((FIRST_UNKNOWN.., _, _))) => {}
            Ok(None) => return true,
            _ => return false,
        }
    }
}

fn uint(item: Item<'_>, field: &str) -> Result<u64> {
    match item {
        Item::Varint(value) => Ok(value),
        _ => Err(wrong(item, field, "must be an integer")),
    }
}

fn data<'a>(item: Item<'a>, field: &str) -> Result<&'a [u8]> {
    match item {
        Item::Bytes(bytes) => Ok(bytes),
        _ => Err(wrong(item, field, "must be text, bytes or a message")),
    }
}

fn text(item: Item<'_>, field: &str) -> Result<String> {
    let bytes = data(item, field)?;
    let text = std::str::from_utf8(bytes)
        .map_err(|_| ProtocolError::invalid(field, "must be UTF-8", "other bytes"))?;
    Ok(text.to_owned())
}

fn id(item: Item<'_>, field: &str) -> Result<MessageId> {
    MessageId::from_bytes(data(item, field)?).map_err(|error| error.inside(field))
}

fn wrong(item: Item<'_>, field: &str, rule: &'static str) -> ProtocolError {
    let found = match item {
        Item::Varint(_) => "integer",
        Item::Bytes(_) => "bytes",
        Item::Fixed => "fixed number",
    };
    ProtocolError::invalid(field, rule, found)
}

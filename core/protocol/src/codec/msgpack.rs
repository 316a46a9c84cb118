use super::message::{Parts, chosen, insert, once};
use crate::envelope::{
    Encoding, Extension, Header, Kind, MessageId, Payload, PayloadView, Priority, Target, TraceContext,
    WIRE_FIELDS,
};
use crate::error::{ProtocolError, Result};
use crate::limits::KEYS;
use crate::msgpack::{check_value, type_name, write_value};
use polyphon_sorted::SortedMap;
use polyphon_wire::{Reader, Writer};
use std::borrow::Cow;

/// Numbers from here on belong to versions to come.
const FIRST_UNKNOWN: u64 = 20;

pub(super) fn write(header: &Header, payload: Option<PayloadView<'_>>, out: Vec<u8>) -> Vec<u8> {
    let mut out = Writer::onto(out);
    let encoding = payload
        .map(PayloadView::encoding)
        .filter(|encoding| *encoding != Encoding::Json);
    out.map(count(header) + payload.iter().len() + encoding.iter().len());
    out.uint(1);
    out.bin(header.id.as_bytes());
    text(&mut out, 2, &header.version.text());
    uint(&mut out, 3, header.kind.number().into());
    text(&mut out, 4, &header.source);
    match &header.target {
        Target::Agent(agent) => text(&mut out, 5, agent),
        Target::Topic(topic) => text(&mut out, 6, topic),
        Target::Broadcast => {
            out.uint(7);
            out.bool(true);
        }
    }
    uint(&mut out, 8, header.timestamp_ms);
    if header.priority != Priority::Medium {
        uint(&mut out, 9, header.priority.number().into());
    }
    if let Some(id) = &header.correlation_id {
        text(&mut out, 10, id);
    }
    if let Some(id) = &header.causation_id {
        out.uint(11);
        out.bin(id.as_bytes());
    }
    if let Some(subject) = &header.reply_to {
        text(&mut out, 12, subject);
    }
    if let Some(ttl) = header.ttl_ms {
        uint(&mut out, 13, ttl);
    }
    if let Some(trace) = &header.trace_context {
        out.uint(14);
        out.array(3);
        out.str(&trace.traceparent);
        optional(&mut out, trace.tracestate.as_deref());
        optional(&mut out, trace.baggage.as_deref());
    }
    if !header.headers.is_empty() {
        out.uint(15);
        out.map(header.headers.len());
        for (key, value) in &header.headers {
            out.str(key);
            out.str(value);
        }
    }
    if let Some(schema) = &header.schema {
        text(&mut out, 16, schema);
    }
    if !header.extensions.is_empty() {
        out.uint(17);
        out.map(header.extensions.len());
        for (name, extension) in &header.extensions {
            out.str(name);
            out.array(2);
            out.bool(extension.critical);
            out.str(&extension.value);
        }
    }
    if let Some(encoding) = encoding {
        uint(&mut out, 18, encoding.number().into());
    }
    for (name, value) in &header.unknown {
        match numbered(name) {
            Some(number) => out.uint(number),
            None => out.str(name),
        }
        unknown(value, &mut out);
    }
    if let Some(payload) = payload {
        out.uint(19);
        out.bin(payload.as_bytes());
    }
    out.into_bytes()
}

fn count(header: &Header) -> usize {
    let optional = [
        header.priority != Priority::Medium,
        header.correlation_id.is_some(),
        header.causation_id.is_some(),
        header.reply_to.is_some(),
        header.ttl_ms.is_some(),
        header.trace_context.is_some(),
        !header.headers.is_empty(),
        header.schema.is_some(),
        !header.extensions.is_empty(),
    ];
    6 + optional.iter().filter(|there| **there).count() + header.unknown.len()
}

/// The number of a field that another codec knows by its name `#number`.
fn numbered(name: &str) -> Option<u64> {
    let digits = name
        .strip_prefix('#')
        .filter(|digits| !digits.starts_with(['0', '+']))?;
    digits.parse().ok().filter(|number| *number >= FIRST_UNKNOWN)
}

fn unknown(value: &Payload, out: &mut Writer) {
    match (value.encoding(), value.value()) {
        (Encoding::Msgpack, _) => out.raw(value.as_bytes()),
        (_, Ok(value)) => write_value(&value, out),
        // A number of JSON that no other format can hold.
        (_, Err(_)) => out.nil(),
    }
}

fn uint(out: &mut Writer, field: u64, value: u64) {
    out.uint(field);
    out.uint(value);
}

fn text(out: &mut Writer, field: u64, value: &str) {
    out.uint(field);
    out.str(value);
}

fn optional(out: &mut Writer, value: Option<&str>) {
    match value {
        Some(value) => out.str(value),
        None => out.nil(),
    }
}

pub(super) fn read(bytes: &[u8]) -> Result<Parts<'_>> {
    let mut reader = Reader::new(bytes);
    let mut parts = Parts::default();
    for _ in 0..reader.map()? {
        match reader.peek() {
            Some(0xa0..=0xbf | 0xd9..=0xdb) => {
                let name = reader.str()?;
                strange(&mut reader, &mut parts, name.to_owned())?;
            }
            _ => match reader.uint()? {
                number @ FIRST_UNKNOWN.. => strange(&mut reader, &mut parts, format!("#{number}"))?,
                number => field(&mut reader, &mut parts, number)?,
            },
        }
    }
    reader.finish()?;
    Ok(parts)
}

fn field<'a>(reader: &mut Reader<'a>, parts: &mut Parts<'a>, number: u64) -> Result<()> {
    match number {
        1 => once(&mut parts.id, "id", id(reader, "id")?),
        2 => {
            let version = str(reader, "version")?
                .parse()
                .map_err(|error: ProtocolError| error.inside("version"))?;
            once(&mut parts.version, "version", version)
        }
        3 => {
            let kind = Kind::from_number(number_of(reader, "kind")?);
            once(&mut parts.kind, "kind", chosen(kind, "kind", "integer")?)
        }
        4 => once(&mut parts.source, "source", str(reader, "source")?),
        5 => once(
            &mut parts.target,
            "target",
            Target::Agent(str(reader, "target.agent")?),
        ),
        6 => once(
            &mut parts.target,
            "target",
            Target::Topic(str(reader, "target.topic")?),
        ),
        7 if reader.bool().is_ok_and(|set| set) => once(&mut parts.target, "target", Target::Broadcast),
        7 => Err(ProtocolError::invalid(
            "target.broadcast",
            "must be true",
            "another value",
        )),
        8 => once(
            &mut parts.timestamp_ms,
            "timestamp",
            number_of(reader, "timestamp")?,
        ),
        9 => {
            let priority = Priority::from_number(number_of(reader, "priority")?);
            once(
                &mut parts.priority,
                "priority",
                chosen(priority, "priority", "integer")?,
            )
        }
        10 => once(
            &mut parts.correlation_id,
            "correlationId",
            str(reader, "correlationId")?,
        ),
        11 => once(&mut parts.causation_id, "causationId", id(reader, "causationId")?),
        12 => once(&mut parts.reply_to, "replyTo", str(reader, "replyTo")?),
        13 => once(&mut parts.ttl_ms, "ttl", number_of(reader, "ttl")?),
        14 => once(&mut parts.trace_context, "trace_context", trace(reader)?),
        15 => once(&mut parts.headers, "headers", headers(reader)?),
        16 => once(&mut parts.schema, "schema", str(reader, "schema")?),
        17 => once(&mut parts.extensions, "extensions", extensions(reader)?),
        18 => {
            let encoding = Encoding::from_number(number_of(reader, "encoding")?);
            once(
                &mut parts.encoding,
                "encoding",
                chosen(encoding, "encoding", "integer")?,
            )
        }
        19 => {
            let bytes = reader
                .bin()
                .map_err(|_| wrong(reader, "payload", "must be bytes"))?;
            once(&mut parts.payload, "payload", Cow::Borrowed(bytes))
        }
        _ => Err(ProtocolError::invalid(
            "message",
            "must have field numbers from 1",
            "integer",
        )),
    }
}

fn strange(reader: &mut Reader<'_>, parts: &mut Parts<'_>, name: String) -> Result<()> {
    let value = if name == WIRE_FIELDS {
        let bytes = reader
            .bin()
            .map_err(|_| wrong(reader, WIRE_FIELDS, "must be bytes"))?;
        Payload::new(Encoding::Bytes, bytes)?
    } else {
        let start = reader.offset();
        check_value(reader, 0).map_err(|error| error.inside("unknown"))?;
        Payload::new(Encoding::Msgpack, reader.slice(start, reader.offset()))?
    };
    insert(&mut parts.unknown, "unknown", name, value)
}

fn str(reader: &mut Reader<'_>, field: &str) -> Result<String> {
    reader
        .str()
        .map(str::to_owned)
        .map_err(|_| wrong(reader, field, "must be text"))
}

/// Some encoders write small numbers with a sign.
fn number_of(reader: &mut Reader<'_>, field: &str) -> Result<u64> {
    let number = reader
        .clone()
        .int()
        .ok()
        .and_then(|number| u64::try_from(number).ok());
    match number {
        Some(number) => reader.skip().map(|()| number).map_err(ProtocolError::from),
        None => Err(wrong(reader, field, "must be an integer, not negative")),
    }
}

fn id(reader: &mut Reader<'_>, field: &str) -> Result<MessageId> {
    let bytes = reader
        .bin()
        .map_err(|_| wrong(reader, field, "must be 16 bytes"))?;
    MessageId::from_bytes(bytes).map_err(|error| error.inside(field))
}

/// An error about the value that is next.
fn wrong(reader: &Reader<'_>, field: &str, rule: &'static str) -> ProtocolError {
    ProtocolError::invalid(field, rule, type_name(reader))
}

fn trace(reader: &mut Reader<'_>) -> Result<TraceContext> {
    if reader.array() != Ok(3) {
        return Err(ProtocolError::invalid(
            "trace_context",
            "must be a list of three",
            "something else",
        ));
    }
    let traceparent = str(reader, "trace_context.traceparent")?;
    let mut optional = |field| {
        if reader.take_nil() {
            Ok(None)
        } else {
            str(reader, field).map(Some)
        }
    };
    let tracestate = optional("trace_context.tracestate")?;
    let baggage = optional("trace_context.baggage")?;
    Ok(TraceContext {
        traceparent,
        tracestate,
        baggage,
    })
}

fn keys(reader: &mut Reader<'_>, field: &str) -> Result<usize> {
    match reader.map() {
        Ok(len) if len <= KEYS => Ok(len),
        Ok(_) => Err(ProtocolError::limit(field, "a map has at most 10000 keys")),
        Err(_) => Err(wrong(reader, field, "must be a map")),
    }
}

fn headers(reader: &mut Reader<'_>) -> Result<SortedMap<String, String>> {
    let mut headers = SortedMap::new();
    for _ in 0..keys(reader, "headers")? {
        let key = str(reader, "headers")?;
        insert(&mut headers, "headers", key, str(reader, "headers")?)?;
    }
    Ok(headers)
}

fn extensions(reader: &mut Reader<'_>) -> Result<SortedMap<String, Extension>> {
    let mut extensions = SortedMap::new();
    for _ in 0..keys(reader, "extensions")? {
        let name = str(reader, "extensions")?;
        if reader.array() != Ok(2) {
            return Err(ProtocolError::invalid(
                "extensions",
                "must be lists of two",
                "something else",
            ));
        }
        let critical = reader
            .bool()
            .map_err(|_| wrong(reader, "extensions", "must be true or false"))?;
        let value = str(reader, "extensions")?;
        insert(&mut extensions, "extensions", name, Extension { critical, value })?;
    }
    Ok(extensions)
}

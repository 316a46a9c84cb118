use super::message::{Parts, chosen, insert, once};
use crate::envelope::{
    Encoding, Extension, Header, Kind, Payload, PayloadView, Priority, Target, TraceContext, WIRE_FIELDS,
};
use crate::error::{Code, ProtocolError, Result};
use crate::json::{Reader, write_text, write_value};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use polyphon_sorted::SortedMap;
use std::borrow::Cow;

pub(super) fn write(header: &Header, payload: Option<PayloadView<'_>>, out: &mut Vec<u8>) {
    let mut map = Map { out, first: true };
    map.text("id", &header.id.to_string());
    map.text("version", &header.version.text());
    map.text("kind", header.kind.as_str());
    map.text("source", &header.source);
    map.key("target");
    write_target(&header.target, map.out);
    map.number("timestamp", header.timestamp_ms);
    if header.priority != Priority::Medium {
        map.text("priority", header.priority.as_str());
    }
    map.optional("correlationId", header.correlation_id.as_deref());
    map.optional(
        "causationId",
        header.causation_id.map(|id| id.to_string()).as_deref(),
    );
    map.optional("replyTo", header.reply_to.as_deref());
    if let Some(ttl) = header.ttl_ms {
        map.number("ttl", ttl);
    }
    if let Some(trace) = &header.trace_context {
        map.map("trace_context", |map| {
            map.text("traceparent", &trace.traceparent);
            map.optional("tracestate", trace.tracestate.as_deref());
            map.optional("baggage", trace.baggage.as_deref());
        });
    }
    if !header.headers.is_empty() {
        map.map("headers", |map| {
            header
                .headers
                .iter()
                .for_each(|(key, value)| map.text(key, value))
        });
    }
    map.optional("schema", header.schema.as_deref());
    if !header.extensions.is_empty() {
        map.map("extensions", |map| {
            for (name, extension) in &header.extensions {
                map.map(name, |map| {
                    map.raw("critical", if extension.critical { b"true" } else { b"false" });
                    map.text("value", &extension.value);
                });
            }
        });
    }
    for (name, value) in &header.unknown {
        map.key(name);
        unknown(value, map.out);
    }
    if let Some(payload) = payload {
        if payload.encoding() == Encoding::Json {
            map.raw("payload", payload.as_bytes());
        } else {
            map.text("encoding", payload.encoding().as_str());
            map.text("payload", &STANDARD.encode(payload.as_bytes()));
        }
    }
    out.push(b'}');
}

fn unknown(value: &Payload, out: &mut Vec<u8>) {
    match (value.encoding(), value.value()) {
        (Encoding::Json, _) => out.extend_from_slice(value.as_bytes()),
        (_, Ok(value)) => write_value(&value, out),
        // MessagePack and bytes were checked when the payload was made.
        (_, Err(_)) => out.extend_from_slice(b"null"),
    }
}

fn write_target(target: &Target, out: &mut Vec<u8>) {
    let mut map = Map { out, first: true };
    match target {
        Target::Agent(agent) => map.text("agent", agent),
        Target::Topic(topic) => map.text("topic", topic),
        Target::Broadcast => map.raw("broadcast", b"true"),
    }
    out.push(b'}');
}

struct Map<'o> {
    out: &'o mut Vec<u8>,
    first: bool,
}

impl Map<'_> {
    fn key(&mut self, key: &str) {
        self.out.push(if self.first { b'{' } else { b',' });
        self.first = false;
        write_text(key, self.out);
        self.out.push(b':');
    }

    fn raw(&mut self, key: &str, value: &[u8]) {
        self.key(key);
        self.out.extend_from_slice(value);
    }

    fn text(&mut self, key: &str, value: &str) {
        self.key(key);
        write_text(value, self.out);
    }

    fn optional(&mut self, key: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.text(key, value);
        }
    }

    fn number(&mut self, key: &str, value: u64) {
        self.raw(key, value.to_string().as_bytes());
    }

    fn map(&mut self, key: &str, fill: impl FnOnce(&mut Map<'_>)) {
        self.key(key);
        fill(&mut Map {
            out: self.out,
            first: true,
        });
        self.out.push(b'}');
    }
}

pub(super) fn read(bytes: &[u8]) -> Result<Parts<'_>> {
    let mut parts = Parts::default();
    let mut reader = Reader::new(bytes)?;
    let mut inline = None;
    reader.map(|reader, key| {
        let name: &str = &key;
        match name {
            "id" => once(&mut parts.id, name, parsed(reader, name)?),
            "version" => once(&mut parts.version, name, parsed(reader, name)?),
            "kind" => {
                let kind = Kind::from_text(&text(reader, name)?);
                once(&mut parts.kind, name, chosen(kind, name, "text")?)
            }
            "source" => once(&mut parts.source, name, text(reader, name)?.into_owned()),
            "target" => once(&mut parts.target, name, target(reader)?),
            "timestamp" => once(&mut parts.timestamp_ms, name, count(reader, name)?),
            "priority" => {
                let priority = Priority::from_text(&text(reader, name)?);
                let priority = chosen(priority, name, "text")?;
                once(&mut parts.priority, name, priority)
            }
            "correlationId" => once(&mut parts.correlation_id, name, text(reader, name)?.into_owned()),
            "causationId" => once(&mut parts.causation_id, name, parsed(reader, name)?),
            "replyTo" => once(&mut parts.reply_to, name, text(reader, name)?.into_owned()),
            "ttl" => once(&mut parts.ttl_ms, name, count(reader, name)?),
            "trace_context" => once(&mut parts.trace_context, name, trace(reader)?),
            "headers" => once(&mut parts.headers, name, headers(reader)?),
            "schema" => once(&mut parts.schema, name, text(reader, name)?.into_owned()),
            "extensions" => once(&mut parts.extensions, name, extensions(reader)?),
            "encoding" => {
                let encoding = Encoding::from_text(&text(reader, name)?);
                let encoding = chosen(encoding, name, "text")?;
                once(&mut parts.encoding, name, encoding)
            }
            "payload" => once(&mut inline, name, reader.hop()?),
            WIRE_FIELDS => {
                let bytes = STANDARD.decode(text(reader, name)?.as_bytes());
                let bytes =
                    bytes.map_err(|_| ProtocolError::invalid(name, "must be base64 with padding", "text"))?;
                insert(
                    &mut parts.unknown,
                    name,
                    key.to_string(),
                    Payload::new(Encoding::Bytes, &bytes)?,
                )
            }
            _ => {
                let value = Payload::new(Encoding::Json, reader.hop()?).map_err(|error| ProtocolError {
                    field: "unknown".into(),
                    ..error
                })?;
                insert(&mut parts.unknown, name, key.to_string(), value)
            }
        }
    })?;
    reader.end()?;
    if let Some(raw) = inline {
        parts.base64 = !matches!(parts.encoding, None | Some(Encoding::Json));
        parts.payload = Some(if parts.base64 {
            quoted(raw)?
        } else {
            Cow::Borrowed(raw)
        });
    }
    Ok(parts)
}

/// The text between the quotes of a payload that is base64.
fn quoted(raw: &[u8]) -> Result<Cow<'_, [u8]>> {
    let mut reader = Reader::new(raw)?;
    Ok(match text(&mut reader, "payload")? {
        Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
        Cow::Owned(text) => Cow::Owned(text.into_bytes()),
    })
}

fn text<'a>(reader: &mut Reader<'a>, field: &str) -> Result<Cow<'a, str>> {
    match reader.peek()? {
        b'"' => reader.text().map_err(|error| error.inside(field)),
        _ => Err(ProtocolError::invalid(field, "must be text", reader.type_name())),
    }
}

fn parsed<T: std::str::FromStr<Err = ProtocolError>>(reader: &mut Reader<'_>, field: &str) -> Result<T> {
    text(reader, field)?
        .parse()
        .map_err(|error: ProtocolError| error.inside(field))
}

fn count(reader: &mut Reader<'_>, field: &str) -> Result<u64> {
    let value = reader.value().map_err(|error| error.inside(field))?;
    let rule = "must be an integer of milliseconds, not negative";
    value
        .as_uint()
        .ok_or_else(|| ProtocolError::invalid(field, rule, value.type_name()))
}

fn map<'a>(
    reader: &mut Reader<'a>,
    field: &str,
    pair: impl FnMut(&mut Reader<'a>, Cow<'a, str>) -> Result<()>,
) -> Result<()> {
    match reader.peek()? {
        b'{' => reader.map(pair),
        _ => Err(ProtocolError::invalid(field, "must be a map", reader.type_name())),
    }
}

fn stranger(field: &str) -> ProtocolError {
    ProtocolError::invalid(field, "must have no other keys", "another key")
}

fn target(reader: &mut Reader<'_>) -> Result<Target> {
    let mut found = None;
    map(reader, "target", |reader, key| {
        let target = match &*key {
            "agent" => Target::Agent(text(reader, "target.agent")?.into_owned()),
            "topic" => Target::Topic(text(reader, "target.topic")?.into_owned()),
            "broadcast" if reader.skip()? == b"true" => Target::Broadcast,
            "broadcast" => {
                return Err(ProtocolError::invalid(
                    "target.broadcast",
                    "must be true",
                    "another value",
                ));
            }
            _ => return Err(stranger("target")),
        };
        match found.replace(target) {
            Some(_) => Err(ProtocolError::new(
                Code::KeyDuplicate,
                "target",
                "must be one",
                "a second one",
            )),
            None => Ok(()),
        }
    })?;
    found.ok_or_else(|| ProtocolError::missing("target.agent"))
}

fn trace(reader: &mut Reader<'_>) -> Result<TraceContext> {
    let (mut parent, mut state, mut baggage) = (None, None, None);
    map(reader, "trace_context", |reader, key| {
        let (slot, field) = match &*key {
            "traceparent" => (&mut parent, "trace_context.traceparent"),
            "tracestate" => (&mut state, "trace_context.tracestate"),
            "baggage" => (&mut baggage, "trace_context.baggage"),
            _ => return Err(stranger("trace_context")),
        };
        once(slot, field, text(reader, field)?.into_owned())
    })?;
    let traceparent = parent.ok_or_else(|| ProtocolError::missing("trace_context.traceparent"))?;
    Ok(TraceContext {
        traceparent,
        tracestate: state,
        baggage,
    })
}

fn headers(reader: &mut Reader<'_>) -> Result<SortedMap<String, String>> {
    let mut headers = SortedMap::new();
    map(reader, "headers", |reader, key| {
        let value = text(reader, "headers")?.into_owned();
        insert(&mut headers, "headers", key.into_owned(), value)
    })?;
    Ok(headers)
}

fn extensions(reader: &mut Reader<'_>) -> Result<SortedMap<String, Extension>> {
    let mut extensions = SortedMap::new();
    map(reader, "extensions", |reader, name| {
        let (mut critical, mut value) = (None, None);
        map(reader, "extensions", |reader, key| match &*key {
            "critical" => match reader.skip()? {
                b"true" => once(&mut critical, "extensions", true),
                b"false" => once(&mut critical, "extensions", false),
                _ => Err(ProtocolError::invalid(
                    "extensions",
                    "`critical` must be true or false",
                    "another value",
                )),
            },
            "value" => once(&mut value, "extensions", text(reader, "extensions")?.into_owned()),
            _ => Err(stranger("extensions")),
        })?;
        let critical = critical.ok_or_else(|| ProtocolError::missing("extensions.critical"))?;
        let value = value.unwrap_or_default();
        insert(
            &mut extensions,
            "extensions",
            name.into_owned(),
            Extension { critical, value },
        )
    })?;
    Ok(extensions)
}

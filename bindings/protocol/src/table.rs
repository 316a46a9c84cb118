//! What a message is, in numbers; `npm/src/protocol/wire/table.ts` is the other side.
//!
//! | word | what |
//! |---|---|
//! | 0, 1 | kind, priority |
//! | 2 | target: 1 agent, 2 topic, 3 broadcast |
//! | 3, 4 | timestamp, low and high half |
//! | 5, 6 | ttl, low and high half; [`ABSENT`] twice without one |
//! | 7 … 17 | lengths of the texts, in the order of [`read`]; [`ABSENT`] for what is not there |
//! | 18, 19, 20 | how many headers, extensions and unknown fields |
//! | 21 | encoding of the payload; 0: none |
//! | 22, 23 | where the payload begins, and its bytes |
//! | 24 | 1 when the payload is in the output, 0 when it is in the input |
//! | 25 | bytes of the texts |
//! | 26 … | a header: lengths of name and value; an extension: these and whether it is critical; an unknown field: length of its name, its encoding, its bytes |
//!
//! The texts stand one behind the other, then the bytes of the unknown fields. Lengths of texts count UTF-16 units, so
//! that JavaScript can cut one long text with them.

use polyphon_protocol::{
    Code, Encoding, Extension, Header, Kind, MessageId, Payload, Priority, ProtocolError, Result, Target,
    TraceContext,
};
use std::borrow::Cow;

/// Words that every message has.
pub(crate) const FIXED: usize = 26;
/// The length of a text that is not there.
const ABSENT: u32 = u32::MAX;
const TEXTS: usize = 7;
const COUNTS: usize = 18;
const PAYLOAD: usize = 21;

/// Encoding and bytes of a payload, if there is one; nobody checked them.
type Carried<'a> = Option<(Encoding, &'a [u8])>;

/// The message that input and table describe. What JavaScript gets wrong is refused like any other message.
pub(crate) fn read<'a>(input: &'a [u8], table: &[u32]) -> Result<(Header, Carried<'a>)> {
    let word = |at: usize| table.get(at).copied().unwrap_or(0);
    let wide = |at: usize| u64::from(word(at)) | u64::from(word(at + 1)) << 32;
    let bytes = word(25) as usize;
    let mut texts = Texts::new(input.get(..bytes).unwrap_or_default())?;
    let mut at = TEXTS;
    let mut next = |texts: &mut Texts<'a>| {
        at += 1;
        texts.optional(word(at - 1))
    };
    let id: MessageId = next(&mut texts)?
        .unwrap_or_default()
        .parse()
        .map_err(|e| inside(e, "id"))?;
    let version = next(&mut texts)?
        .unwrap_or_default()
        .parse()
        .map_err(|e| inside(e, "version"))?;
    let source = next(&mut texts)?.unwrap_or_default();
    let to = next(&mut texts)?.unwrap_or_default();
    let target = match word(2) {
        1 => Target::Agent(to.into()),
        2 => Target::Topic(to.into()),
        3 => Target::Broadcast,
        _ => return Err(invalid("target", "must be one of agent, topic, broadcast")),
    };
    let kind = Kind::from_number(word(0).into()).ok_or_else(|| invalid("kind", "must be a known kind"))?;
    let mut header = Header::new(id, kind, source, target, wide(3));
    header.version = version;
    header.priority = Priority::from_number(word(1).into())
        .ok_or_else(|| invalid("priority", "must be one of low, medium, high, critical"))?;
    header.ttl_ms = Some(wide(5)).filter(|ttl| *ttl != u64::MAX);
    header.correlation_id = next(&mut texts)?.map(str::to_owned);
    let causation = next(&mut texts)?.map(str::parse).transpose();
    header.causation_id = causation.map_err(|e| inside(e, "causationId"))?;
    header.reply_to = next(&mut texts)?.map(str::to_owned);
    header.schema = next(&mut texts)?.map(str::to_owned);
    let (parent, state, baggage) = (next(&mut texts)?, next(&mut texts)?, next(&mut texts)?);
    header.trace_context = parent.map(|parent| TraceContext {
        traceparent: parent.to_owned(),
        tracestate: state.map(str::to_owned),
        baggage: baggage.map(str::to_owned),
    });
    let end = maps(input, table, &mut texts, &mut header)?;
    let payload = match word(PAYLOAD) {
        0 => None,
        number => {
            let encoding = Encoding::from_number(number.into())
                .ok_or_else(|| invalid("encoding", "must be one of json, msgpack, bytes"))?;
            let (from, bytes) = (word(22) as usize, word(23) as usize);
            let bytes = input
                .get(from..)
                .and_then(|rest| rest.get(..bytes))
                .filter(|_| from >= end);
            let bytes = bytes.ok_or_else(|| invalid("payload", "must be in the input"))?;
            Some((encoding, bytes))
        }
    };
    Ok((header, payload))
}

/// Headers, extensions and unknown fields; answers where their bytes end.
fn maps(input: &[u8], table: &[u32], texts: &mut Texts<'_>, header: &mut Header) -> Result<usize> {
    let mut rest = table.get(FIXED..).unwrap_or_default().iter().copied();
    let mut word = || rest.next().unwrap_or(0);
    let count = |at: usize| table.get(COUNTS + at).copied().unwrap_or(0);
    for _ in 0..count(0) {
        let (name, value) = (texts.take(word())?, texts.take(word())?);
        header.headers.insert(name.to_owned(), value.to_owned());
    }
    for _ in 0..count(1) {
        let (name, value) = (texts.take(word())?, texts.take(word())?);
        let extension = Extension {
            critical: word() == 1,
            value: value.to_owned(),
        };
        header.extensions.insert(name.to_owned(), extension);
    }
    let mut at = table.get(25).copied().unwrap_or(0) as usize;
    for _ in 0..count(2) {
        let name = texts.take(word())?.to_owned();
        let encoding = Encoding::from_number(word().into())
            .ok_or_else(|| invalid("unknown", "must have an encoding"))?;
        let bytes = word() as usize;
        let value = input.get(at..).and_then(|rest| rest.get(..bytes));
        let value = value.ok_or_else(|| invalid("unknown", "must be in the input"))?;
        header.unknown.insert(name, Payload::new(encoding, value)?);
        at += bytes;
    }
    Ok(at)
}

/// Describes a message: numbers into the table, texts and what is not in the input into `out`.
pub(crate) fn write(
    header: &Header,
    payload: Option<(Encoding, Cow<'_, [u8]>)>,
    input: &[u8],
    table: &mut Vec<u32>,
    mut out: Vec<u8>,
) -> Vec<u8> {
    table.clear();
    let (target, to) = match &header.target {
        Target::Agent(agent) => (1, Some(agent)),
        Target::Topic(topic) => (2, Some(topic)),
        Target::Broadcast => (3, None),
    };
    let ttl = header.ttl_ms.unwrap_or(u64::MAX);
    table.extend([
        header.kind.number().into(),
        header.priority.number().into(),
        target,
    ]);
    table.extend([
        low(header.timestamp_ms),
        high(header.timestamp_ms),
        low(ttl),
        high(ttl),
    ]);
    let trace = header.trace_context.as_ref();
    let version = header.version.text();
    let causation = header.causation_id.map(|id| id.text());
    let id = header.id.text();
    let texts = [
        ascii(&id),
        Some(&version),
        Some(header.source.as_str()),
        to.map(String::as_str),
        header.correlation_id.as_deref(),
        causation.as_ref().and_then(|id| ascii(id)),
        header.reply_to.as_deref(),
        header.schema.as_deref(),
        trace.map(|trace| trace.traceparent.as_str()),
        trace.and_then(|trace| trace.tracestate.as_deref()),
        trace.and_then(|trace| trace.baggage.as_deref()),
    ];
    for text in texts {
        table.push(text.map_or(ABSENT, |text| push(text, &mut out)));
    }
    table.extend([
        header.headers.len() as u32,
        header.extensions.len() as u32,
        header.unknown.len() as u32,
    ]);
    table.extend([0; FIXED - PAYLOAD]);
    for (name, value) in &header.headers {
        table.extend([push(name, &mut out), push(value, &mut out)]);
    }
    for (name, extension) in &header.extensions {
        table.extend([
            push(name, &mut out),
            push(&extension.value, &mut out),
            extension.critical.into(),
        ]);
    }
    for (name, value) in &header.unknown {
        table.extend([
            push(name, &mut out),
            value.encoding().number().into(),
            value.as_bytes().len() as u32,
        ]);
    }
    table[25] = out.len() as u32;
    header
        .unknown
        .values()
        .for_each(|value| out.extend_from_slice(value.as_bytes()));
    if let Some((encoding, bytes)) = payload {
        table[PAYLOAD] = encoding.number().into();
        table[23] = bytes.len() as u32;
        match within(&bytes, input) {
            Some(at) => table[22] = at,
            None => {
                table[22] = out.len() as u32;
                table[24] = 1;
                out.extend_from_slice(&bytes);
            }
        }
    }
    out
}

/// Where bytes stand in the input; `None` when they were made anew.
fn within(bytes: &[u8], input: &[u8]) -> Option<u32> {
    let at = (bytes.as_ptr() as usize).checked_sub(input.as_ptr() as usize)?;
    (at + bytes.len() <= input.len()).then_some(at as u32)
}

/// Puts a text behind the others; answers its UTF-16 units.
fn push(text: &str, out: &mut Vec<u8>) -> u32 {
    out.extend_from_slice(text.as_bytes());
    let units = if text.is_ascii() {
        text.len()
    } else {
        text.encode_utf16().count()
    };
    units as u32
}

/// One long text, cut into texts by their UTF-16 units.
struct Texts<'a> {
    rest: &'a str,
    ascii: bool,
}

impl<'a> Texts<'a> {
    fn new(bytes: &'a [u8]) -> Result<Self> {
        let rest = std::str::from_utf8(bytes).map_err(|_| invalid("message", "must be UTF-8"))?;
        Ok(Self {
            rest,
            ascii: rest.is_ascii(),
        })
    }

    fn optional(&mut self, units: u32) -> Result<Option<&'a str>> {
        if units == ABSENT {
            Ok(None)
        } else {
            self.take(units).map(Some)
        }
    }

    fn take(&mut self, units: u32) -> Result<&'a str> {
        let units = units as usize;
        let end = if self.ascii {
            Some(units)
        } else {
            self.offset(units)
        };
        let (text, rest) = end
            .and_then(|end| self.rest.split_at_checked(end))
            .ok_or_else(|| invalid("message", "must have no lone surrogates"))?;
        self.rest = rest;
        Ok(text)
    }

    /// The byte behind as many units; `None` within a character, or when there are fewer.
    fn offset(&self, units: usize) -> Option<usize> {
        let mut passed = 0;
        for (at, character) in self.rest.char_indices() {
            if passed >= units {
                return (passed == units).then_some(at);
            }
            passed += character.len_utf16();
        }
        (passed == units).then_some(self.rest.len())
    }
}

fn ascii(text: &[u8]) -> Option<&str> {
    std::str::from_utf8(text).ok()
}

fn low(number: u64) -> u32 {
    number as u32
}

fn high(number: u64) -> u32 {
    (number >> 32) as u32
}

fn inside(error: ProtocolError, field: &str) -> ProtocolError {
    ProtocolError {
        field: field.to_owned(),
        ..error
    }
}

fn invalid(field: &str, rule: &'static str) -> ProtocolError {
    crate::failure::refused(Code::FieldInvalid, field, rule)
}

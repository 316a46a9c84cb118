//! MessagePack values: shortest form, text keys, no extension types; depth and keys are bounded as in JSON.

use crate::error::{Code, ProtocolError, Result};
use crate::limits::{DEPTH, KEYS};
use crate::value::Value;
use polyphon_wire::{Reader, WireError, Writer};
use std::borrow::Cow;

impl From<WireError> for ProtocolError {
    fn from(error: WireError) -> Self {
        let rule = format!("must have {} at byte {}", error.expected, error.offset);
        Self::new(Code::Malformed, "value", rule, "something else")
    }
}

/// Parses one MessagePack value that fills the bytes.
///
/// # Errors
/// `PROTOCOL_MALFORMED`, or `PROTOCOL_LIMIT_EXCEEDED` when it is too deep or has too many keys.
pub fn parse(bytes: &[u8]) -> Result<Value<'_>> {
    let mut reader = Reader::new(bytes);
    let value = read_value(&mut reader, 0)?;
    reader.finish()?;
    Ok(value)
}

/// What a JSON pointer leads to, without building the rest; of a list or a map only that it is there, and empty.
pub(crate) fn at<'a>(bytes: &'a [u8], pointer: &str) -> Option<Value<'a>> {
    let mut reader = Reader::new(bytes);
    for token in crate::value::tokens(pointer)? {
        let mut found = None;
        match kind(&reader).ok()? {
            Kind::Map => {
                for _ in 0..reader.map().ok()? {
                    let key = reader.str().ok()?;
                    found = if key == token { Some(reader.clone()) } else { found };
                    reader.skip().ok()?;
                }
            }
            Kind::List => {
                let index = crate::value::index(&token)?;
                let fits = index < reader.array().ok()?;
                reader.skip_many(if fits { index } else { 0 }).ok()?;
                found = fits.then_some(reader);
            }
            _ => return None,
        }
        reader = found?;
    }
    match kind(&reader).ok()? {
        Kind::Map => Some(Value::Map(Vec::new())),
        Kind::List => Some(Value::List(Vec::new())),
        _ => read_value(&mut reader, 0).ok(),
    }
}

/// Checks that the bytes are one MessagePack value, without building it.
///
/// # Errors
/// As [`parse`].
pub fn check(bytes: &[u8]) -> Result<()> {
    let mut reader = Reader::new(bytes);
    check_value(&mut reader, 0)?;
    Ok(reader.finish()?)
}

/// Writes a value in its shortest form.
pub fn write_value(value: &Value<'_>, out: &mut Writer) {
    match value {
        Value::Null => out.nil(),
        Value::Bool(value) => out.bool(*value),
        Value::Int(value) => out.int(*value),
        Value::Uint(value) => out.uint(*value),
        Value::Float(value) => out.float(*value),
        Value::Text(text) => out.str(text),
        Value::Bytes(bytes) => out.bin(bytes),
        Value::List(items) => {
            out.array(items.len());
            items.iter().for_each(|item| write_value(item, out));
        }
        Value::Map(pairs) => {
            out.map(pairs.len());
            for (key, value) in pairs {
                out.str(key);
                write_value(value, out);
            }
        }
    }
}

pub(crate) fn read_value<'a>(reader: &mut Reader<'a>, depth: usize) -> Result<Value<'a>> {
    Ok(match kind(reader)? {
        Kind::Nil => {
            reader.take_nil();
            Value::Null
        }
        Kind::Bool => Value::Bool(reader.bool()?),
        Kind::Uint => Value::from(reader.uint()?),
        Kind::Int => Value::Int(reader.int()?),
        Kind::Float => Value::Float(reader.float()?),
        Kind::Text => Value::Text(Cow::Borrowed(reader.str()?)),
        Kind::Bytes => Value::Bytes(Cow::Borrowed(reader.bin()?)),
        Kind::List => {
            let len = nested(reader.array()?, depth)?;
            let mut items = Vec::with_capacity(reader.plausible(len).min(1024));
            for _ in 0..len {
                items.push(read_value(reader, depth + 1)?);
            }
            Value::List(items)
        }
        Kind::Map => {
            let len = keys(reader.map()?, depth)?;
            let mut pairs = Vec::with_capacity(reader.plausible(len).min(1024));
            for _ in 0..len {
                let key = Cow::Borrowed(reader.str()?);
                pairs.push((key, read_value(reader, depth + 1)?));
            }
            Value::Map(pairs)
        }
    })
}

pub(crate) fn check_value(reader: &mut Reader<'_>, depth: usize) -> Result<()> {
    match kind(reader)? {
        Kind::List => {
            for _ in 0..nested(reader.array()?, depth)? {
                check_value(reader, depth + 1)?;
            }
        }
        Kind::Map => {
            for _ in 0..keys(reader.map()?, depth)? {
                reader.str()?;
                check_value(reader, depth + 1)?;
            }
        }
        _ => reader.skip()?,
    }
    Ok(())
}

/// The type of the next value, as errors give it.
pub(crate) fn type_name(reader: &Reader<'_>) -> &'static str {
    match kind(reader) {
        Ok(Kind::Nil) => "null",
        Ok(Kind::Bool) => "boolean",
        Ok(Kind::Uint | Kind::Int) => "integer",
        Ok(Kind::Float) => "number",
        Ok(Kind::Text) => "text",
        Ok(Kind::Bytes) => "bytes",
        Ok(Kind::List) => "list",
        Ok(Kind::Map) => "map",
        Err(_) if reader.is_done() => "nothing",
        Err(_) => "extension type",
    }
}

enum Kind {
    Nil,
    Bool,
    Uint,
    Int,
    Float,
    Text,
    Bytes,
    List,
    Map,
}

fn kind(reader: &Reader<'_>) -> Result<Kind> {
    Ok(match reader.peek() {
        Some(0xc0) => Kind::Nil,
        Some(0xc2 | 0xc3) => Kind::Bool,
        Some(0..=0x7f | 0xcc..=0xcf) => Kind::Uint,
        Some(0xe0.. | 0xd0..=0xd3) => Kind::Int,
        Some(0xca | 0xcb) => Kind::Float,
        Some(0xa0..=0xbf | 0xd9..=0xdb) => Kind::Text,
        Some(0xc4..=0xc6) => Kind::Bytes,
        Some(0x90..=0x9f | 0xdc | 0xdd) => Kind::List,
        Some(0x80..=0x8f | 0xde | 0xdf) => Kind::Map,
        Some(0xc1 | 0xc7..=0xc9 | 0xd4..=0xd8) => {
            return Err(ProtocolError::new(
                Code::Malformed,
                "value",
                "has no MessagePack extension types",
                "extension type",
            ));
        }
        None => return Err(reader.error("a value").into()),
    })
}

fn nested(len: usize, depth: usize) -> Result<usize> {
    if depth == DEPTH {
        return Err(ProtocolError::limit("value", "at most 64 levels of nesting"));
    }
    Ok(len)
}

fn keys(len: usize, depth: usize) -> Result<usize> {
    if len > KEYS {
        return Err(ProtocolError::limit("value", "a map has at most 10000 keys"));
    }
    nested(len, depth)
}

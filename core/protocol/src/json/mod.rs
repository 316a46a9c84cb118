//! JSON of RFC 8259, strictly: no comments, no trailing commas, no lone surrogates; depth and keys are bounded.

pub(crate) mod float;
mod number;
mod reader;
mod text;
mod writer;

pub use reader::Reader;
pub(crate) use writer::write_text;
pub use writer::write_value;

use crate::error::Result;
use crate::value::Value;

/// Parses one JSON document.
///
/// # Errors
/// `PROTOCOL_MALFORMED` when it is not JSON, `PROTOCOL_LIMIT_EXCEEDED` when it is too deep or has too many keys.
pub fn parse(bytes: &[u8]) -> Result<Value<'_>> {
    let mut reader = Reader::new(bytes)?;
    let value = reader.value()?;
    reader.end()?;
    Ok(value)
}

/// What a JSON pointer (RFC 6901) leads to in a document that was checked, without building the rest; of a list or a map
/// only that it is there, and empty. `None` where there is nothing, or a number that fits no 64 bits.
pub(crate) fn at<'a>(document: &'a [u8], pointer: &str) -> Option<Value<'a>> {
    let mut span = document;
    for token in crate::value::tokens(pointer)? {
        let mut reader = Reader::new(span).ok()?;
        let mut found = None;
        match reader.type_name() {
            "map" => reader.map(|reader, key| {
                let value = reader.hop()?;
                found = if key == token { Some(value) } else { found };
                Ok(())
            }),
            "list" => {
                let wanted = crate::value::index(&token);
                let mut at = 0;
                reader.list(|reader| {
                    let value = reader.hop()?;
                    found = if wanted == Some(at) { Some(value) } else { found };
                    at += 1;
                    Ok(())
                })
            }
            _ => return None,
        }
        .ok()?;
        span = found?;
    }
    let mut reader = Reader::new(span).ok()?;
    match reader.type_name() {
        "map" => Some(Value::Map(Vec::new())),
        "list" => Some(Value::List(Vec::new())),
        _ => reader.value().ok(),
    }
}

/// Checks that the bytes are one JSON document, without building it; gives it without the white space around it.
///
/// # Errors
/// As [`parse`].
pub fn check(bytes: &[u8]) -> Result<&[u8]> {
    let mut reader = Reader::new(bytes)?;
    let span = reader.skip()?;
    reader.end()?;
    Ok(span)
}

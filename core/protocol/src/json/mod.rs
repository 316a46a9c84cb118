//! JSON of RFC 8259, strictly: no comments, no trailing commas, no lone surrogates; depth and keys are bounded.

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

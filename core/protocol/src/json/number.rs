use super::float;
use crate::error::{Code, ProtocolError, Result};
use crate::value::Value;

/// Where the number that starts at `at` ends; `None` when there is no number.
pub(super) fn end(bytes: &[u8], at: usize) -> Option<usize> {
    let byte = |at: usize| bytes.get(at).copied().unwrap_or(0);
    let digits = |mut at: usize| {
        let from = at;
        while byte(at).is_ascii_digit() {
            at += 1;
        }
        (at > from).then_some(at)
    };
    let start = at + usize::from(byte(at) == b'-');
    let mut end = if byte(start) == b'0' {
        start + 1
    } else {
        digits(start)?
    };
    if byte(end) == b'.' {
        end = digits(end + 1)?;
    }
    if matches!(byte(end), b'e' | b'E') {
        end = digits(end + 1 + usize::from(matches!(byte(end + 1), b'+' | b'-')))?;
    }
    Some(end)
}

/// The value of a well-formed number.
pub(super) fn value<'a>(text: &str) -> Result<Value<'a>> {
    if text != "-0" && !text.contains(['.', 'e', 'E']) {
        if let Ok(value) = text.parse() {
            return Ok(Value::Int(value));
        }
        if let Ok(value) = text.parse() {
            return Ok(Value::Uint(value));
        }
    }
    float::read(text).map(Value::Float).ok_or_else(|| {
        let rule = "a number fits 64-bit floating point";
        ProtocolError::new(Code::FieldInvalid, "value", rule, "number")
    })
}

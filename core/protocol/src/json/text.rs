use crate::error::{Code, ProtocolError, Result};
use std::borrow::Cow;

/// Reads the text whose opening quote stands at `at`; gives the offset behind its closing quote too.
pub(super) fn read(bytes: &[u8], at: usize) -> Result<(Cow<'_, str>, usize)> {
    let start = at + 1;
    let mut end = start;
    loop {
        match bytes.get(end) {
            Some(b'"') => return Ok((Cow::Borrowed(utf8(&bytes[start..end])), end + 1)),
            Some(b'\\') => return unescape(bytes, start, end),
            Some(0x20..) => end += 1,
            _ => return Err(broken(end)),
        }
    }
}

/// The offset behind the closing quote of the text whose opening quote stands at `at`; builds nothing.
pub(super) fn check(bytes: &[u8], at: usize) -> Result<usize> {
    let mut end = at + 1;
    loop {
        match bytes.get(end) {
            Some(b'"') => return Ok(end + 1),
            Some(b'\\') => end = escape(bytes, end + 1).ok_or_else(|| broken(end))?.1,
            Some(0x20..) => end += 1,
            _ => return Err(broken(end)),
        }
    }
}

/// The offset behind the closing quote, looking at nothing but quotes and backslashes.
pub(super) fn end(bytes: &[u8], at: usize) -> Result<usize> {
    let mut end = at + 1;
    loop {
        match bytes.get(end) {
            Some(b'"') => return Ok(end + 1),
            Some(b'\\') => end += 2,
            Some(_) => end += 1,
            None => return Err(broken(end)),
        }
    }
}

fn unescape(bytes: &[u8], start: usize, first: usize) -> Result<(Cow<'_, str>, usize)> {
    let mut text = String::from(utf8(&bytes[start..first]));
    let mut at = first;
    loop {
        let plain = at;
        while matches!(bytes.get(at), Some(byte) if *byte >= 0x20 && *byte != b'"' && *byte != b'\\') {
            at += 1;
        }
        text.push_str(utf8(&bytes[plain..at]));
        match bytes.get(at) {
            Some(b'"') => return Ok((Cow::Owned(text), at + 1)),
            Some(b'\\') => {
                let (character, end) = escape(bytes, at + 1).ok_or_else(|| broken(at))?;
                text.push(character);
                at = end;
            }
            _ => return Err(broken(at)),
        }
    }
}

fn escape(bytes: &[u8], at: usize) -> Option<(char, usize)> {
    let plain = match bytes.get(at)? {
        b'"' => '"',
        b'\\' => '\\',
        b'/' => '/',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => return unicode(bytes, at + 1),
        _ => return None,
    };
    Some((plain, at + 1))
}

fn unicode(bytes: &[u8], at: usize) -> Option<(char, usize)> {
    let high = hex(bytes, at)?;
    if !(0xd800..0xdc00).contains(&high) {
        return Some((char::from_u32(high)?, at + 4));
    }
    let low = (bytes.get(at + 4..at + 6)? == b"\\u").then(|| hex(bytes, at + 6))??;
    let low = (0xdc00..0xe000).contains(&low).then(|| low - 0xdc00)?;
    Some((char::from_u32(0x10000 + ((high - 0xd800) << 10) + low)?, at + 10))
}

fn hex(bytes: &[u8], at: usize) -> Option<u32> {
    let digits = bytes.get(at..at + 4)?;
    digits
        .iter()
        .try_fold(0, |sum, digit| Some(sum << 4 | char::from(*digit).to_digit(16)?))
}

/// The reader checked the whole input; a slice between ASCII bytes of it stays UTF-8.
fn utf8(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or_default()
}

fn broken(at: usize) -> ProtocolError {
    ProtocolError::new(
        Code::Malformed,
        "value",
        format!("must have whole text at byte {at}"),
        "something else",
    )
}

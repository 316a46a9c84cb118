use crate::error::{ProtocolError, Result};
use std::fmt;
use std::str::FromStr;

/// Id of a message: a UUIDv7 (RFC 9562), 16 bytes; as text 36 lower-case characters.
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct MessageId([u8; 16]);

impl MessageId {
    /// The id made at `now_ms` (48 bits are kept) from ten random bytes.
    pub fn new(now_ms: u64, random: [u8; 10]) -> Self {
        let mut bytes = [0; 16];
        bytes[..6].copy_from_slice(&now_ms.to_be_bytes()[2..]);
        bytes[6..].copy_from_slice(&random);
        bytes[6] = 0x70 | (bytes[6] & 0x0f);
        bytes[8] = 0x80 | (bytes[8] & 0x3f);
        Self(bytes)
    }

    /// The id these bytes are.
    ///
    /// # Errors
    /// `PROTOCOL_FIELD_INVALID` when they are no UUID of version 7.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let id: Option<[u8; 16]> = bytes.try_into().ok();
        id.filter(|id| id[6] >> 4 == 7 && id[8] >> 6 == 0b10)
            .map(Self)
            .ok_or_else(|| ProtocolError::invalid("value", "must be a UUID of version 7", "bytes"))
    }

    /// The 16 bytes.
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// The 36 characters of its text, which are ASCII.
    pub fn text(&self) -> [u8; 36] {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut text = [b'-'; 36];
        let mut at = 0;
        for (index, byte) in self.0.iter().enumerate() {
            at += usize::from(matches!(index, 4 | 6 | 8 | 10));
            text[at] = DIGITS[usize::from(byte >> 4)];
            text[at + 1] = DIGITS[usize::from(byte & 15)];
            at += 2;
        }
        text
    }

    /// When it was made, in milliseconds since 1970.
    pub fn timestamp_ms(&self) -> u64 {
        self.0[..6]
            .iter()
            .fold(0, |time, byte| time << 8 | u64::from(*byte))
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.text();
        f.write_str(std::str::from_utf8(&text).unwrap_or_default())
    }
}

impl fmt::Debug for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for MessageId {
    type Err = ProtocolError;

    fn from_str(text: &str) -> Result<Self> {
        parse(text.as_bytes())
            .and_then(|bytes| Self::from_bytes(&bytes).ok())
            .ok_or_else(|| ProtocolError::invalid("value", "must be a lower-case UUID of version 7", "text"))
    }
}

fn parse(text: &[u8]) -> Option<[u8; 16]> {
    let mut bytes = [0; 16];
    let mut at = 0;
    for (index, byte) in bytes.iter_mut().enumerate() {
        if matches!(index, 4 | 6 | 8 | 10) {
            (*text.get(at)? == b'-').then_some(())?;
            at += 1;
        }
        *byte = hex(*text.get(at)?)? << 4 | hex(*text.get(at + 1)?)?;
        at += 2;
    }
    (at == text.len()).then_some(bytes)
}

pub(crate) fn hex(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_keeps_its_time_and_returns_from_text() {
        let id = MessageId::new(1_752_141_600_000, [0xff; 10]);
        assert_eq!(id.to_string(), "0197f3c7-1500-7fff-bfff-ffffffffffff");
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(id.timestamp_ms(), 1_752_141_600_000);
    }

    #[test]
    fn other_uuids_and_other_spellings_are_refused() {
        for text in [
            "0197f3c7-1500-4fff-bfff-ffffffffffff",
            "0197f3c7-1500-7fff-ffff-ffffffffffff",
            "0197F3C7-1500-7fff-bfff-ffffffffffff",
            "0197f3c715007fffbfffffffffffffff",
            "0197f3c7-1500-7fff-bfff-fffffffffff",
            "0197f3c7-1500-7fff-bfff-ffffffffffff0",
            "",
        ] {
            assert!(text.parse::<MessageId>().is_err(), "{text}");
        }
    }
}

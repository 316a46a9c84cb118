//! The wire format of Protobuf: https://protobuf.dev/programming-guides/encoding.

use crate::error::{Code, ProtocolError, Result};

/// One field as it stands on the wire.
#[derive(Clone, Copy, Debug)]
pub(super) enum Item<'a> {
    Varint(u64),
    Bytes(&'a [u8]),
    /// A fixed number, of no use in this schema but to be carried along.
    Fixed,
}

pub(super) struct Fields<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Fields<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// The number and value of the next field, and all its bytes; `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<(u32, Item<'a>, &'a [u8])>> {
        if self.at == self.bytes.len() {
            return Ok(None);
        }
        let start = self.at;
        let key = self.varint()?;
        let number = u32::try_from(key >> 3)
            .ok()
            .filter(|number| (1..1 << 29).contains(number));
        let number = number.ok_or_else(|| broken(start, "a field number"))?;
        let item = match key & 7 {
            0 => Item::Varint(self.varint()?),
            1 => self.take(8).map(|_| Item::Fixed)?,
            2 => {
                let len = usize::try_from(self.varint()?).map_err(|_| broken(start, "a length"))?;
                Item::Bytes(self.take(len)?)
            }
            5 => self.take(4).map(|_| Item::Fixed)?,
            _ => return Err(broken(start, "a wire type in use")),
        };
        Ok(Some((number, item, &self.bytes[start..self.at])))
    }

    fn varint(&mut self) -> Result<u64> {
        let start = self.at;
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = *self
                .bytes
                .get(self.at)
                .ok_or_else(|| broken(start, "a whole varint"))?;
            self.at += 1;
            if shift == 63 && byte > 1 {
                break;
            }
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(broken(start, "a varint of 64 bits"))
    }

    fn take(&mut self, len: usize) -> Result<&'a [u8]> {
        let end = self.at.checked_add(len).filter(|end| *end <= self.bytes.len());
        let end = end.ok_or_else(|| broken(self.at, "more bytes"))?;
        let bytes = &self.bytes[self.at..end];
        self.at = end;
        Ok(bytes)
    }
}

fn broken(at: usize, what: &'static str) -> ProtocolError {
    ProtocolError::new(
        Code::Malformed,
        "value",
        format!("must have {what} at byte {at}"),
        "something else",
    )
}

pub(super) fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// A number, unless it is the default.
pub(super) fn uint(out: &mut Vec<u8>, field: u32, value: u64) {
    if value != 0 {
        varint(out, u64::from(field << 3));
        varint(out, value);
    }
}

/// Text, bytes or a message, even when empty.
pub(super) fn bytes(out: &mut Vec<u8>, field: u32, value: &[u8]) {
    varint(out, u64::from(field << 3 | 2));
    varint(out, value.len() as u64);
    out.extend_from_slice(value);
}

/// Text or bytes, unless empty.
pub(super) fn filled(out: &mut Vec<u8>, field: u32, value: &[u8]) {
    if !value.is_empty() {
        bytes(out, field, value);
    }
}

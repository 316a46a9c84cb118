use std::any::Any;
use std::fmt;
use std::sync::Arc;

use crate::Wire;

/// What was wrong with the bytes, and where.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct WireError {
    /// Offset of the value that does not fit.
    pub offset: usize,
    /// What should have stood there.
    pub expected: &'static str,
}

impl fmt::Display for WireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {} at byte {}", self.expected, self.offset)
    }
}

impl std::error::Error for WireError {}

/// Deepest nesting a skipped value may have.
const SKIP_DEPTH: usize = 64;

/// Reads MessagePack from a slice without copying.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    shared: Option<Shared<'a>>,
    /// Shared values read so far.
    shares: usize,
    /// What was wrong first, since somebody last looked.
    failure: Option<WireError>,
}

/// A value that several owners can have together, and the bytes it was read from.
type Shared<'a> = (&'a [u8], Arc<dyn Any + Send + Sync>);

impl<'a> Reader<'a> {
    /// Reads from the start of `bytes`.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            at: 0,
            shared: None,
            shares: 0,
            failure: None,
        }
    }

    /// Remembers that another value was expected here, unless something was wrong before. Nothing is left to be read then:
    /// numbers are 0, texts and lists empty.
    #[cold]
    #[inline(never)]
    pub fn fail(&mut self, expected: &'static str) {
        let error = self.error(expected);
        self.fail_with(error);
    }

    /// As [`Reader::fail`], at an earlier value.
    #[cold]
    #[inline(never)]
    pub fn fail_with(&mut self, error: WireError) {
        self.failure.get_or_insert(error);
        self.at = self.bytes.len();
    }

    /// Whether something was wrong since [`Reader::check`] was asked.
    pub fn has_failed(&self) -> bool {
        self.failure.is_some()
    }

    /// # Errors
    /// What was wrong first since the last time this was asked.
    pub fn check(&mut self) -> Result<(), WireError> {
        self.failure.take().map_or(Ok(()), Err)
    }

    /// The value, or what stands for nothing when there is none.
    pub fn or_fail<T: Default>(&mut self, value: Result<T, WireError>) -> T {
        match value {
            Ok(value) => value,
            Err(error) => {
                self.fail_with(error);
                T::default()
            }
        }
    }

    /// An unsigned integer of a [`Wire::read`].
    #[inline(never)]
    pub fn read_uint(&mut self) -> u64 {
        let value = self.uint();
        self.or_fail(value)
    }

    /// The length of an array of a [`Wire::read`].
    #[inline(never)]
    pub fn read_array(&mut self) -> usize {
        let len = self.array();
        self.or_fail(len)
    }

    /// Tag and number of fields of an enum's value in a [`Wire::read`].
    #[inline(never)]
    pub fn read_tag(&mut self, known: &'static str) -> (u64, usize) {
        let error = self.error(known);
        let len = self.read_array();
        if len == 0 {
            self.fail_with(error);
        }
        (self.read_uint(), len.saturating_sub(1))
    }

    /// Passes over fields that a [`Wire::read`] does not know.
    pub fn read_rest(&mut self, count: usize) {
        if count > 0 {
            let rest = self.skip_many(count);
            self.or_fail(rest);
        }
    }

    /// The next value, for several owners, in a [`Wire::read`]. If the last such value came from the same bytes, it is that one:
    /// neighbours that are equal are in memory once. Of a shared value within another the inner one is remembered.
    pub fn shared<T: Wire + Send + Sync + 'static>(&mut self) -> Arc<T> {
        if let Some((bytes, value)) = &self.shared
            && value.is::<T>()
            && self.bytes[self.at..].starts_with(bytes)
            && let Ok(value) = value.clone().downcast()
        {
            self.at += bytes.len();
            self.shares += 1;
            return value;
        }
        let (start, shares) = (self.at, self.shares);
        let value = Arc::new(T::read(self));
        if self.shares == shares && !self.has_failed() {
            self.shared = Some((&self.bytes[start..self.at], value.clone()));
            self.shares += 1;
        }
        value
    }

    /// Offset of the next value.
    pub fn offset(&self) -> usize {
        self.at
    }

    /// The bytes between two offsets that this reader has passed.
    pub fn slice(&self, from: usize, to: usize) -> &'a [u8] {
        self.bytes.get(from..to).unwrap_or_default()
    }

    /// Whether everything was read.
    pub fn is_done(&self) -> bool {
        self.at == self.bytes.len()
    }

    /// # Errors
    /// When bytes are left over.
    pub fn finish(&self) -> Result<(), WireError> {
        if self.is_done() {
            Ok(())
        } else {
            Err(self.error("end of input"))
        }
    }

    /// An error at the next value.
    pub fn error(&self, expected: &'static str) -> WireError {
        WireError {
            offset: self.at,
            expected,
        }
    }

    /// # Errors
    /// When the next value is not a boolean.
    pub fn bool(&mut self) -> Result<bool, WireError> {
        match self.peek() {
            Some(0xc2) => self.advance(false),
            Some(0xc3) => self.advance(true),
            _ => Err(self.error("a boolean")),
        }
    }

    /// Takes a `nil` if one is next.
    pub fn take_nil(&mut self) -> bool {
        let nil = self.peek() == Some(0xc0);
        self.at += usize::from(nil);
        nil
    }

    /// # Errors
    /// When the next value is not an unsigned integer.
    pub fn uint(&mut self) -> Result<u64, WireError> {
        match self.peek() {
            Some(tag @ 0..=0x7f) => self.advance(u64::from(tag)),
            Some(0xcc) => self.fixed::<1>().map(|b| u64::from(b[0])),
            Some(0xcd) => self.fixed().map(|b| u64::from(u16::from_be_bytes(b))),
            Some(0xce) => self.fixed().map(|b| u64::from(u32::from_be_bytes(b))),
            Some(0xcf) => self.fixed().map(u64::from_be_bytes),
            _ => Err(self.error("an unsigned integer")),
        }
    }

    /// # Errors
    /// When the next value is not an integer between -2^63 and 2^63-1.
    pub fn int(&mut self) -> Result<i64, WireError> {
        match self.peek() {
            Some(tag @ 0xe0..) => self.advance(i64::from(tag as i8)),
            Some(0xd0) => self.fixed::<1>().map(|b| i64::from(b[0] as i8)),
            Some(0xd1) => self.fixed().map(|b| i64::from(i16::from_be_bytes(b))),
            Some(0xd2) => self.fixed().map(|b| i64::from(i32::from_be_bytes(b))),
            Some(0xd3) => self.fixed().map(i64::from_be_bytes),
            _ => {
                let error = self.error("an integer");
                self.uint()
                    .ok()
                    .and_then(|value| i64::try_from(value).ok())
                    .ok_or(error)
            }
        }
    }

    /// # Errors
    /// When the next value is not UTF-8 text.
    pub fn str(&mut self) -> Result<&'a str, WireError> {
        let error = self.error("UTF-8 text");
        let len = match self.peek() {
            Some(tag @ 0xa0..=0xbf) => self.advance(usize::from(tag & 0x1f))?,
            Some(0xd9) => self.len8()?,
            Some(0xda) => self.len16()?,
            Some(0xdb) => self.len32()?,
            _ => return Err(error),
        };
        std::str::from_utf8(self.take(len)?).map_err(|_| error)
    }

    /// # Errors
    /// When the next value is not a string of bytes.
    pub fn bin(&mut self) -> Result<&'a [u8], WireError> {
        let len = match self.peek() {
            Some(0xc4) => self.len8()?,
            Some(0xc5) => self.len16()?,
            Some(0xc6) => self.len32()?,
            _ => return Err(self.error("bytes")),
        };
        self.take(len)
    }

    /// # Errors
    /// When the next value is not an array.
    pub fn array(&mut self) -> Result<usize, WireError> {
        match self.peek() {
            Some(tag @ 0x90..=0x9f) => self.advance(usize::from(tag & 0x0f)),
            Some(0xdc) => self.len16(),
            Some(0xdd) => self.len32(),
            _ => Err(self.error("an array")),
        }
    }

    /// Takes the head of a map: how many pairs follow.
    ///
    /// # Errors
    /// When the next value is not a map.
    pub fn map(&mut self) -> Result<usize, WireError> {
        match self.peek() {
            Some(tag @ 0x80..=0x8f) => self.advance(usize::from(tag & 0x0f)),
            Some(0xde) => self.len16(),
            Some(0xdf) => self.len32(),
            _ => Err(self.error("a map")),
        }
    }

    /// # Errors
    /// When the next value is not a floating point number.
    pub fn float(&mut self) -> Result<f64, WireError> {
        match self.peek() {
            Some(0xca) => self.fixed().map(|b| f64::from(f32::from_be_bytes(b))),
            Some(0xcb) => self.fixed().map(f64::from_be_bytes),
            _ => Err(self.error("a floating point number")),
        }
    }

    /// The tag of the enum value that is next, without taking it.
    ///
    /// # Errors
    /// When the next value is not an array that begins with an unsigned integer.
    pub fn peek_tag(&self) -> Result<u64, WireError> {
        let mut ahead = self.clone();
        match ahead.array()? {
            0 => Err(ahead.error("a tag")),
            _ => ahead.uint(),
        }
    }

    /// How many values to reserve room for when `len` were announced: never more than the bytes could hold.
    pub fn plausible(&self, len: usize) -> usize {
        len.min(self.bytes.len() - self.at)
    }

    /// Passes over one value of any type.
    ///
    /// # Errors
    /// When the bytes end early or nest deeper than 64 levels.
    pub fn skip(&mut self) -> Result<(), WireError> {
        self.skip_nested(0)
    }

    /// Passes over `count` values.
    ///
    /// # Errors
    /// As [`Reader::skip`].
    pub fn skip_many(&mut self, count: usize) -> Result<(), WireError> {
        (0..count).try_for_each(|_| self.skip())
    }

    fn skip_nested(&mut self, depth: usize) -> Result<(), WireError> {
        if depth > SKIP_DEPTH {
            return Err(self.error("at most 64 levels of nesting"));
        }
        let tag = self.peek().ok_or_else(|| self.error("a value"))?;
        let values = match tag {
            0x80..=0x8f => 2 * self.advance(usize::from(tag & 0x0f))?,
            0xde => 2 * self.len16()?,
            0xdf => 2 * self.len32()?,
            0x90..=0x9f | 0xdc | 0xdd => self.array()?,
            _ => return self.skip_scalar(tag),
        };
        (0..values).try_for_each(|_| self.skip_nested(depth + 1))
    }

    fn skip_scalar(&mut self, tag: u8) -> Result<(), WireError> {
        let len = match tag {
            0xa0..=0xbf | 0xd9..=0xdb => return self.str().map(drop),
            0xc4..=0xc6 => return self.bin().map(drop),
            0xcc | 0xd0 => 1,
            0xcd | 0xd1 => 2,
            0xce | 0xd2 | 0xca => 4,
            0xcf | 0xd3 | 0xcb => 8,
            0xd4..=0xd8 => 1 + (1 << (tag - 0xd4)),
            0xc1 | 0xc7..=0xc9 => return Err(self.error("a known type")),
            _ => 0,
        };
        self.take(1 + len).map(drop)
    }

    /// The first byte of the next value, which says its type.
    pub fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn advance<T>(&mut self, value: T) -> Result<T, WireError> {
        self.at += 1;
        Ok(value)
    }

    fn take(&mut self, len: usize) -> Result<&'a [u8], WireError> {
        let end = self.at.checked_add(len).filter(|end| *end <= self.bytes.len());
        let end = end.ok_or_else(|| self.error("more bytes"))?;
        let bytes = &self.bytes[self.at..end];
        self.at = end;
        Ok(bytes)
    }

    fn fixed<const N: usize>(&mut self) -> Result<[u8; N], WireError> {
        let bytes = self.take(N + 1)?;
        let mut fixed = [0; N];
        fixed.copy_from_slice(&bytes[1..]);
        Ok(fixed)
    }

    fn len8(&mut self) -> Result<usize, WireError> {
        self.fixed::<1>().map(|b| usize::from(b[0]))
    }

    fn len16(&mut self) -> Result<usize, WireError> {
        self.fixed().map(|b| usize::from(u16::from_be_bytes(b)))
    }

    fn len32(&mut self) -> Result<usize, WireError> {
        self.fixed().map(|b| u32::from_be_bytes(b) as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Writer, to_bytes};

    /// What holds a shared value beside its own.
    type Outer = (u64, Arc<Vec<u64>>);

    fn read(values: &[Outer]) -> Vec<Arc<Outer>> {
        let mut writer = Writer::default();
        values.iter().for_each(|value| value.encode(&mut writer));
        let bytes = writer.into_bytes();
        let mut reader = Reader::new(&bytes);
        let read: Vec<Arc<Outer>> = values.iter().map(|_| reader.shared()).collect();
        reader.check().unwrap();
        reader.finish().unwrap();
        read
    }

    #[test]
    fn equal_neighbours_are_one_value() {
        let list = |numbers: &[u64]| Arc::new(numbers.to_vec());
        let given = [
            (1, list(&[7, 8])),
            (2, list(&[7, 8])),
            (3, list(&[7])),
            (4, list(&[7, 8])),
        ];
        let read = read(&given);
        assert!(read.iter().map(|value| &**value).eq(&given), "{read:?}");
        assert!(Arc::ptr_eq(&read[0].1, &read[1].1));
        assert!(
            !Arc::ptr_eq(&read[0].1, &read[3].1),
            "only neighbours are compared"
        );
    }

    #[test]
    fn equal_bytes_of_another_type_are_another_value() {
        let bytes = [to_bytes(&vec![1u64]), to_bytes(&vec![1u64])].concat();
        let mut reader = Reader::new(&bytes);
        assert_eq!(*reader.shared::<Vec<u64>>(), [1]);
        assert_eq!(*reader.shared::<Vec<u32>>(), [1]);
    }

    #[test]
    fn the_first_failure_is_told_and_nothing_is_read_after_it() {
        let bytes = to_bytes(&vec![1_u64, 2, 3]);
        let mut reader = Reader::new(&bytes);
        assert_eq!((reader.read_array(), reader.read_uint()), (3, 1));
        assert_eq!(reader.read_array(), 0);
        assert_eq!(<(u64, Option<String>)>::read(&mut reader), (0, None));
        assert_eq!(*reader.shared::<Vec<u64>>(), []);
        assert!(reader.has_failed());
        let told = reader.check().unwrap_err();
        assert_eq!((told.offset, told.expected), (2, "an array"));
        assert_eq!(reader.check(), Ok(()));
    }

    #[test]
    fn a_longer_value_that_begins_alike_is_read() {
        let bytes = [to_bytes(&1u64), to_bytes(&0x0101u64)].concat();
        let mut reader = Reader::new(&bytes);
        assert_eq!(*reader.shared::<u64>(), 1);
        assert_eq!(*reader.shared::<u64>(), 0x0101);
    }
}

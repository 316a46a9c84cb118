//! Positional MessagePack: the codec of everything that crosses the kernel's boundary or reaches its journal.
//!
//! A struct is an array of its fields in declaration order; an enum is an array `[tag, …fields]`; a choice (an enum
//! without fields) is its tag. Growth is append-only: a decoder skips fields it does not know and takes the default of
//! those that are not there, so old and new versions read each other. The [`wire!`] macro writes type, codec and
//! [`schema`] from one declaration; the TypeScript codec is generated from that schema.
//!
//! Encoding is canonical: one value has one encoding, so bytes can be compared and hashed.
#![forbid(unsafe_code)]

mod builtin;
mod macros;
mod reader;
pub mod schema;
mod writer;

pub use builtin::Bytes;
pub use reader::{Reader, WireError};
pub use writer::Writer;

use schema::{Registry, Shape};

/// A value with a canonical positional encoding and a schema.
pub trait Wire: Sized {
    /// Appends the encoding of `self`.
    fn encode(&self, writer: &mut Writer);
    /// Reads one value. When it is not what it should be, the reader remembers that ([`Reader::fail`]) and the value means
    /// nothing: whoever asked for it looks at the reader once, at the end. That keeps the code for each type short.
    fn read(reader: &mut Reader<'_>) -> Self;
    /// Reads one value.
    ///
    /// # Errors
    /// [`WireError`] names what was expected and where; input from outside never panics. The reader goes no further then.
    fn decode(reader: &mut Reader<'_>) -> Result<Self, WireError> {
        let value = Self::read(reader);
        reader.check()?;
        Ok(value)
    }
    /// The value an absent field takes; `None` when the field must be there.
    fn absent() -> Option<Self> {
        None
    }
    /// The shape of the type, registering named types it is made from.
    fn shape(registry: &mut Registry) -> Shape;
}

/// Reads one field of a struct or variant, or takes its default when the array ends before it.
#[inline(never)]
pub fn field<T: Wire>(reader: &mut Reader<'_>, left: &mut usize) -> T {
    if let Some(fewer) = left.checked_sub(1) {
        *left = fewer;
    } else if let Some(value) = T::absent() {
        return value;
    } else {
        reader.fail("one more field");
    }
    T::read(reader)
}

/// Encodes one value into fresh bytes.
pub fn to_bytes<T: Wire>(value: &T) -> Vec<u8> {
    let mut writer = Writer::default();
    value.encode(&mut writer);
    writer.into_bytes()
}

/// Decodes one value that fills `bytes` wholly.
///
/// # Errors
/// [`WireError`] when the bytes are not such a value or go on after it.
pub fn from_bytes<T: Wire>(bytes: &[u8]) -> Result<T, WireError> {
    let mut reader = Reader::new(bytes);
    let value = T::decode(&mut reader)?;
    reader.finish()?;
    Ok(value)
}

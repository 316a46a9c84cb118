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
    /// Reads one value.
    ///
    /// # Errors
    /// [`WireError`] names what was expected and where; input from outside never panics.
    fn decode(reader: &mut Reader<'_>) -> Result<Self, WireError>;
    /// The value an absent field takes; `None` when the field must be there.
    fn absent() -> Option<Self> {
        None
    }
    /// The shape of the type, registering named types it is made from.
    fn shape(registry: &mut Registry) -> Shape;
}

/// Reads one field of a struct or variant, or takes its default when the array ends before it.
///
/// # Errors
/// [`WireError`] when the field is not what it should be, or must be there and is not.
#[inline(never)]
pub fn field<T: Wire>(reader: &mut Reader<'_>, left: &mut usize) -> Result<T, WireError> {
    match left.checked_sub(1) {
        Some(fewer) => {
            *left = fewer;
            T::decode(reader)
        }
        None => T::absent().ok_or_else(|| reader.error("one more field")),
    }
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

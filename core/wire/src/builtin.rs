//! Codecs of the types fields are made from.

use std::sync::Arc;

use crate::schema::{Registry, Shape};
use crate::{Reader, Wire, WireError, Writer};

macro_rules! unsigned {
    ($($type:ty),*) => {$(
        impl Wire for $type {
            fn encode(&self, writer: &mut Writer) {
                writer.uint(u64::from(*self));
            }
            fn decode(reader: &mut Reader<'_>) -> Result<Self, WireError> {
                let error = reader.error(concat!("a ", stringify!($type)));
                Self::try_from(reader.uint()?).map_err(|_| error)
            }
            fn absent() -> Option<Self> {
                Some(0)
            }
            fn shape(_: &mut Registry) -> Shape {
                Shape::Uint
            }
        }
    )*};
}

unsigned!(u8, u16, u32, u64);

impl Wire for i64 {
    fn encode(&self, writer: &mut Writer) {
        writer.int(*self);
    }
    fn decode(reader: &mut Reader<'_>) -> Result<Self, WireError> {
        reader.int()
    }
    fn absent() -> Option<Self> {
        Some(0)
    }
    fn shape(_: &mut Registry) -> Shape {
        Shape::Int
    }
}

impl Wire for bool {
    fn encode(&self, writer: &mut Writer) {
        writer.bool(*self);
    }
    fn decode(reader: &mut Reader<'_>) -> Result<Self, WireError> {
        reader.bool()
    }
    fn absent() -> Option<Self> {
        Some(false)
    }
    fn shape(_: &mut Registry) -> Shape {
        Shape::Bool
    }
}

impl Wire for String {
    fn encode(&self, writer: &mut Writer) {
        writer.str(self);
    }
    fn decode(reader: &mut Reader<'_>) -> Result<Self, WireError> {
        reader.str().map(str::to_owned)
    }
    fn absent() -> Option<Self> {
        Some(Self::new())
    }
    fn shape(_: &mut Registry) -> Shape {
        Shape::Str
    }
}

/// Bytes, as opposed to a list of small numbers.
#[derive(Clone, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub struct Bytes(
    /// The bytes.
    pub Vec<u8>,
);

impl Wire for Bytes {
    fn encode(&self, writer: &mut Writer) {
        writer.bin(&self.0);
    }
    fn decode(reader: &mut Reader<'_>) -> Result<Self, WireError> {
        reader.bin().map(|bytes| Self(bytes.to_vec()))
    }
    fn absent() -> Option<Self> {
        Some(Self::default())
    }
    fn shape(_: &mut Registry) -> Shape {
        Shape::Bin
    }
}

impl<const N: usize> Wire for [u8; N] {
    fn encode(&self, writer: &mut Writer) {
        writer.bin(self);
    }
    fn decode(reader: &mut Reader<'_>) -> Result<Self, WireError> {
        let error = reader.error("bytes of the right length");
        Self::try_from(reader.bin()?).map_err(|_| error)
    }
    fn absent() -> Option<Self> {
        Some([0; N])
    }
    fn shape(_: &mut Registry) -> Shape {
        Shape::Bin
    }
}

impl<T: Wire> Wire for Option<T> {
    fn encode(&self, writer: &mut Writer) {
        match self {
            Some(value) => value.encode(writer),
            None => writer.nil(),
        }
    }
    fn decode(reader: &mut Reader<'_>) -> Result<Self, WireError> {
        if reader.take_nil() {
            Ok(None)
        } else {
            T::decode(reader).map(Some)
        }
    }
    fn absent() -> Option<Self> {
        Some(None)
    }
    fn shape(registry: &mut Registry) -> Shape {
        Shape::Optional(Box::new(T::shape(registry)))
    }
}

impl<T: Wire> Wire for Box<T> {
    fn encode(&self, writer: &mut Writer) {
        (**self).encode(writer);
    }
    fn decode(reader: &mut Reader<'_>) -> Result<Self, WireError> {
        T::decode(reader).map(Self::new)
    }
    fn absent() -> Option<Self> {
        T::absent().map(Self::new)
    }
    fn shape(registry: &mut Registry) -> Shape {
        T::shape(registry)
    }
}

impl<T: Wire + Send + Sync + 'static> Wire for Arc<T> {
    fn encode(&self, writer: &mut Writer) {
        (**self).encode(writer);
    }
    fn decode(reader: &mut Reader<'_>) -> Result<Self, WireError> {
        reader.shared()
    }
    fn absent() -> Option<Self> {
        T::absent().map(Self::new)
    }
    fn shape(registry: &mut Registry) -> Shape {
        T::shape(registry)
    }
}

impl<T: Wire> Wire for Vec<T> {
    fn encode(&self, writer: &mut Writer) {
        writer.array(self.len());
        self.iter().for_each(|value| value.encode(writer));
    }
    fn decode(reader: &mut Reader<'_>) -> Result<Self, WireError> {
        let len = reader.array()?;
        let mut values = Self::with_capacity(reader.plausible(len).min(4096));
        for _ in 0..len {
            values.push(T::decode(reader)?);
        }
        Ok(values)
    }
    fn absent() -> Option<Self> {
        Some(Self::new())
    }
    fn shape(registry: &mut Registry) -> Shape {
        Shape::List(Box::new(T::shape(registry)))
    }
}

impl<A: Wire, B: Wire> Wire for (A, B) {
    fn encode(&self, writer: &mut Writer) {
        writer.array(2);
        self.0.encode(writer);
        self.1.encode(writer);
    }
    fn decode(reader: &mut Reader<'_>) -> Result<Self, WireError> {
        let error = reader.error("a pair");
        if reader.array()? != 2 {
            return Err(error);
        }
        Ok((A::decode(reader)?, B::decode(reader)?))
    }
    fn shape(registry: &mut Registry) -> Shape {
        Shape::Pair(Box::new(A::shape(registry)), Box::new(B::shape(registry)))
    }
}

impl<K: Wire + Ord, V: Wire> Wire for std::collections::BTreeMap<K, V> {
    fn encode(&self, writer: &mut Writer) {
        writer.array(self.len());
        for (key, value) in self {
            writer.array(2);
            key.encode(writer);
            value.encode(writer);
        }
    }
    fn decode(reader: &mut Reader<'_>) -> Result<Self, WireError> {
        // One by one: building from an iterator brings a whole sort into the wasm for every pair of types.
        let mut map = Self::new();
        for _ in 0..reader.array()? {
            let (key, value) = <(K, V)>::decode(reader)?;
            map.insert(key, value);
        }
        Ok(map)
    }
    fn absent() -> Option<Self> {
        Some(Self::new())
    }
    fn shape(registry: &mut Registry) -> Shape {
        Vec::<(K, V)>::shape(registry)
    }
}

impl<T: Wire + Ord> Wire for std::collections::BTreeSet<T> {
    fn encode(&self, writer: &mut Writer) {
        writer.array(self.len());
        self.iter().for_each(|value| value.encode(writer));
    }
    fn decode(reader: &mut Reader<'_>) -> Result<Self, WireError> {
        let mut set = Self::new();
        for _ in 0..reader.array()? {
            set.insert(T::decode(reader)?);
        }
        Ok(set)
    }
    fn absent() -> Option<Self> {
        Some(Self::new())
    }
    fn shape(registry: &mut Registry) -> Shape {
        Vec::<T>::shape(registry)
    }
}

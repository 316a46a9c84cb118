//! Codecs of the types fields are made from.

use std::sync::Arc;

use polyphon_sorted::SortedMap;

use crate::schema::{Registry, Shape};
use crate::{Reader, Wire, Writer};

macro_rules! unsigned {
    ($($type:ty),*) => {$(
        impl Wire for $type {
            fn encode(&self, writer: &mut Writer) {
                writer.uint(u64::from(*self));
            }
            fn read(reader: &mut Reader<'_>) -> Self {
                let error = reader.error(concat!("a ", stringify!($type)));
                let value = Self::try_from(reader.read_uint());
                reader.or_fail(value.map_err(|_| error))
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
    fn read(reader: &mut Reader<'_>) -> Self {
        let value = reader.int();
        reader.or_fail(value)
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
    fn read(reader: &mut Reader<'_>) -> Self {
        let value = reader.bool();
        reader.or_fail(value)
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
    fn read(reader: &mut Reader<'_>) -> Self {
        let text = reader.str();
        reader.or_fail(text).to_owned()
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
    fn read(reader: &mut Reader<'_>) -> Self {
        let bytes = reader.bin();
        Self(reader.or_fail(bytes).to_vec())
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
    fn read(reader: &mut Reader<'_>) -> Self {
        let error = reader.error("bytes of the right length");
        let bytes = reader.bin();
        Self::try_from(reader.or_fail(bytes)).unwrap_or_else(|_| {
            reader.fail_with(error);
            [0; N]
        })
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
    fn read(reader: &mut Reader<'_>) -> Self {
        let is_absent = reader.take_nil() || reader.has_failed();
        (!is_absent).then(|| T::read(reader))
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
    fn read(reader: &mut Reader<'_>) -> Self {
        Self::new(T::read(reader))
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
    fn read(reader: &mut Reader<'_>) -> Self {
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
    fn read(reader: &mut Reader<'_>) -> Self {
        let len = reader.read_array();
        let mut values = Self::with_capacity(reader.plausible(len).min(4096));
        for _ in 0..len {
            values.push(T::read(reader));
            if reader.has_failed() {
                break;
            }
        }
        values
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
    fn read(reader: &mut Reader<'_>) -> Self {
        let error = reader.error("a pair");
        if reader.read_array() != 2 {
            reader.fail_with(error);
        }
        (A::read(reader), B::read(reader))
    }
    fn shape(registry: &mut Registry) -> Shape {
        Shape::Pair(Box::new(A::shape(registry)), Box::new(B::shape(registry)))
    }
}

impl<K: Wire + Ord, V: Wire> Wire for SortedMap<K, V> {
    fn encode(&self, writer: &mut Writer) {
        writer.array(self.len());
        for (key, value) in self {
            writer.array(2);
            key.encode(writer);
            value.encode(writer);
        }
    }
    fn read(reader: &mut Reader<'_>) -> Self {
        let mut map = Self::new();
        for _ in 0..reader.read_array() {
            let (key, value) = <(K, V)>::read(reader);
            if reader.has_failed() {
                break;
            }
            map.insert(key, value);
        }
        map
    }
    fn absent() -> Option<Self> {
        Some(Self::new())
    }
    fn shape(registry: &mut Registry) -> Shape {
        Vec::<(K, V)>::shape(registry)
    }
}

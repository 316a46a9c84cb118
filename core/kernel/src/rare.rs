//! What most entities have nothing of.

use std::ops::{Deref, DerefMut};

use polyphon_wire::schema::{Registry, Shape};
use polyphon_wire::{Reader, Wire, Writer};

/// A value that mostly says nothing, and takes no room until something is written to it.
///
/// Reading one that was never written reads [`Blank::BLANK`]. On the wire that is `nil`, however it came about.
#[derive(Clone, Debug)]
pub struct Rare<T>(Option<Box<T>>);

/// What has a value that says nothing.
pub trait Blank: Sized + 'static {
    /// The value that says nothing.
    const BLANK: &'static Self;
}

impl<T> Default for Rare<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T: Blank> Deref for Rare<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.0.as_deref().unwrap_or(T::BLANK)
    }
}

impl<T: Blank + Clone> DerefMut for Rare<T> {
    fn deref_mut(&mut self) -> &mut T {
        self.0.get_or_insert_with(|| Box::new(T::BLANK.clone()))
    }
}

impl<T: Blank + PartialEq> PartialEq for Rare<T> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl<T: Blank + Eq> Eq for Rare<T> {}

impl<T: Blank + PartialEq + Wire> Wire for Rare<T> {
    fn encode(&self, writer: &mut Writer) {
        match self.0.as_deref().filter(|value| *value != T::BLANK) {
            Some(value) => value.encode(writer),
            None => writer.nil(),
        }
    }
    fn read(reader: &mut Reader<'_>) -> Self {
        Self(Option::read(reader))
    }
    fn absent() -> Option<Self> {
        Some(Self(None))
    }
    fn shape(registry: &mut Registry) -> Shape {
        Option::<T>::shape(registry)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Blank for u64 {
        const BLANK: &'static Self = &0;
    }

    #[test]
    fn what_was_written_and_taken_back_reads_and_hashes_like_what_never_was() {
        let mut rare = Rare::<u64>::default();
        assert_eq!(*rare, 0);
        *rare = 5;
        assert_eq!(polyphon_wire::to_bytes(&rare), [5]);
        assert_eq!(polyphon_wire::from_bytes::<Rare<u64>>(&[5]), Ok(rare.clone()));
        *rare = 0;
        assert_eq!(polyphon_wire::to_bytes(&rare), [0xc0]);
        assert_eq!(rare, Rare::default());
        assert_eq!(
            polyphon_wire::from_bytes::<Rare<u64>>(&[0xc0]),
            Ok(Rare::default())
        );
    }
}

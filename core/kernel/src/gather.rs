//! Collecting without sorting.

/// Gathers an iterator one entry at a time. `collect` would sort first to build a tree in one go, which costs code for
/// every type of entry; the iterators here come in order already.
pub(crate) trait Gather: Iterator + Sized {
    /// All entries.
    fn gather<C: Default + Extend<Self::Item>>(self) -> C {
        let mut entries = C::default();
        entries.extend(self);
        entries
    }
}

impl<I: Iterator> Gather for I {}

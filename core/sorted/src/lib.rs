//! Maps and sets in the order of their keys, for WebAssembly: a tenth of the code that `std::collections::BTreeMap` brings for
//! every pair of types, and as fast at what lists of work do, which mostly grow at the end and shrink at the beginning.
//!
//! Entries lie in short sorted lists, one after the other. Whatever enters at the end leaves no gaps, so memory is what
//! the entries take; a tree that grows at its end is half empty.
#![forbid(unsafe_code)]

mod iter;
mod map;
mod part;
mod set;

pub use iter::{Iter, Keys};
pub use map::SortedMap;
pub use set::SortedSet;

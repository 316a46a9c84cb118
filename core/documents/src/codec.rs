//! Values, operations and answers as bytes, for hosts that have other objects than these.
//!
//! Numbers are LEB128; signed ones in zigzag. Texts are UTF-8 behind their length. Nothing here is stored or sent: both
//! sides are of one build.
//!
//! A value is a tag and what belongs to it: 0 null · 1 false · 2 true · 3 int · 4 uint · 5 f64 (8 bytes, little-endian) ·
//! 6 string · 7 bytes · 8 timestamp · 9 counter · 10 text · 11 map (count, then key and value each) · 12 list (count, then
//! values) · 13 conflicted (the value follows) · 14 unknown (type, bytes).
//! A prop is 0 and a key, or the index + 1.

mod answers;
mod read;
mod write;

pub use answers::{write_change, write_changes, write_conflicts, write_found, write_patches};
pub use read::{read_operations, read_prop, read_value};
pub use write::write_value;

pub(crate) mod tag {
    pub(crate) const NULL: u8 = 0;
    pub(crate) const FALSE: u8 = 1;
    pub(crate) const TRUE: u8 = 2;
    pub(crate) const INT: u8 = 3;
    pub(crate) const UINT: u8 = 4;
    pub(crate) const F64: u8 = 5;
    pub(crate) const STR: u8 = 6;
    pub(crate) const BYTES: u8 = 7;
    pub(crate) const TIMESTAMP: u8 = 8;
    pub(crate) const COUNTER: u8 = 9;
    pub(crate) const TEXT: u8 = 10;
    pub(crate) const MAP: u8 = 11;
    pub(crate) const LIST: u8 = 12;
    pub(crate) const CONFLICTED: u8 = 13;
    pub(crate) const UNKNOWN: u8 = 14;

    pub(crate) const SET: u8 = 1;
    pub(crate) const DELETE: u8 = 2;
    pub(crate) const SPLICE: u8 = 3;
    pub(crate) const SPLICE_TEXT: u8 = 4;
    pub(crate) const INCREMENT: u8 = 5;
}

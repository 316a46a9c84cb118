//! Pure policies in fixed point: what to do is computed from numbers that are given, the same on every machine.
//!
//! No floats, no clock, no randomness: times are integer milliseconds, ratios parts per million, a random draw is an
//! argument. Nothing here fails or panics, whatever the numbers.
#![forbid(unsafe_code)]

mod backoff;
pub mod failure_detector;

pub use backoff::Backoff;
pub use failure_detector::PhiDetector;

/// One whole, in parts per million.
pub const PPM: u64 = 1_000_000;

//! Pure policies in fixed point: what to do is computed from numbers that are given, the same on every machine.
//!
//! No floats, no clock, no randomness: times are integer milliseconds, ratios parts per million, a random draw is an
//! argument. Nothing here fails or panics, whatever the numbers.
#![forbid(unsafe_code)]

mod backoff;
pub mod breaker;
mod bulkhead;
mod draws;
pub mod failure_detector;
mod hedge;
mod latency;
mod rate_limit;
mod retry;

pub use backoff::Backoff;
pub use breaker::Breaker;
pub use bulkhead::{Bulkhead, Entry};
pub use draws::Draws;
pub use failure_detector::PhiDetector;
pub use hedge::{Hedge, MeasuredHedge};
pub use latency::Latencies;
pub use rate_limit::RateLimit;
pub use retry::Retry;

/// One whole, in parts per million.
pub const PPM: u64 = 1_000_000;

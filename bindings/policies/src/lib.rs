//! The rules of policies for JavaScript: numbers in, numbers out. Translation only.
//!
//! Times are milliseconds as JavaScript has them; what is below zero or no number counts as zero. A module of its own:
//! policies guard calls where no kernel runs, and the kernel's module has a size to keep.

mod breaker;
mod limits;
mod repeats;

pub use breaker::RawBreaker;
pub use limits::{RawBulkhead, RawRateLimit};
pub use repeats::{RawHedge, RawRetry};

use wasm_bindgen::prelude::wasm_bindgen;

/// What stands for "nothing" among the numbers that are never negative.
const NOTHING: f64 = -1.0;

/// A seed for spreading waits: 53 random bits of the platform; 0 where it has no source of randomness.
#[wasm_bindgen(js_name = drawSeed)]
pub fn draw_seed() -> f64 {
    (getrandom::u64().unwrap_or(0) >> 11) as f64
}

use polyphon_policies::{Bulkhead, Entry, RateLimit};
use wasm_bindgen::prelude::wasm_bindgen;

/// A bulkhead.
#[wasm_bindgen]
#[derive(Debug)]
pub struct RawBulkhead(Bulkhead);

#[wasm_bindgen]
impl RawBulkhead {
    /// Room for `limit` at once and `queue` that wait.
    #[wasm_bindgen(constructor)]
    pub fn new(limit: u32, queue: u32) -> Self {
        Self(Bulkhead::new(limit, queue))
    }

    /// 0 run, 1 wait, 2 refused.
    pub fn enter(&mut self) -> u32 {
        match self.0.enter() {
            Entry::Run => 0,
            Entry::Wait => 1,
            Entry::Refuse => 2,
        }
    }

    /// True when the first that waits runs now.
    pub fn leave(&mut self) -> bool {
        self.0.leave()
    }

    /// One that waited goes away.
    #[wasm_bindgen(js_name = giveUp)]
    pub fn give_up(&mut self) {
        self.0.give_up();
    }

    /// Calls that run.
    pub fn running(&self) -> u32 {
        self.0.running()
    }

    /// Calls that wait.
    pub fn waiting(&self) -> u32 {
        self.0.waiting()
    }
}

/// A rate limit.
#[wasm_bindgen]
#[derive(Debug)]
pub struct RawRateLimit(RateLimit);

#[wasm_bindgen]
impl RawRateLimit {
    /// `permits` every `per_ms`, up to `burst` at once.
    #[wasm_bindgen(constructor)]
    pub fn new(permits: f64, per_ms: f64, burst: f64, now_ms: f64) -> Self {
        Self(RateLimit::new(
            permits as u64,
            per_ms as u64,
            burst as u64,
            now_ms as u64,
        ))
    }

    /// 0 when `cost` permits were taken, else milliseconds until there are so many.
    pub fn take(&mut self, cost: f64, now_ms: f64) -> f64 {
        self.0
            .take(cost as u64, now_ms as u64)
            .map_or_else(|wait_ms| wait_ms as f64, |()| 0.0)
    }

    /// The earliest a line with `count` permits in all can be served, in milliseconds from now.
    #[wasm_bindgen(js_name = lineMs)]
    pub fn line_ms(&mut self, count: f64, now_ms: f64) -> f64 {
        self.0.line_ms(count as u64, now_ms as u64) as f64
    }

    /// Whole permits that are there.
    pub fn available(&mut self, now_ms: f64) -> f64 {
        self.0.available(now_ms as u64) as f64
    }
}

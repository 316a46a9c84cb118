use polyphon_policies::{Backoff, Draws, Hedge, MeasuredHedge, Retry};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::NOTHING;

/// A rule of retries and the draws that spread its waits.
#[wasm_bindgen]
#[derive(Debug)]
pub struct RawRetry(Retry, Draws);

#[wasm_bindgen]
impl RawRetry {
    /// The rule with the draws of `seed`.
    #[wasm_bindgen(constructor)]
    pub fn new(
        max_attempts: u32,
        initial_ms: f64,
        max_ms: f64,
        multiplier_ppm: f64,
        jitter_ppm: f64,
        seed: f64,
    ) -> Self {
        let backoff = Backoff {
            initial_ms: initial_ms as u64,
            max_ms: max_ms as u64,
            multiplier_ppm: multiplier_ppm as u64,
            jitter_ppm: jitter_ppm as u64,
        };
        Self(
            Retry {
                max_attempts,
                backoff,
            },
            Draws::new(seed as u64),
        )
    }

    /// The wait after `attempt` failed and its receiver asked for `asked_ms`; below zero when there is no other attempt.
    #[wasm_bindgen(js_name = waitMs)]
    pub fn wait_ms(&mut self, attempt: u32, asked_ms: f64) -> f64 {
        let wait = self.0.wait_ms(attempt, asked_ms as u64, self.1.draw());
        wait.map_or(NOTHING, |wait_ms| wait_ms as f64)
    }
}

/// A rule of hedging and what it measured.
#[wasm_bindgen]
#[derive(Debug)]
pub struct RawHedge(MeasuredHedge);

#[wasm_bindgen]
impl RawHedge {
    /// Up to `max_attempts` copies, each after `delay_ms` of silence, or after the quantile (parts per million; 0: none) of
    /// what was measured once that are `minimum` copies; for `share_ppm` of the calls at most.
    #[wasm_bindgen(constructor)]
    pub fn new(
        max_attempts: u32,
        delay_ms: f64,
        quantile_ppm: u32,
        least_ms: f64,
        minimum: u32,
        share_ppm: f64,
    ) -> Self {
        let rule = Hedge {
            max_attempts,
            delay_ms: delay_ms as u64,
        };
        let quantile_ppm = (quantile_ppm > 0).then_some(quantile_ppm);
        Self(MeasuredHedge::new(
            rule,
            quantile_ppm,
            least_ms as u64,
            minimum,
            share_ppm as u64,
        ))
    }

    /// A call begins.
    pub fn begin(&mut self) {
        self.0.begin();
    }

    /// Silence after which the next copy starts now.
    #[wasm_bindgen(js_name = delayMs)]
    pub fn delay_ms(&self) -> f64 {
        self.0.delay_ms() as f64
    }

    /// The wait before the next copy; below zero when there is none.
    #[wasm_bindgen(js_name = waitMs)]
    pub fn wait_ms(&self, started: u32, failed: u32) -> f64 {
        self.0
            .wait_ms(started, failed)
            .map_or(NOTHING, |wait_ms| wait_ms as f64)
    }

    /// Whether one more copy may start beside one that runs.
    #[wasm_bindgen(js_name = mayStart)]
    pub fn may_start(&mut self) -> bool {
        self.0.may_start()
    }

    /// A copy was answered, or was no longer waited for, after so long.
    pub fn record(&mut self, elapsed_ms: f64) {
        self.0.record(elapsed_ms as u64);
    }
}

use polyphon_policies::Breaker;
use polyphon_policies::breaker::{BreakerRule, BreakerState, CallOutcome, Counts, Permit};
use wasm_bindgen::prelude::wasm_bindgen;

/// A circuit breaker. States are 0 closed, 1 open, 2 half open; outcomes 0 success, 1 failure, 2 abandoned.
#[wasm_bindgen]
#[derive(Debug)]
pub struct RawBreaker(Breaker);

#[wasm_bindgen]
impl RawBreaker {
    /// A closed breaker.
    #[wasm_bindgen(constructor)]
    #[expect(
        clippy::too_many_arguments,
        reason = "an object would cost more to read than the rule it carries"
    )]
    pub fn new(
        failures: f64,
        volume: f64,
        share_ppm: f64,
        window_ms: f64,
        slices: u32,
        reset_ms: f64,
        probes: u32,
        successes: u32,
        opossum: bool,
        now_ms: f64,
    ) -> Self {
        let rule = BreakerRule {
            failures: failures as u64,
            volume: volume as u64,
            share_ppm: share_ppm as u64,
            window_ms: window_ms as u64,
            slices,
            reset_ms: reset_ms as u64,
            probes,
            successes,
            opossum,
        };
        Self(Breaker::new(rule, now_ms as u64))
    }

    /// The state now.
    pub fn state(&mut self, now_ms: f64) -> u32 {
        match self.0.state(now_ms as u64) {
            BreakerState::Closed => 0,
            BreakerState::Open => 1,
            BreakerState::HalfOpen => 2,
        }
    }

    /// A permit, twice its era and one more for a probe; when refused, minus one and minus the wait in milliseconds.
    pub fn admit(&mut self, now_ms: f64) -> f64 {
        match self.0.admit(now_ms as u64) {
            Ok(permit) => permit.era as f64 * 2.0 + f64::from(u8::from(permit.probe)),
            Err(wait_ms) => -1.0 - wait_ms as f64,
        }
    }

    /// The outcome of the call that had `permit`. The state after it.
    pub fn record(&mut self, permit: f64, outcome: u32, now_ms: f64) -> u32 {
        let bits = permit as u64;
        let permit = Permit {
            era: bits / 2,
            probe: bits % 2 == 1,
        };
        let outcome = match outcome {
            0 => CallOutcome::Success,
            1 => CallOutcome::Failure,
            _ => CallOutcome::Abandoned,
        };
        self.0.record(permit, outcome, now_ms as u64);
        self.state(now_ms)
    }

    /// Counts a call that goes past the breaker.
    #[wasm_bindgen(js_name = noteCall)]
    pub fn note_call(&mut self, now_ms: f64) {
        self.0.note_call(now_ms as u64);
    }

    /// Counts a failure that opens nothing.
    #[wasm_bindgen(js_name = noteFailure)]
    pub fn note_failure(&mut self, now_ms: f64) {
        self.0.note_failure(now_ms as u64);
    }

    /// Opens it.
    pub fn open(&mut self, now_ms: f64) {
        self.0.open(now_ms as u64);
    }

    /// Lets the next call be a probe.
    #[wasm_bindgen(js_name = halfOpen)]
    pub fn half_open(&mut self, now_ms: f64) {
        self.0.half_open(now_ms as u64);
    }

    /// What another breaker counted counts here from now on.
    pub fn restore(&mut self, calls: f64, failures: f64, now_ms: f64) {
        let counts = Counts {
            calls: calls as u64,
            failures: failures as u64,
        };
        self.0.restore(counts, now_ms as u64);
    }

    /// Closes it.
    pub fn close(&mut self, now_ms: f64) {
        self.0.close(now_ms as u64);
    }

    /// Milliseconds until probes are let through; 0 when it is not open.
    #[wasm_bindgen(js_name = opensForMs)]
    pub fn opens_for_ms(&mut self, now_ms: f64) -> f64 {
        self.0.opens_for_ms(now_ms as u64) as f64
    }

    /// Calls in the window.
    pub fn calls(&mut self, now_ms: f64) -> f64 {
        self.0.counts(now_ms as u64).calls as f64
    }

    /// Failures in the window.
    pub fn failures(&mut self, now_ms: f64) -> f64 {
        self.0.counts(now_ms as u64).failures as f64
    }
}

//! What crosses the boundary, the same in every host.

use polyphon_policies_wasm::{RawBreaker, RawBulkhead, RawHedge, RawRateLimit, RawRetry, draw_seed};
use wasm_bindgen_test::wasm_bindgen_test;

const CLOSED: u32 = 0;
const OPEN: u32 = 1;
const HALF_OPEN: u32 = 2;
const SUCCESS: u32 = 0;
const FAILURE: u32 = 1;
const ABANDONED: u32 = 2;

/// Five failures among ten calls within ten seconds open it, for thirty seconds.
fn breaker() -> RawBreaker {
    RawBreaker::new(5.0, 0.0, 0.0, 10_000.0, 10, 30_000.0, 1, 1, false, 0.0)
}

#[wasm_bindgen_test]
fn a_breaker_opens_lets_one_probe_through_and_closes() {
    let mut breaker = breaker();
    for call in 0..5 {
        let permit = breaker.admit(f64::from(call));
        assert!(permit >= 0.0);
        breaker.record(permit, FAILURE, f64::from(call));
    }
    assert_eq!(breaker.state(5.0), OPEN);
    assert_eq!(breaker.failures(5.0), 5.0);
    let refused = breaker.admit(1_004.0);
    assert_eq!(-1.0 - refused, 29_000.0, "how long it stays open");
    assert_eq!(breaker.opens_for_ms(1_004.0), 29_000.0);
    let probe = breaker.admit(30_004.0);
    assert!(probe >= 0.0 && probe % 2.0 == 1.0);
    assert!(breaker.admit(30_004.0) < 0.0, "one probe at a time");
    assert_eq!(breaker.record(probe, SUCCESS, 30_005.0), CLOSED);
}

#[wasm_bindgen_test]
fn what_was_admitted_before_it_opened_counts_no_more() {
    let mut breaker = breaker();
    let early = breaker.admit(0.0);
    breaker.open(1.0);
    breaker.half_open(2.0);
    assert_eq!(breaker.record(early, FAILURE, 3.0), HALF_OPEN);
    let probe = breaker.admit(4.0);
    assert_eq!(breaker.record(probe, ABANDONED, 5.0), HALF_OPEN);
    breaker.close(6.0);
    assert_eq!(breaker.state(6.0), CLOSED);
    breaker.restore(7.0, 3.0, 7.0);
    assert_eq!((breaker.calls(7.0), breaker.failures(7.0)), (7.0, 3.0));
    breaker.note_call(7.0);
    breaker.note_failure(7.0);
    assert_eq!((breaker.calls(7.0), breaker.failures(7.0)), (8.0, 4.0));
}

#[wasm_bindgen_test]
fn a_bulkhead_runs_holds_and_refuses() {
    let mut bulkhead = RawBulkhead::new(1, 1);
    assert_eq!([bulkhead.enter(), bulkhead.enter(), bulkhead.enter()], [0, 1, 2]);
    assert_eq!((bulkhead.running(), bulkhead.waiting()), (1, 1));
    assert!(bulkhead.leave(), "who waits is next");
    assert_eq!((bulkhead.running(), bulkhead.waiting()), (1, 0));
    assert_eq!(bulkhead.enter(), 1);
    bulkhead.give_up();
    assert!(!bulkhead.leave());
    assert_eq!((bulkhead.running(), bulkhead.waiting()), (0, 0));
}

#[wasm_bindgen_test]
fn a_rate_limit_says_how_long_to_wait() {
    let mut limit = RawRateLimit::new(10.0, 1_000.0, 2.0, 0.0);
    assert_eq!(limit.available(0.0), 2.0);
    assert_eq!([limit.take(1.0, 0.0), limit.take(1.0, 0.0)], [0.0, 0.0]);
    assert_eq!(limit.take(1.0, 0.0), 100.0);
    assert_eq!(limit.line_ms(2.0, 0.0), 200.0);
    assert_eq!(limit.take(1.0, 100.0), 0.0);
    assert!(
        limit.take(1.0, -5.0) > 0.0,
        "a clock that says nothing counts as zero"
    );
}

#[wasm_bindgen_test]
fn a_retry_waits_longer_each_time_and_then_no_more() {
    let mut retry = RawRetry::new(4, 100.0, 250.0, 2_000_000.0, 0.0, 1.0);
    let waits = [1, 2, 3, 4].map(|attempt| retry.wait_ms(attempt, 0.0));
    assert_eq!(waits, [100.0, 200.0, 250.0, -1.0]);
    let jitter = |seed| {
        let mut retry = RawRetry::new(3, 1_000.0, 9_000.0, 2_000_000.0, 500_000.0, seed);
        [retry.wait_ms(1, 0.0), retry.wait_ms(2, 0.0)]
    };
    assert_eq!(jitter(7.0), jitter(7.0), "a seed is a sequence");
    assert_ne!(jitter(7.0), jitter(8.0));
}

#[wasm_bindgen_test]
fn a_hedge_starts_another_call_after_its_delay() {
    let mut hedge = RawHedge::new(2, 50.0, 0, 0.0, 0, 1_000_000.0);
    hedge.begin();
    assert_eq!(hedge.delay_ms(), 50.0);
    assert_eq!(hedge.wait_ms(1, 0), 50.0);
    assert_eq!(hedge.wait_ms(2, 0), -1.0, "two are all");
    assert!(hedge.may_start());
    hedge.record(10.0);
}

#[wasm_bindgen_test]
fn seeds_are_drawn_from_the_host() {
    let seeds = [draw_seed(), draw_seed()];
    assert_ne!(seeds[0], seeds[1]);
    assert!(
        seeds
            .iter()
            .all(|seed| (0.0..9_007_199_254_740_992.0).contains(seed) && seed.fract() == 0.0)
    );
}

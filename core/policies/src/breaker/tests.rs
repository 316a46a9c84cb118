use super::*;
use proptest::prelude::*;

const RULE: BreakerRule = BreakerRule {
    failures: 5,
    volume: 0,
    share_ppm: 0,
    window_ms: 10_000,
    slices: 10,
    reset_ms: 30_000,
    probes: 1,
    successes: 1,
    opossum: false,
};

fn fails(breaker: &mut Breaker, times: u32, now_ms: u64) {
    for _ in 0..times {
        let permit = breaker.admit(now_ms).unwrap();
        breaker.record(permit, CallOutcome::Failure, now_ms);
    }
}

fn opened() -> Breaker {
    let mut breaker = Breaker::new(RULE, 0);
    fails(&mut breaker, 5, 0);
    assert_eq!(breaker.state(0), BreakerState::Open);
    breaker
}

#[test]
fn the_fifth_failure_within_ten_seconds_opens_it() {
    let mut breaker = Breaker::new(RULE, 0);
    fails(&mut breaker, 4, 0);
    assert_eq!(breaker.state(9_999), BreakerState::Closed);
    fails(&mut breaker, 1, 9_999);
    assert_eq!(breaker.state(9_999), BreakerState::Open);
    assert_eq!(breaker.admit(10_999), Err(29_000));
}

#[test]
fn failures_older_than_the_window_do_not_count() {
    let mut breaker = Breaker::new(RULE, 0);
    fails(&mut breaker, 4, 0);
    fails(&mut breaker, 1, 10_000);
    assert_eq!(breaker.state(10_000), BreakerState::Closed);
    assert_eq!(
        breaker.counts(10_000),
        Counts {
            calls: 1,
            failures: 1
        }
    );
}

#[test]
fn after_thirty_seconds_one_probe_decides() {
    let mut breaker = opened();
    assert_eq!(breaker.admit(29_999), Err(1));
    let probe = breaker.admit(30_000).unwrap();
    assert!(probe.probe);
    assert_eq!(breaker.admit(30_001), Err(29_999), "only one at once");
    breaker.record(probe, CallOutcome::Success, 30_002);
    assert_eq!(breaker.state(30_002), BreakerState::Closed);
    assert_eq!(breaker.counts(30_002), Counts::default(), "it counts anew");
}

#[test]
fn a_probe_that_fails_opens_it_for_the_whole_time_again() {
    let mut breaker = opened();
    let probe = breaker.admit(31_000).unwrap();
    breaker.record(probe, CallOutcome::Failure, 32_000);
    assert_eq!(breaker.opens_for_ms(32_000), 30_000);
    assert_eq!(breaker.state(61_999), BreakerState::Open);
    assert_eq!(breaker.state(62_000), BreakerState::HalfOpen);
}

#[test]
fn several_probes_must_succeed_when_the_rule_says_so() {
    let mut breaker = Breaker::new(
        BreakerRule {
            probes: 2,
            successes: 3,
            ..RULE
        },
        0,
    );
    fails(&mut breaker, 5, 0);
    let first = breaker.admit(30_000).unwrap();
    let second = breaker.admit(30_000).unwrap();
    assert!(breaker.admit(30_000).is_err());
    breaker.record(first, CallOutcome::Success, 30_001);
    breaker.record(second, CallOutcome::Success, 30_001);
    assert_eq!(breaker.state(30_001), BreakerState::HalfOpen);
    let third = breaker.admit(30_002).unwrap();
    breaker.record(third, CallOutcome::Success, 30_003);
    assert_eq!(breaker.state(30_003), BreakerState::Closed);
}

#[test]
fn an_abandoned_probe_gives_its_place_back_and_decides_nothing() {
    let mut breaker = opened();
    let probe = breaker.admit(30_000).unwrap();
    breaker.record(probe, CallOutcome::Abandoned, 30_001);
    assert_eq!(breaker.state(30_001), BreakerState::HalfOpen);
    assert!(breaker.admit(30_001).is_ok());
}

#[test]
fn a_probe_nobody_hears_of_again_does_not_shut_it_for_ever() {
    let mut breaker = opened();
    breaker.admit(30_000).unwrap();
    assert_eq!(breaker.admit(59_999), Err(1));
    assert!(breaker.admit(60_000).unwrap().probe);
    assert!(breaker.admit(60_001).is_err(), "one more, not any number");
}

#[test]
fn a_call_from_before_it_opened_is_no_verdict_on_the_probe() {
    let mut breaker = Breaker::new(RULE, 0);
    let old = breaker.admit(0).unwrap();
    fails(&mut breaker, 5, 0);
    let probe = breaker.admit(30_000).unwrap();
    breaker.record(old, CallOutcome::Success, 30_001);
    assert_eq!(breaker.state(30_001), BreakerState::HalfOpen);
    breaker.record(old, CallOutcome::Failure, 30_001);
    assert_eq!(breaker.state(30_001), BreakerState::HalfOpen);
    breaker.record(probe, CallOutcome::Success, 30_002);
    assert_eq!(breaker.state(30_002), BreakerState::Closed);
}

#[test]
fn a_share_and_a_volume_keep_it_closed_under_few_failures_of_many() {
    let rule = BreakerRule {
        failures: 1,
        volume: 10,
        share_ppm: 500_000,
        ..RULE
    };
    let mut breaker = Breaker::new(rule, 0);
    fails(&mut breaker, 9, 0);
    assert_eq!(breaker.state(0), BreakerState::Closed, "below the volume");
    let mut breaker = Breaker::new(rule, 0);
    for _ in 0..10 {
        let permit = breaker.admit(0).unwrap();
        breaker.record(permit, CallOutcome::Success, 0);
    }
    fails(&mut breaker, 10, 0);
    assert_eq!(
        breaker.state(0),
        BreakerState::Closed,
        "half is not more than half"
    );
    fails(&mut breaker, 1, 0);
    assert_eq!(breaker.state(0), BreakerState::Open);
}

#[test]
fn it_can_be_opened_and_closed_by_hand() {
    let mut breaker = Breaker::new(RULE, 0);
    breaker.open(1_000);
    breaker.open(2_000);
    assert_eq!(
        breaker.opens_for_ms(2_000),
        29_000,
        "opening twice does not prolong"
    );
    breaker.close(2_000);
    assert_eq!(breaker.state(2_000), BreakerState::Closed);
}

#[test]
fn a_call_that_is_only_noted_counts_in_the_share() {
    let rule = BreakerRule {
        failures: 1,
        share_ppm: 500_000,
        ..RULE
    };
    let mut breaker = Breaker::new(rule, 0);
    breaker.note_call(0);
    fails(&mut breaker, 1, 0);
    assert_eq!(breaker.state(0), BreakerState::Closed);
    fails(&mut breaker, 1, 0);
    assert_eq!(breaker.state(0), BreakerState::Open);
}

#[test]
fn a_failure_that_is_only_noted_opens_nothing() {
    let mut breaker = Breaker::new(RULE, 0);
    (0..9).for_each(|_| breaker.note_failure(0));
    assert_eq!(breaker.state(0), BreakerState::Closed);
    fails(&mut breaker, 1, 0);
    assert_eq!(breaker.state(0), BreakerState::Open);
}

fn any_rule() -> impl Strategy<Value = BreakerRule> {
    (
        0u64..6,
        0u64..6,
        0u64..PPM,
        1u64..5_000,
        0u32..70,
        0u64..5_000,
        0u32..4,
        0u32..4,
        any::<bool>(),
    )
        .prop_map(
            |(failures, volume, share_ppm, window_ms, slices, reset_ms, probes, successes, opossum)| {
                BreakerRule {
                    failures,
                    volume,
                    share_ppm,
                    window_ms,
                    slices,
                    reset_ms,
                    probes,
                    successes,
                    opossum,
                }
            },
        )
}

proptest! {
    #[test]
    fn whatever_happens_states_follow_each_other_as_they_may(
        rule in any_rule(),
        steps in prop::collection::vec((0u8..8, 0u64..3_000), 0..300),
    ) {
        let (mut breaker, mut now) = (Breaker::new(rule, 0), 0);
        let mut out: Vec<Permit> = Vec::new();
        for (what, wait) in steps {
            let before = breaker.state(now);
            now += wait;
            let arrived = breaker.state(now);
            prop_assert!(arrived == before || (before, arrived) == (BreakerState::Open, BreakerState::HalfOpen));
            match what {
                0..=3 => match breaker.admit(now) {
                    Ok(permit) => {
                        prop_assert!(arrived != BreakerState::Open, "an open breaker lets nothing through");
                        prop_assert_eq!(permit.probe, arrived == BreakerState::HalfOpen);
                        out.push(permit);
                    }
                    Err(wait) => {
                        prop_assert!(arrived != BreakerState::Closed, "a closed one refuses nothing");
                        prop_assert!(wait <= rule.reset_ms);
                    }
                },
                4 if !out.is_empty() => breaker.record(out.remove(0), CallOutcome::Success, now),
                5 | 6 if !out.is_empty() => breaker.record(out.remove(0), CallOutcome::Failure, now),
                7 if !out.is_empty() => breaker.record(out.remove(0), CallOutcome::Abandoned, now),
                _ => {}
            }
            let after = breaker.state(now);
            // With nothing to wait for, an opened breaker is half open at once.
            let opened = after == BreakerState::Open || rule.reset_ms == 0;
            if arrived == BreakerState::Closed && after != BreakerState::Closed {
                prop_assert!(opened && (what == 5 || what == 6), "only a failure opens");
                let counts = breaker.counts(now);
                prop_assert!(counts.failures >= rule.failures.max(1) && counts.calls >= rule.volume);
            }
        }
    }

    #[test]
    fn few_failures_never_open_it(gaps in prop::collection::vec(2_000u64..100_000, 0..100)) {
        // Gaps of two seconds: at most five failures fit into any ten.
        let (mut breaker, mut now) = (Breaker::new(BreakerRule { failures: 6, ..RULE }, 0), 0);
        for gap in gaps {
            now += gap;
            fails(&mut breaker, 1, now);
            prop_assert_eq!(breaker.state(now), BreakerState::Closed);
        }
    }

    #[test]
    fn no_numbers_break_it(times: Vec<u64>, window_ms: u64, reset_ms: u64, slices: u32, opossum: bool) {
        let mut breaker = Breaker::new(BreakerRule { window_ms, reset_ms, slices, opossum, ..RULE }, 7);
        for now in times {
            if let Ok(permit) = breaker.admit(now) {
                breaker.record(permit, CallOutcome::Failure, now);
            }
            breaker.opens_for_ms(now);
        }
    }
}

#[test]
fn what_another_one_counted_counts_until_it_is_too_old() {
    let rule = BreakerRule { failures: 3, ..RULE };
    let mut breaker = Breaker::new(rule, 0);
    let counts = Counts {
        calls: 10,
        failures: 2,
    };
    breaker.restore(counts, 0);
    assert_eq!(breaker.counts(0), counts);
    let permit = breaker.admit(0).unwrap();
    breaker.record(permit, CallOutcome::Failure, 0);
    assert_eq!(breaker.state(0), BreakerState::Open);
    let mut late = Breaker::new(rule, 0);
    late.restore(counts, 0);
    assert_eq!(late.counts(rule.window_ms), Counts::default());
}

#[test]
fn one_that_begins_half_open_is_decided_by_its_first_call() {
    for (outcome, state) in [
        (CallOutcome::Success, BreakerState::Closed),
        (CallOutcome::Failure, BreakerState::Open),
    ] {
        let mut breaker = Breaker::new(RULE, 0);
        breaker.half_open(0);
        let permit = breaker.admit(0).unwrap();
        assert!(permit.probe);
        breaker.record(permit, outcome, 0);
        assert_eq!(breaker.state(0), state);
    }
}

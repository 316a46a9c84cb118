//! The φ accrual failure detector: how unlikely it is that somebody who was heard from so and so often, and is silent
//! since, is still there.
//!
//! Source: N. Hayashibara, X. Défago, R. Yared, T. Katayama, "The φ Accrual Failure Detector", SRDS 2004. Arrivals are
//! taken as normally distributed; φ = −log10(probability that the next sign of life is still to come). A φ of 1, 2, 3
//! means that one verdict in 10, 100, 1,000 would be wrong. The error of the integer arithmetic is below 0.002.

mod table;
mod window;

use window::Window;

/// What a detector goes by besides what it has heard. Times in milliseconds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Tolerance {
    /// Silence that is added to what is expected before suspicion begins, for pauses and slow networks.
    pub pause_ms: u64,
    /// Least deviation that is believed, so that a very regular sender is not suspected at its first delay.
    pub deviation_ms: u64,
}

/// What is known of one sender's rhythm: the last arrivals' distances, in a bounded window.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PhiDetector {
    window: Window,
}

impl PhiDetector {
    /// A detector that has heard nothing yet and expects a sign of life every `expected_ms`, within a quarter of it.
    pub fn new(expected_ms: u64) -> Self {
        let mut window = Window::default();
        // Two arrivals of that mean and deviation stand for what is expected until more is known.
        window.push(expected_ms.saturating_sub(expected_ms / 4));
        window.push(expected_ms.saturating_add(expected_ms / 4));
        Self { window }
    }

    /// A sign of life came `interval_ms` after the one before.
    pub fn record(&mut self, interval_ms: u64) {
        self.window.push(interval_ms);
    }

    /// Mean distance of arrivals.
    pub fn mean_ms(&self) -> u64 {
        self.window.mean_ms()
    }

    /// Standard deviation of the distance of arrivals.
    pub fn deviation_ms(&self) -> u64 {
        self.window.deviation_ms()
    }

    /// Suspicion, in thousandths, after `silence_ms` without a sign of life. Never falls as silence grows.
    pub fn phi_milli(&self, silence_ms: u64, tolerance: Tolerance) -> u64 {
        let deviation = i128::from(self.deviation_ms().max(tolerance.deviation_ms).max(1));
        let late = i128::from(silence_ms) - i128::from(self.mean_ms()) - i128::from(tolerance.pause_ms);
        table::phi_milli(late * 1_000_000 / deviation)
    }

    /// The shortest silence after which suspicion is at least `phi_milli`.
    pub fn silence_ms(&self, phi_milli: u64, tolerance: Tolerance) -> u64 {
        let (mut low, mut high) = (0, u64::MAX);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.phi_milli(middle, tolerance) >= phi_milli {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        low
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TOLERANCE: Tolerance = Tolerance {
        pause_ms: 10_000,
        deviation_ms: 7_500,
    };

    proptest! {
        #[test]
        fn suspicion_never_falls_as_silence_grows(
            intervals in prop::collection::vec(0u64..10_000_000, 0..200),
            expected in 1u64..100_000,
            silence in 0u64..20_000_000,
            more in 0u64..1_000_000,
            pause_ms in 0u64..60_000,
            deviation_ms in 0u64..60_000,
        ) {
            let mut detector = PhiDetector::new(expected);
            intervals.iter().for_each(|interval| detector.record(*interval));
            let tolerance = Tolerance { pause_ms, deviation_ms };
            prop_assert!(detector.phi_milli(silence, tolerance) <= detector.phi_milli(silence + more, tolerance));
        }

        #[test]
        fn the_silence_of_a_suspicion_is_the_first_that_reaches_it(
            intervals in prop::collection::vec(1u64..100_000, 0..200),
            phi in 1u64..20_000,
        ) {
            let mut detector = PhiDetector::new(30_000);
            intervals.iter().for_each(|interval| detector.record(*interval));
            let silence = detector.silence_ms(phi, TOLERANCE);
            prop_assert!(detector.phi_milli(silence, TOLERANCE) >= phi);
            prop_assert!(silence == 0 || detector.phi_milli(silence - 1, TOLERANCE) < phi);
        }

        #[test]
        fn no_numbers_break_it(intervals: Vec<u64>, expected: u64, silence: u64, pause_ms: u64, deviation_ms: u64) {
            let mut detector = PhiDetector::new(expected);
            intervals.iter().for_each(|interval| detector.record(*interval));
            detector.phi_milli(silence, Tolerance { pause_ms, deviation_ms });
        }
    }

    #[test]
    fn a_detector_that_heard_nothing_goes_by_what_it_expects() {
        let detector = PhiDetector::new(30_000);
        assert_eq!((detector.mean_ms(), detector.deviation_ms()), (30_000, 7_500));
        assert_eq!(detector.phi_milli(30_000, TOLERANCE), 41);
        // 1.2816 deviations beyond what is expected, within the error of the table.
        assert!((49_600..49_613).contains(&detector.silence_ms(1_000, TOLERANCE)));
    }

    #[test]
    fn a_faster_rhythm_is_learned_and_silence_is_noticed_earlier() {
        let mut detector = PhiDetector::new(30_000);
        let before = detector.silence_ms(8_000, TOLERANCE);
        (0..100).for_each(|_| detector.record(1_000));
        assert_eq!((detector.mean_ms(), detector.deviation_ms()), (1_000, 0));
        assert!(detector.silence_ms(8_000, TOLERANCE) + 29_000 <= before);
    }
}

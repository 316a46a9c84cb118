//! What is counted of ended attempts, for alerts and estimates. All in whole numbers.

use polyphon_wire::wire;

/// Attempts that set the baseline of a class.
const BASELINE: u64 = 5;
/// Ended attempts at which older ones begin to weigh half.
const WINDOW: u32 = 40;

wire! {
    /// How attempts of a session went lately: from 40 on, older ones weigh half.
    #[derive(Copy, Default)]
    pub struct Outcomes {
        /// Attempts that completed or failed.
        ended: u32,
        /// Those that failed.
        failed: u32,
    }
}

wire! {
    /// How long completed attempts of a class take.
    #[derive(Copy, Default)]
    pub struct Durations {
        count: u64,
        total_ms: u64,
        /// Sum of the first five.
        baseline_ms: u64,
        /// Moving average in which the newest weighs an eighth.
        recent_ms: u64,
    }
}

impl Outcomes {
    pub(crate) fn count(&mut self, failed: bool) {
        self.ended += 1;
        self.failed += u32::from(failed);
        if self.ended >= WINDOW {
            self.ended /= 2;
            self.failed /= 2;
        }
    }

    /// Ratio of failed attempts in millionths.
    pub fn failure_ppm(&self) -> u64 {
        match self.ended {
            0 => 0,
            ended => u64::from(self.failed) * 1_000_000 / u64::from(ended),
        }
    }
}

impl Durations {
    pub(crate) fn count(&mut self, duration_ms: u64) {
        if self.count < BASELINE {
            self.baseline_ms = self.baseline_ms.saturating_add(duration_ms);
        }
        self.recent_ms = match self.count {
            0 => duration_ms,
            _ => (self.recent_ms.saturating_mul(7).saturating_add(duration_ms)) / 8,
        };
        self.count += 1;
        self.total_ms = self.total_ms.saturating_add(duration_ms);
    }

    /// Mean of all, in milliseconds; `None` before the first.
    pub fn mean_ms(&self) -> Option<u64> {
        self.total_ms.checked_div(self.count)
    }

    /// The moving average over the mean of the first five, in millionths; `None` until there is more than that.
    pub fn slowdown_ppm(&self) -> Option<u64> {
        let baseline_ms = (self.baseline_ms / BASELINE).max(1);
        (self.count > BASELINE).then(|| self.recent_ms.saturating_mul(1_000_000) / baseline_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_outcomes_fade() {
        let mut outcomes = Outcomes::default();
        (0..30).for_each(|_| outcomes.count(true));
        assert_eq!(outcomes.failure_ppm(), 1_000_000);
        (0..200).for_each(|_| outcomes.count(false));
        assert!(outcomes.failure_ppm() < 50_000, "{outcomes:?}");
    }

    #[test]
    fn a_slowdown_shows_against_the_first_five() {
        let mut durations = Durations::default();
        (0..5).for_each(|_| durations.count(100));
        assert_eq!((durations.mean_ms(), durations.slowdown_ppm()), (Some(100), None));
        (0..20).for_each(|_| durations.count(300));
        let slowdown = durations.slowdown_ppm().unwrap_or(0);
        assert!((2_700_000..3_000_000).contains(&slowdown), "{slowdown}");
    }

    #[test]
    fn nothing_overflows() {
        let mut durations = Durations::default();
        (0..10).for_each(|_| durations.count(u64::MAX));
        assert!(durations.slowdown_ppm().is_some());
    }
}

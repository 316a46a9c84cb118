use crate::Backoff;

/// Whether to try again, and when.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Retry {
    /// Attempts in all, the first among them; 0 counts as 1.
    pub max_attempts: u32,
    /// Waits between them.
    pub backoff: Backoff,
}

impl Retry {
    /// The wait before the next attempt after `attempt`, counted from 1, has failed; nothing when that was the last.
    ///
    /// `asked_ms` is how long the one who refused asks to be left alone (0: nothing was asked): no attempt comes
    /// earlier, and none at all when that is longer than any wait may be. `draw` spreads the wait.
    ///
    /// ```
    /// use polyphon_policies::{Backoff, Retry};
    /// let backoff = Backoff { initial_ms: 100, max_ms: 1_000, multiplier_ppm: 2_000_000, jitter_ppm: 0 };
    /// let retry = Retry { max_attempts: 3, backoff };
    /// assert_eq!([1, 2, 3].map(|attempt| retry.wait_ms(attempt, 0, 0)), [Some(100), Some(200), None]);
    /// assert_eq!(retry.wait_ms(1, 700, 0), Some(700));
    /// assert_eq!(retry.wait_ms(1, 1_001, 0), None);
    /// ```
    pub fn wait_ms(&self, attempt: u32, asked_ms: u64, draw: u64) -> Option<u64> {
        if attempt >= self.max_attempts.max(1) || asked_ms > self.backoff.max_ms {
            return None;
        }
        Some(self.backoff.delay_ms(attempt, draw).max(asked_ms))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PPM;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_ends_and_waits_within_its_bounds(
            max_attempts in 0u32..50,
            initial_ms: u64,
            max_ms in 0u64..1_000_000_000,
            multiplier_ppm: u64,
            jitter_ppm in 0u64..=PPM,
            asked_ms in 0u64..2_000_000_000,
            draw: u64,
        ) {
            let backoff = Backoff { initial_ms, max_ms, multiplier_ppm, jitter_ppm };
            let retry = Retry { max_attempts, backoff };
            let waits: Vec<u64> = (1..).map_while(|attempt| retry.wait_ms(attempt, asked_ms, draw)).collect();
            let most = if asked_ms > max_ms { 0 } else { max_attempts.saturating_sub(1) as usize };
            prop_assert_eq!(waits.len(), most);
            prop_assert!(waits.iter().all(|wait| *wait >= asked_ms && *wait <= 2 * max_ms));
        }
    }
}

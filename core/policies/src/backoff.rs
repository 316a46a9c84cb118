use crate::PPM;

/// How long to wait before trying again: exponential, bounded, spread by a draw.
///
/// ```
/// use polyphon_policies::Backoff;
/// let backoff = Backoff { initial_ms: 5_000, max_ms: 60_000, multiplier_ppm: 2_000_000, jitter_ppm: 0 };
/// let delays: Vec<u64> = (1..=5).map(|attempt| backoff.delay_ms(attempt, 0)).collect();
/// assert_eq!(delays, [5_000, 10_000, 20_000, 40_000, 60_000]);
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Backoff {
    /// Wait before the first repeat, in milliseconds.
    pub initial_ms: u64,
    /// No wait is longer, but for the jitter on top.
    pub max_ms: u64,
    /// Growth from one wait to the next, in parts per million; below one whole it counts as one.
    pub multiplier_ppm: u64,
    /// Greatest part of a wait that is added to it at random, in parts per million.
    pub jitter_ppm: u64,
}

impl Backoff {
    /// The wait before repeat number `attempt`, counted from 1. `draw` is any number, uniformly drawn; the same number
    /// gives the same wait.
    pub fn delay_ms(&self, attempt: u32, draw: u64) -> u64 {
        let base = self.base_ms(attempt);
        let most = scale(base, self.jitter_ppm);
        // The upper half of the draw as a fraction of 2^32.
        let extra = (u128::from(most) * u128::from(draw >> 32)) >> 32;
        base.saturating_add(u64::try_from(extra).unwrap_or(u64::MAX))
    }

    fn base_ms(&self, attempt: u32) -> u64 {
        let multiplier = self.multiplier_ppm.max(PPM);
        let mut wait = self.initial_ms.min(self.max_ms);
        for _ in 1..attempt {
            let next = scale(wait, multiplier).min(self.max_ms);
            // A wait that no longer grows never will again.
            if next == wait {
                break;
            }
            wait = next;
        }
        wait
    }
}

fn scale(value: u64, ppm: u64) -> u64 {
    let scaled = u128::from(value) * u128::from(ppm) / u128::from(PPM);
    u64::try_from(scaled).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    prop_compose! {
        fn any_backoff()(initial_ms: u64, max_ms: u64, multiplier_ppm: u64, jitter_ppm in 0u64..=PPM) -> Backoff {
            Backoff { initial_ms, max_ms, multiplier_ppm, jitter_ppm }
        }
    }

    proptest! {
        #[test]
        fn waits_never_shrink_and_stay_below_their_bound(backoff in any_backoff(), attempt in 1u32..200, draw: u64) {
            let wait = backoff.delay_ms(attempt, 0);
            prop_assert!(wait <= backoff.delay_ms(attempt + 1, 0));
            prop_assert!(wait <= backoff.max_ms);
            let spread = backoff.delay_ms(attempt, draw);
            prop_assert!(wait <= spread && spread <= wait.saturating_add(scale(wait, backoff.jitter_ppm)));
        }

        #[test]
        fn a_greater_draw_never_gives_a_shorter_wait(backoff in any_backoff(), attempt: u32, low: u64, high: u64) {
            let (low, high) = (low.min(high), low.max(high));
            prop_assert!(backoff.delay_ms(attempt, low) <= backoff.delay_ms(attempt, high));
        }
    }

    #[test]
    fn the_number_of_the_attempt_may_be_anything() {
        let backoff = Backoff {
            initial_ms: 1,
            max_ms: u64::MAX,
            multiplier_ppm: 1_000_001,
            jitter_ppm: PPM,
        };
        assert_eq!(backoff.delay_ms(0, 0), 1);
        assert_eq!(backoff.delay_ms(u32::MAX, 0), 1, "a millionth of 1 ms is lost");
    }
}

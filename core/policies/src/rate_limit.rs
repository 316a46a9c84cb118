/// At most so many calls per time, after a burst: a token bucket in exact integers, which is GCRA seen from the other
/// side.
///
/// The bucket holds up to `burst` permits and gains `permits` every `per_ms`, evenly. It is kept in units of one permit
/// divided by `per_ms`, so nothing is ever rounded.
///
/// ```
/// use polyphon_policies::RateLimit;
/// let mut limit = RateLimit::new(2, 1_000, 2, 0);
/// assert_eq!([limit.take(1, 0), limit.take(1, 0)], [Ok(()), Ok(())]);
/// assert_eq!(limit.take(1, 0), Err(500));
/// assert_eq!(limit.take(1, 500), Ok(()));
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct RateLimit {
    permits: u64,
    per_ms: u64,
    most: u128,
    level: u128,
    last_ms: u64,
}

impl RateLimit {
    /// `permits` every `per_ms`, up to `burst` at once, full at `now_ms`. Each counts as at least 1.
    pub fn new(permits: u64, per_ms: u64, burst: u64, now_ms: u64) -> Self {
        let per_ms = per_ms.max(1);
        let most = u128::from(burst.max(1)) * u128::from(per_ms);
        Self {
            permits: permits.max(1),
            per_ms,
            most,
            level: most,
            last_ms: now_ms,
        }
    }

    /// Takes `cost` permits.
    ///
    /// # Errors
    /// Milliseconds until there are enough, when there are not; nothing is taken then. `u64::MAX` when the bucket never
    /// holds so many.
    pub fn take(&mut self, cost: u64, now_ms: u64) -> Result<(), u64> {
        match self.wait_ms(cost, now_ms) {
            0 => {
                self.level -= self.units(cost);
                Ok(())
            }
            wait => Err(wait),
        }
    }

    /// Milliseconds until `cost` permits could be taken if nobody else takes any; 0 when they can be now.
    pub fn wait_ms(&mut self, cost: u64, now_ms: u64) -> u64 {
        self.fill(now_ms);
        let wanted = self.units(cost);
        if wanted > self.most {
            return u64::MAX;
        }
        self.until(wanted)
    }

    /// The earliest that a line of callers with `count` permits in all can be served, in milliseconds from now.
    /// Each in line may take up to 1 ms longer, since a full bucket loses what flows in before the next whole millisecond.
    pub fn line_ms(&mut self, count: u64, now_ms: u64) -> u64 {
        self.fill(now_ms);
        self.until(self.units(count))
    }

    /// Whole permits that are there at `now_ms`.
    pub fn available(&mut self, now_ms: u64) -> u64 {
        self.fill(now_ms);
        u64::try_from(self.level / u128::from(self.per_ms)).unwrap_or(u64::MAX)
    }

    fn fill(&mut self, now_ms: u64) {
        let passed = now_ms.saturating_sub(self.last_ms);
        let gained = u128::from(passed) * u128::from(self.permits);
        self.level = self.level.saturating_add(gained).min(self.most);
        self.last_ms = self.last_ms.max(now_ms);
    }

    fn until(&self, wanted: u128) -> u64 {
        let missing = wanted.saturating_sub(self.level);
        u64::try_from(missing.div_ceil(u128::from(self.permits))).unwrap_or(u64::MAX)
    }

    fn units(&self, permits: u64) -> u128 {
        u128::from(permits) * u128::from(self.per_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_span_of_time_sees_more_than_the_burst_and_what_flows_in(
            permits in 1u64..20,
            per_ms in 1u64..2_000,
            burst in 1u64..20,
            steps in prop::collection::vec((0u64..500, 1u64..4), 0..200),
        ) {
            let mut limit = RateLimit::new(permits, per_ms, burst, 0);
            let (mut now, mut taken) = (0, Vec::new());
            for (wait, cost) in steps {
                now += wait;
                if limit.take(cost, now).is_ok() { taken.push((now, cost)); }
            }
            for (from, (start, _)) in taken.iter().enumerate() {
                let mut sum = 0;
                for (at, cost) in &taken[from..] {
                    sum += cost;
                    prop_assert!(sum * per_ms <= burst * per_ms + (at - start) * permits);
                }
            }
        }

        #[test]
        fn the_wait_it_names_is_enough_and_none_shorter_is(
            permits in 1u64..50,
            per_ms in 1u64..100_000,
            burst in 1u64..20,
            takes in prop::collection::vec(0u64..100, 1..60),
        ) {
            let mut limit = RateLimit::new(permits, per_ms, burst, 0);
            let mut now = 0;
            for wait in takes {
                now += wait;
                if let Err(wait) = limit.take(1, now) {
                    prop_assert!(limit.clone().take(1, now + wait - 1).is_err());
                    prop_assert!(limit.clone().take(1, now + wait).is_ok());
                }
            }
        }

        #[test]
        fn the_last_in_line_is_served_about_when_it_was_said(permits in 1u64..20, per_ms in 1u64..5_000, burst in 1u64..5, line in 1u64..20) {
            let mut limit = RateLimit::new(permits, per_ms, burst, 0);
            while limit.take(1, 0).is_ok() {}
            let promised = limit.line_ms(line, 0);
            let mut now = 0;
            for _ in 0..line {
                now += limit.wait_ms(1, now);
                prop_assert!(limit.take(1, now).is_ok());
            }
            prop_assert!(promised <= now && now <= promised + line);
        }

        #[test]
        fn no_numbers_break_it(permits: u64, per_ms: u64, burst: u64, times: Vec<(u64, u64)>) {
            let mut limit = RateLimit::new(permits, per_ms, burst, 3);
            for (now, cost) in times {
                let _ = limit.take(cost, now);
                limit.line_ms(cost, now);
                prop_assert!(limit.available(now) <= burst.max(1));
            }
        }
    }

    #[test]
    fn more_than_the_bucket_holds_is_never_there() {
        let mut limit = RateLimit::new(10, 1_000, 3, 0);
        assert_eq!(limit.take(4, 0), Err(u64::MAX));
        assert_eq!(limit.available(0), 3, "a refusal takes nothing");
    }
}

use crate::{Latencies, PPM};

/// Hedges saved up at most while few were needed.
const SAVED: u64 = 10;

/// When to start another copy of a call that has not answered yet.
///
/// Source: J. Dean, L. A. Barroso, "The Tail at Scale", CACM 56 (2), 2013.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Hedge {
    /// Copies in all, the first among them; 0 counts as 1.
    pub max_attempts: u32,
    /// Silence after which the next copy starts.
    pub delay_ms: u64,
}

impl Hedge {
    /// How long to wait before the next copy when `started` have started and `failed` of them have failed; nothing when
    /// no other may start. When all that started have failed there is nothing to wait for.
    ///
    /// ```
    /// use polyphon_policies::Hedge;
    /// let hedge = Hedge { max_attempts: 2, delay_ms: 50 };
    /// assert_eq!([hedge.wait_ms(1, 0), hedge.wait_ms(1, 1), hedge.wait_ms(2, 1)], [Some(50), Some(0), None]);
    /// ```
    pub fn wait_ms(&self, started: u32, failed: u32) -> Option<u64> {
        if started >= self.max_attempts.max(1) {
            return None;
        }
        Some(if failed >= started { 0 } else { self.delay_ms })
    }
}

/// A hedge whose delay is a quantile of how long copies took, and that starts no more than a share of the calls again.
#[derive(Clone, Debug)]
pub struct MeasuredHedge {
    rule: Hedge,
    /// The quantile in parts per million; nothing: the delay is fixed.
    quantile_ppm: Option<u32>,
    least_ms: u64,
    /// Copies that must have been measured before the quantile counts.
    minimum: u32,
    share_ppm: u64,
    latencies: Latencies,
    /// Hedges that may be started, in parts per million of one.
    credit: u64,
}

impl MeasuredHedge {
    /// Until `minimum` copies were measured the delay is the rule's; from then on the quantile, though never less than
    /// `least_ms`. `share_ppm`: hedges per million calls at most, about; a million and more: no bound.
    pub fn new(rule: Hedge, quantile_ppm: Option<u32>, least_ms: u64, minimum: u32, share_ppm: u64) -> Self {
        Self {
            rule,
            quantile_ppm,
            least_ms,
            minimum,
            share_ppm,
            latencies: Latencies::new(),
            credit: PPM,
        }
    }

    /// A call begins.
    pub fn begin(&mut self) {
        self.credit = (self.credit + self.share_ppm).min(SAVED * PPM);
    }

    /// Silence after which the next copy starts now.
    pub fn delay_ms(&self) -> u64 {
        let is_known = self.latencies.count() >= self.minimum.max(1);
        let measured = self.quantile_ppm.filter(|_| is_known);
        let measured = measured.and_then(|ppm| self.latencies.quantile(ppm));
        measured.map_or(self.rule.delay_ms, |ms| ms.max(self.least_ms))
    }

    /// As [`Hedge::wait_ms`].
    pub fn wait_ms(&self, started: u32, failed: u32) -> Option<u64> {
        let delay_ms = self.delay_ms();
        Hedge {
            delay_ms,
            ..self.rule
        }
        .wait_ms(started, failed)
    }

    /// Whether one more copy may start beside one that runs; it is counted when it may.
    pub fn may_start(&mut self) -> bool {
        if self.share_ppm >= PPM {
            return true;
        }
        let may = self.credit >= PPM;
        if may {
            self.credit -= PPM;
        }
        may
    }

    /// A copy was answered, or was no longer waited for, after so long.
    pub fn record(&mut self, elapsed_ms: u64) {
        if self.quantile_ppm.is_some() {
            self.latencies.record(elapsed_ms);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const RULE: Hedge = Hedge {
        max_attempts: 2,
        delay_ms: 100,
    };

    #[test]
    fn the_delay_is_measured_once_enough_is_known() {
        let mut hedge = MeasuredHedge::new(RULE, Some(950_000), 1, 20, PPM);
        for elapsed_ms in 1..20 {
            hedge.record(elapsed_ms);
            assert_eq!(hedge.delay_ms(), 100);
        }
        hedge.record(20);
        assert_eq!(hedge.delay_ms(), 19);
        (0..1_024).for_each(|_| hedge.record(0));
        assert_eq!(hedge.delay_ms(), 1, "never at once");
        assert_eq!([hedge.wait_ms(1, 1), hedge.wait_ms(2, 0)], [Some(0), None]);
    }

    #[test]
    fn a_fixed_delay_stays() {
        let mut hedge = MeasuredHedge::new(RULE, None, 1, 1, PPM);
        (0..100).for_each(|_| hedge.record(5));
        assert_eq!(hedge.delay_ms(), 100);
        assert!((0..100).all(|_| hedge.may_start()), "and has no bound");
    }

    proptest! {
        #[test]
        fn no_more_than_the_share_is_started(share_ppm in 0u64..999_999, wishes in prop::collection::vec(any::<bool>(), 1..2_000)) {
            let mut hedge = MeasuredHedge::new(RULE, Some(900_000), 1, 1, share_ppm);
            let mut started = 0u64;
            for (call, wishes) in (1u64..).zip(wishes) {
                hedge.begin();
                started += u64::from(wishes && hedge.may_start());
                prop_assert!(started * PPM <= PPM + call * share_ppm);
            }
        }
    }
}

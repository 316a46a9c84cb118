//! Counts of the last while, in slices of time that are forgotten one after the other.

/// What was counted in a window or a slice of it.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Counts {
    /// Calls that asked to be let through, refused ones among them.
    pub calls: u64,
    /// Calls that failed.
    pub failures: u64,
}

/// Most slices a window has; more are taken as so many.
pub const MAX_SLICES: u32 = 64;

#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Window {
    start_ms: u64,
    slice_ms: u64,
    /// Number of the newest slice since the start.
    newest: u64,
    slices: Vec<Counts>,
    sum: Counts,
}

impl Window {
    /// A window of `window_ms` in `slices` parts, the first of which begins at `start_ms`.
    pub(super) fn new(start_ms: u64, window_ms: u64, slices: u32) -> Self {
        let slices = slices.clamp(1, MAX_SLICES);
        Self {
            start_ms,
            slice_ms: (window_ms / u64::from(slices)).max(1),
            newest: 0,
            slices: vec![Counts::default(); slices as usize],
            sum: Counts::default(),
        }
    }

    /// Forgets what is too old at `now_ms`. Costs at most one pass over the slices, however much time went by.
    pub(super) fn advance(&mut self, now_ms: u64) {
        let current = now_ms.saturating_sub(self.start_ms) / self.slice_ms;
        let passed = current.saturating_sub(self.newest).min(self.slices.len() as u64);
        for step in 1..=passed {
            // Only the last `passed` slices change, whichever number they have.
            let slot = self.slot(current.saturating_sub(passed) + step);
            let old = std::mem::take(&mut self.slices[slot]);
            self.sum.calls -= old.calls;
            self.sum.failures -= old.failures;
        }
        self.newest = self.newest.max(current);
    }

    pub(super) fn call(&mut self) {
        let slot = self.slot(self.newest);
        self.slices[slot].calls += 1;
        self.sum.calls += 1;
    }

    pub(super) fn failure(&mut self) {
        let slot = self.slot(self.newest);
        self.slices[slot].failures += 1;
        self.sum.failures += 1;
    }

    /// Counts from elsewhere, as if they had come just now.
    pub(super) fn add(&mut self, counts: Counts) {
        let slot = self.slot(self.newest);
        for known in [&mut self.slices[slot], &mut self.sum] {
            known.calls = known.calls.saturating_add(counts.calls);
            known.failures = known.failures.saturating_add(counts.failures);
        }
    }

    pub(super) fn clear(&mut self) {
        self.slices.fill(Counts::default());
        self.sum = Counts::default();
    }

    pub(super) fn sum(&self) -> Counts {
        self.sum
    }

    fn slot(&self, number: u64) -> usize {
        (number % self.slices.len() as u64) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_window_counts_what_lies_in_its_slices_and_nothing_else(
            steps in prop::collection::vec((0u64..4_000, any::<bool>()), 0..200),
            slices in 1u32..20,
            window_ms in 1u64..20_000,
            start_ms in 0u64..1_000_000,
        ) {
            let mut window = Window::new(start_ms, window_ms, slices);
            let slice_ms = (window_ms / u64::from(slices)).max(1);
            let mut now = start_ms;
            let mut seen: Vec<(u64, bool)> = Vec::new();
            for (wait, failed) in steps {
                now += wait;
                window.advance(now);
                window.call();
                if failed { window.failure(); }
                let slice = (now - start_ms) / slice_ms;
                seen.push((slice, failed));
                seen.retain(|(number, _)| slice - number < u64::from(slices));
                let failures = seen.iter().filter(|(_, failed)| *failed).count() as u64;
                prop_assert_eq!(window.sum(), Counts { calls: seen.len() as u64, failures });
            }
        }
    }

    #[test]
    fn time_that_goes_back_forgets_nothing() {
        let mut window = Window::new(1_000, 100, 10);
        window.advance(1_095);
        window.call();
        window.advance(0);
        assert_eq!(window.sum().calls, 1);
        window.advance(u64::MAX);
        assert_eq!(window.sum().calls, 0);
    }
}

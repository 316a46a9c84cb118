use std::collections::VecDeque;

/// Distances that are remembered of one sender.
const WINDOW: usize = 64;

/// The last distances between arrivals, with their sums kept beside them.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Window {
    /// At most about 49 days each, which keeps the sums far from overflow.
    intervals: VecDeque<u32>,
    sum: u64,
    squares: u128,
}

impl Window {
    pub(super) fn push(&mut self, interval_ms: u64) {
        let interval = u32::try_from(interval_ms).unwrap_or(u32::MAX);
        if self.intervals.len() == WINDOW
            && let Some(oldest) = self.intervals.pop_front()
        {
            self.sum -= u64::from(oldest);
            self.squares -= square(oldest);
        }
        self.intervals.push_back(interval);
        self.sum += u64::from(interval);
        self.squares += square(interval);
    }

    /// The mean, rounded down; 0 of nothing.
    pub(super) fn mean_ms(&self) -> u64 {
        self.sum / self.len().max(1)
    }

    /// The standard deviation, rounded down; 0 of nothing.
    pub(super) fn deviation_ms(&self) -> u64 {
        let n = u128::from(self.len());
        let sum = u128::from(self.sum);
        // n·Σx² − (Σx)² is n² times the variance and never negative.
        let spread = (n * self.squares).saturating_sub(sum * sum);
        u64::try_from(spread.isqrt() / n.max(1)).unwrap_or(u64::MAX)
    }

    fn len(&self) -> u64 {
        self.intervals.len() as u64
    }
}

fn square(interval: u32) -> u128 {
    u128::from(interval) * u128::from(interval)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_running_sums_equal_those_of_the_last_intervals(intervals: Vec<u32>) {
            let mut window = Window::default();
            intervals.iter().for_each(|interval| window.push(u64::from(*interval)));
            let mut fresh = Window::default();
            let last = &intervals[intervals.len().saturating_sub(WINDOW)..];
            last.iter().for_each(|interval| fresh.push(u64::from(*interval)));
            prop_assert_eq!(window, fresh);
        }
    }

    #[test]
    fn mean_and_deviation_are_those_of_the_textbook() {
        let mut window = Window::default();
        [2, 4, 4, 4, 5, 5, 7, 9]
            .iter()
            .for_each(|value| window.push(*value));
        assert_eq!((window.mean_ms(), window.deviation_ms()), (5, 2));
        assert_eq!(
            (Window::default().mean_ms(), Window::default().deviation_ms()),
            (0, 0)
        );
    }
}

//! Kernel time: integer milliseconds that only go forward.

/// The two clocks of the machine, as the runtime read them for one step.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Now {
    /// Monotonic clock, from an arbitrary origin, in milliseconds.
    pub mono_ms: u64,
    /// Wall clock since the Unix epoch, in milliseconds; may jump.
    pub wall_ms: u64,
}

/// Difference between kernel time and wall time from which on the journal is told.
pub const DRIFT_MS: u64 = 1_000;

/// Turns readings of the machine's clocks into kernel time.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct KernelClock {
    anchor: Option<Anchor>,
}

#[derive(Clone, Copy, Debug)]
struct Anchor {
    kernel_ms: u64,
    mono_ms: u64,
}

impl KernelClock {
    /// Kernel time at `now`: the later of journal and wall time at the first reading, then with the monotonic clock.
    pub(crate) fn read(&mut self, now: Now, last_journal_ms: u64) -> u64 {
        let anchor = self.anchor.get_or_insert_with(|| Anchor {
            kernel_ms: last_journal_ms.max(now.wall_ms),
            mono_ms: now.mono_ms,
        });
        let kernel_ms = anchor
            .kernel_ms
            .saturating_add(now.mono_ms.saturating_sub(anchor.mono_ms));
        kernel_ms.max(last_journal_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kernel_time_starts_at_the_later_of_journal_and_wall_and_ignores_later_jumps() {
        let mut clock = KernelClock::default();
        assert_eq!(
            clock.read(
                Now {
                    mono_ms: 50,
                    wall_ms: 900
                },
                1_000
            ),
            1_000
        );
        assert_eq!(
            clock.read(
                Now {
                    mono_ms: 60,
                    wall_ms: 999_999
                },
                1_000
            ),
            1_010
        );
        assert_eq!(
            clock.read(
                Now {
                    mono_ms: 55,
                    wall_ms: 0
                },
                1_010
            ),
            1_010
        );
    }
}

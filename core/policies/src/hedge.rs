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

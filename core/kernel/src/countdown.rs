//! A time limit that stands still while a human is waited for.

use polyphon_wire::wire;

wire! {
    /// Time that is left to a session or phase. Runs while nothing holds it; without either time there is no limit.
    #[derive(Copy, Default)]
    pub struct Countdown {
        /// Kernel time at which it is over, while it runs.
        deadline_ms: Option<u64>,
        /// Time that will be left when it runs again, while it stands.
        left_ms: Option<u64>,
        /// How many things hold it.
        holds: u32,
    }
}

impl Countdown {
    /// Begins to run `length_ms`; 0 is without limit. What held it before holds it still.
    pub(crate) fn start(&mut self, now_ms: u64, length_ms: u64) {
        let limit = (length_ms > 0).then_some(length_ms);
        if self.holds > 0 {
            (self.deadline_ms, self.left_ms) = (None, limit);
        } else {
            (self.deadline_ms, self.left_ms) = (limit.map(|left| now_ms.saturating_add(left)), None);
        }
    }

    /// One more reason to stand still.
    pub(crate) fn hold(&mut self, now_ms: u64) {
        self.holds = self.holds.saturating_add(1);
        if let Some(deadline_ms) = self.deadline_ms.take() {
            self.left_ms = Some(deadline_ms.saturating_sub(now_ms));
        }
    }

    /// One reason less.
    pub(crate) fn release(&mut self, now_ms: u64) {
        self.holds = self.holds.saturating_sub(1);
        if self.holds == 0
            && let Some(left_ms) = self.left_ms.take()
        {
            self.deadline_ms = Some(now_ms.saturating_add(left_ms));
        }
    }

    /// Time during which nobody was there to work does not count.
    pub(crate) fn shift(&mut self, by_ms: u64) {
        self.deadline_ms = self.deadline_ms.map(|deadline| deadline.saturating_add(by_ms));
    }

    /// It limits nothing any more.
    pub(crate) fn stop(&mut self) {
        (self.deadline_ms, self.left_ms) = (None, None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_stands_until_the_last_hold_is_gone() {
        let mut countdown = Countdown::default();
        countdown.start(100, 50);
        assert_eq!(countdown.deadline_ms, Some(150));
        countdown.hold(120);
        countdown.hold(130);
        countdown.release(140);
        assert_eq!((countdown.deadline_ms, countdown.left_ms), (None, Some(30)));
        countdown.release(1_000);
        assert_eq!((countdown.deadline_ms, countdown.left_ms), (Some(1_030), None));
    }

    #[test]
    fn one_that_starts_while_it_is_held_begins_with_its_release() {
        let mut countdown = Countdown::default();
        countdown.hold(0);
        countdown.start(10, 50);
        assert_eq!(countdown.deadline_ms, None);
        countdown.release(100);
        assert_eq!(countdown.deadline_ms, Some(150));
    }

    #[test]
    fn no_length_is_no_limit() {
        let mut countdown = Countdown::default();
        countdown.start(10, 0);
        countdown.hold(20);
        countdown.release(30);
        assert_eq!(countdown, Countdown::default());
    }
}

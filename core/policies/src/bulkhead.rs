/// How many calls run at once and how many wait. It counts; who waits is the caller's list, first come, first served.
///
/// ```
/// use polyphon_policies::{Bulkhead, Entry};
/// let mut bulkhead = Bulkhead::new(1, 1);
/// assert_eq!([bulkhead.enter(), bulkhead.enter(), bulkhead.enter()], [Entry::Run, Entry::Wait, Entry::Refuse]);
/// assert!(bulkhead.leave(), "the one that waits goes on in the place of the one that left");
/// assert!(!bulkhead.leave());
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Bulkhead {
    limit: u32,
    queue: u32,
    running: u32,
    waiting: u32,
}

/// What becomes of a call that comes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Entry {
    /// It runs now.
    Run,
    /// It waits for a place.
    Wait,
    /// Everything is full.
    Refuse,
}

impl Bulkhead {
    /// Room for `limit` calls at once, at least one, and `queue` that wait.
    pub fn new(limit: u32, queue: u32) -> Self {
        Self {
            limit: limit.max(1),
            queue,
            running: 0,
            waiting: 0,
        }
    }

    /// A call comes.
    pub fn enter(&mut self) -> Entry {
        if self.running < self.limit {
            self.running += 1;
            return Entry::Run;
        }
        if self.waiting < self.queue {
            self.waiting += 1;
            return Entry::Wait;
        }
        Entry::Refuse
    }

    /// A call that ran has ended. True when the first that waits takes its place and runs now.
    pub fn leave(&mut self) -> bool {
        if self.waiting > 0 {
            self.waiting -= 1;
            return true;
        }
        self.running = self.running.saturating_sub(1);
        false
    }

    /// A call that waited goes away.
    pub fn give_up(&mut self) {
        self.waiting = self.waiting.saturating_sub(1);
    }

    /// Calls that run.
    pub fn running(&self) -> u32 {
        self.running
    }

    /// Calls that wait.
    pub fn waiting(&self) -> u32 {
        self.waiting
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn limits_hold_no_place_is_lost_and_nobody_waits_beside_a_free_one(
            limit in 0u32..5,
            queue in 0u32..5,
            steps in prop::collection::vec(0u8..4, 0..300),
        ) {
            let mut bulkhead = Bulkhead::new(limit, queue);
            let (mut running, mut waiting) = (0u32, 0u32);
            for step in steps {
                match step {
                    0 | 1 => match bulkhead.enter() {
                        Entry::Run => running += 1,
                        Entry::Wait => waiting += 1,
                        Entry::Refuse => prop_assert!(running == limit.max(1) && waiting == queue),
                    },
                    2 if running > 0 => {
                        if bulkhead.leave() { waiting -= 1 } else { running -= 1 }
                    }
                    3 if waiting > 0 => {
                        bulkhead.give_up();
                        waiting -= 1;
                    }
                    _ => {}
                }
                prop_assert_eq!((bulkhead.running(), bulkhead.waiting()), (running, waiting));
                prop_assert!(running <= limit.max(1) && waiting <= queue);
                prop_assert!(waiting == 0 || running == limit.max(1));
            }
        }
    }

    #[test]
    fn leaving_more_often_than_entering_makes_no_room() {
        let mut bulkhead = Bulkhead::new(1, 0);
        assert!(!bulkhead.leave());
        bulkhead.give_up();
        assert_eq!(bulkhead.enter(), Entry::Run);
        assert_eq!(bulkhead.enter(), Entry::Refuse);
    }
}

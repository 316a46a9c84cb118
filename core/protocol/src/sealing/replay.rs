use crate::error::{Code, ProtocolError, Result};
use polyphon_sorted::SortedMap;

/// How far behind the newest counter a packet may come.
pub const WINDOW: u64 = 1024;
/// Senders a guard knows at most.
pub const SENDERS_MAX: usize = 10_000;
const WORDS: usize = WINDOW as usize / 64;

/// Refuses packets that came before. For each sender and key it keeps the epoch that was agreed on when the connection
/// began, the highest counter and a bitmap of the 1,024 below it: nothing is stored per message. After a restart, or a
/// new connection, the epoch is another one, so what was recorded earlier fits nowhere.
#[derive(Clone, Debug, Default)]
pub struct ReplayGuard {
    senders: SortedMap<(String, String), Seen>,
}

#[derive(Clone, Debug)]
struct Seen {
    epoch: u64,
    highest: u64,
    bitmap: [u64; WORDS],
}

impl ReplayGuard {
    /// Begins an epoch of a sender with a key; forgets the one before.
    ///
    /// # Errors
    /// `PROTOCOL_LIMIT_EXCEEDED` when 10,000 others are known; end some.
    pub fn begin(&mut self, sender: &str, key_id: &str, epoch: u64) -> Result<()> {
        let at = (sender.to_owned(), key_id.to_owned());
        if self.senders.len() == SENDERS_MAX && !self.senders.contains_key(&at) {
            return Err(ProtocolError::limit("sender", "at most 10000 senders at a time"));
        }
        self.senders.insert(
            at,
            Seen {
                epoch,
                highest: 0,
                bitmap: [0; WORDS],
            },
        );
        Ok(())
    }

    /// Forgets a sender, with all its keys.
    pub fn end(&mut self, sender: &str) {
        self.senders.retain(|(each, _), _| each != sender);
    }

    /// Lets a packet pass once. Ask only after its seal was checked, or anyone could use up counters.
    ///
    /// # Errors
    /// `PROTOCOL_REPLAYED` when it came before, is more than 1,024 behind, or belongs to no epoch that has begun.
    pub fn admit(&mut self, sender: &str, key_id: &str, epoch: u64, counter: u64) -> Result<()> {
        let seen = self.senders.get_mut(&(sender.to_owned(), key_id.to_owned()));
        let fresh = seen
            .filter(|seen| seen.epoch == epoch)
            .is_some_and(|seen| seen.admit(counter));
        if fresh {
            return Ok(());
        }
        Err(ProtocolError::new(
            Code::Replayed,
            "counter",
            "must be new in the epoch that was agreed on",
            "an old one",
        ))
    }
}

impl Seen {
    fn admit(&mut self, counter: u64) -> bool {
        if counter == 0 || counter.saturating_add(WINDOW) <= self.highest {
            return false;
        }
        if counter > self.highest {
            let passed = (counter - self.highest).min(WINDOW);
            (1..=passed).for_each(|step| self.set(counter - passed + step, false));
            self.highest = counter;
        } else if self.get(counter) {
            return false;
        }
        self.set(counter, true);
        true
    }

    fn get(&self, counter: u64) -> bool {
        self.bitmap[Self::word(counter)] >> (counter % 64) & 1 == 1
    }

    fn set(&mut self, counter: u64, value: bool) {
        let bit = 1 << (counter % 64);
        let word = &mut self.bitmap[Self::word(counter)];
        *word = if value { *word | bit } else { *word & !bit };
    }

    fn word(counter: u64) -> usize {
        (counter / 64) as usize % WORDS
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn guard() -> ReplayGuard {
        let mut guard = ReplayGuard::default();
        guard.begin("a", "k", 1).unwrap();
        guard
    }

    #[test]
    fn a_packet_passes_once_in_its_epoch_and_window() {
        let mut guard = guard();
        let mut admit = |epoch, counter| guard.admit("a", "k", epoch, counter).map_err(|error| error.code);
        assert_eq!(admit(1, 1), Ok(()));
        assert_eq!(admit(1, 1), Err(Code::Replayed));
        assert_eq!(admit(1, 0), Err(Code::Replayed), "counters begin at 1");
        assert_eq!(admit(2, 2), Err(Code::Replayed), "another epoch");
        assert_eq!(admit(1, 2000), Ok(()));
        assert_eq!(admit(1, 977), Ok(()), "the last one in the window");
        assert_eq!(admit(1, 976), Err(Code::Replayed), "behind the window");
        assert_eq!(admit(1, u64::MAX), Ok(()));
        assert_eq!(admit(1, u64::MAX), Err(Code::Replayed));
    }

    #[test]
    fn senders_keys_and_epochs_are_apart() {
        let mut guard = guard();
        assert!(guard.admit("b", "k", 1, 1).is_err() && guard.admit("a", "l", 1, 1).is_err());
        guard.admit("a", "k", 1, 5).unwrap();
        guard.begin("a", "k", 2).unwrap();
        assert!(guard.admit("a", "k", 1, 6).is_err(), "the epoch before");
        assert!(guard.admit("a", "k", 2, 5).is_ok());
        guard.end("a");
        assert!(guard.admit("a", "k", 2, 6).is_err());
    }

    #[test]
    fn the_number_of_senders_is_bounded() {
        let mut guard = ReplayGuard::default();
        (0..SENDERS_MAX).for_each(|n| guard.begin(&n.to_string(), "k", 1).unwrap());
        assert_eq!(guard.begin("more", "k", 1).unwrap_err().code, Code::LimitExceeded);
        assert!(guard.begin("7", "k", 2).is_ok());
    }

    proptest! {
        #[test]
        fn the_bitmap_says_what_a_set_would(counters in prop::collection::vec(1..4000_u64, 0..400)) {
            let (mut guard, mut seen, mut highest) = (guard(), BTreeSet::new(), 0);
            for counter in counters {
                let fresh = counter + WINDOW > highest && seen.insert(counter);
                highest = highest.max(if fresh { counter } else { 0 });
                prop_assert_eq!(guard.admit("a", "k", 1, counter).is_ok(), fresh);
            }
        }
    }
}

use polyphon_sorted::SortedMap;

use polyphon_wire::wire;

use super::JournalEvent;
use crate::gather::Gather;
use crate::state::Table;

wire! {
    /// A call that was accepted.
    pub struct Remembered { key: String, body: [u8; 16], entity: u64, until_ms: u64 }
}

/// Calls with an idempotency key, by the sequence at which they were accepted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Idempotency {
    pub(crate) table: Table<u64, Remembered>,
    by_key: SortedMap<String, u64>,
}

impl Idempotency {
    /// The call of this key, unless its time is over.
    pub(crate) fn find(&self, key: &str, now_ms: u64) -> Option<&Remembered> {
        let known = self.by_key.get(key).and_then(|seq| self.table.get(*seq));
        known.filter(|known| known.until_ms > now_ms && !crate::planted::is(4))
    }

    pub(crate) fn evolve(&mut self, seq: u64, now_ms: u64, event: &JournalEvent) {
        let JournalEvent::CommandRemembered {
            key,
            body,
            entity,
            until_ms,
            keep,
        } = event
        else {
            return;
        };
        self.forget(now_ms, *keep as usize);
        if let Some(before) = self.by_key.insert(key.clone(), seq) {
            self.table.remove(before);
        }
        self.table.insert(
            seq,
            Remembered {
                key: key.clone(),
                body: *body,
                entity: *entity,
                until_ms: *until_ms,
            },
        );
    }

    pub(crate) fn rebuild(&mut self) {
        self.by_key = self
            .table
            .iter()
            .map(|(seq, known)| (known.key.clone(), seq))
            .gather();
    }

    /// Makes room for one more: what is over goes, then the oldest.
    fn forget(&mut self, now_ms: u64, keep: usize) {
        loop {
            let oldest = self
                .table
                .iter()
                .next()
                .map(|(seq, known)| (seq, known.key.clone(), known.until_ms));
            let Some((seq, key, until_ms)) = oldest else {
                return;
            };
            if until_ms > now_ms && self.table.len() < keep.max(1) {
                return;
            }
            self.table.remove(seq);
            self.by_key.remove(&key);
        }
    }
}

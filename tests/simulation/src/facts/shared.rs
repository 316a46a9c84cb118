//! What sessions share and lock, as the journal tells it.

use std::collections::BTreeMap;

use polyphon_kernel::leases::LockWish;
use polyphon_kernel::sessions::{SessionEvent, ValueKey};

/// A value's place: session, scope, owner, name.
pub(crate) type Place = (u64, u64, String, String);

#[derive(Debug)]
pub(crate) struct HoldFact {
    pub(crate) session: u64,
    pub(crate) wish: LockWish,
    pub(crate) until_ms: u64,
}

#[derive(Debug, Default)]
pub(crate) struct SharedFacts {
    /// Versions.
    pub(crate) values: BTreeMap<Place, u64>,
    /// When temporary ones are gone.
    pub(crate) expiring: BTreeMap<Place, u64>,
    pub(crate) holds: BTreeMap<u64, HoldFact>,
    pub(crate) waits: BTreeMap<u64, (u64, LockWish)>,
    /// The greatest fence of every lock there was.
    pub(crate) fences: BTreeMap<(u64, String), u64>,
}

pub(crate) fn place(session: u64, key: &ValueKey) -> Place {
    (session, key.scope.tag(), key.owner.clone(), key.name.clone())
}

impl SharedFacts {
    pub(super) fn apply(&mut self, seq: u64, ms: u64, event: &SessionEvent) {
        match event {
            SessionEvent::ValueWritten {
                session,
                key,
                payload,
                expires_ms,
                ..
            } => {
                let place = place(session.0, key);
                self.expiring.remove(&place);
                if payload.is_none() {
                    self.values.remove(&place);
                    return;
                }
                if let Some(expires_ms) = expires_ms {
                    self.expiring.insert(place.clone(), *expires_ms);
                }
                self.values.insert(place, seq);
            }
            SessionEvent::LockQueued { session, wish, .. } => {
                self.waits.insert(seq, (session.0, wish.clone()));
            }
            SessionEvent::LockGranted {
                session,
                wish,
                request,
            } => {
                request.map(|request| self.waits.remove(&request));
                self.fences.insert((session.0, wish.name.clone()), seq);
                let (session, until_ms) = (session.0, ms + wish.length_ms);
                let wish = wish.clone();
                self.holds.insert(
                    seq,
                    HoldFact {
                        session,
                        wish,
                        until_ms,
                    },
                );
            }
            SessionEvent::LockExtended { fence, length_ms, .. } => {
                if let Some(hold) = self.holds.get_mut(&fence.0) {
                    hold.wish.length_ms = *length_ms;
                    hold.until_ms = ms + length_ms;
                }
            }
            SessionEvent::LockEnded { lock, .. } => {
                self.holds.remove(lock);
                self.waits.remove(lock);
            }
            SessionEvent::SessionEnded { session, evict, .. } => {
                self.holds.retain(|_, hold| hold.session != session.0);
                self.waits.retain(|_, (of, _)| *of != session.0);
                for gone in evict {
                    self.values.retain(|place, _| place.0 != gone.0);
                    self.expiring.retain(|place, _| place.0 != gone.0);
                }
            }
            _ => {}
        }
    }

    /// A node started: holders have their full time again, and nobody waits.
    pub(super) fn start_node(&mut self, ms: u64) {
        self.waits.clear();
        for hold in self.holds.values_mut() {
            hold.until_ms = ms + hold.wish.length_ms;
        }
    }
}

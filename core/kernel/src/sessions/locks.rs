//! Locks of a session: who holds which, and who waits for which, in the order in which they came.

mod deadlock;

use polyphon_sorted::{SortedMap, SortedSet};

use polyphon_wire::wire;

pub(crate) use self::deadlock::find as find_deadlock;
use super::SessionEvent;
use crate::gather::Gather;
use crate::id::{Fence, SessionId};
use crate::leases::{Holds, Leases, LockWish};
use crate::state::Table;

wire! {
    /// Why a hold, or the wait for one, is over.
    pub choice LockEnd {
        /// Its holder gave it back.
        0 => Released,
        /// Its time is over, or that of the wait.
        1 => Expired,
        /// The attempt it belonged to has ended.
        2 => HolderEnded,
        /// Somebody else took it.
        3 => TakenOver,
    }
}

wire! {
    /// A wait for a lock, under the sequence of its event.
    pub struct LockWait {
        session: SessionId,
        wish: LockWish,
        /// Kernel time at which it is given up.
        until_ms: Option<u64>,
    }
}

/// Every lock that is held or waited for.
#[derive(Clone, Debug, Default)]
pub struct Locks {
    pub(crate) holds: Holds,
    pub(crate) waits: Table<u64, LockWait>,
    /// Holds and waits by lock, and by owner; derived.
    places: SortedMap<(u64, String), Vec<u64>>,
    /// Holds and waits by the attempt they end with; derived.
    attempts: SortedSet<(u64, u64)>,
    /// Those whose attempt has ended; derived.
    pub(crate) orphans: SortedSet<u64>,
    /// Waits that are over as soon as somebody grants them; derived.
    pub(crate) loose: SortedSet<u64>,
    /// Holds and waits that came or went with the last event, for their timers.
    pub(crate) touched: Vec<u64>,
}

/// Where holds and waits of a lock are listed.
fn of_lock(session: SessionId, name: &str) -> (u64, String) {
    (session.0, ["=", name].concat())
}

/// Where those of an owner are.
fn of_owner(session: SessionId, owner: &str) -> (u64, String) {
    (session.0, ["@", owner].concat())
}

impl Locks {
    /// Every lock that is held, by fence.
    pub fn holds(&self) -> &Holds {
        &self.holds
    }

    /// Everybody who waits, the longest first.
    pub fn waits(&self) -> impl Iterator<Item = (u64, &LockWait)> {
        self.waits.iter()
    }

    /// Holds and waits of all locks.
    pub(crate) fn len(&self) -> usize {
        self.holds.table.len() + self.waits.len()
    }

    fn listed(&self, place: &(u64, String)) -> &[u64] {
        self.places.get(place).map_or(&[], |handles| handles.as_slice())
    }

    /// Fences of those who hold a lock.
    pub(crate) fn holders(&self, session: SessionId, name: &str) -> Vec<Fence> {
        let listed = self.listed(&of_lock(session, name)).iter();
        let fences = listed.map(|handle| Fence(*handle));
        fences.filter(|fence| self.holds.table.contains(*fence)).collect()
    }

    /// Holds and waits that a wish has to wait for: holders it cannot be with, and whoever came before.
    pub(crate) fn before(&self, session: SessionId, wish: &LockWish, since: u64) -> Vec<u64> {
        let mut listed = self.listed(&of_lock(session, &wish.name)).to_vec();
        listed.retain(|handle| match self.holds.table.get(Fence(*handle)) {
            Some(hold) => !(hold.wish.shared && wish.shared),
            None => *handle < since,
        });
        listed
    }

    /// How many wait in a session.
    pub(crate) fn waiting(&self, session: SessionId) -> usize {
        self.waits.values().filter(|wait| wait.session == session).count()
    }

    pub(super) fn evolve(&mut self, seq: u64, now_ms: u64, event: &SessionEvent) {
        match event {
            SessionEvent::LockQueued {
                session,
                wish,
                until_ms,
            } => {
                let wait = LockWait {
                    session: *session,
                    wish: wish.clone(),
                    until_ms: *until_ms,
                };
                self.waits.insert(seq, wait);
                self.enter(seq, *session, wish);
                self.refresh(*session, &wish.name);
            }
            SessionEvent::LockGranted {
                session,
                wish,
                request,
            } => {
                if let Some(request) = request {
                    self.end(*request);
                }
                self.holds.grant(seq, now_ms, *session, wish.clone());
                self.enter(seq, *session, wish);
                self.refresh(*session, &wish.name);
            }
            SessionEvent::LockExtended { fence, length_ms, .. } => {
                self.holds.extend(*fence, now_ms, *length_ms);
                if !crate::planted::is(38) {
                    self.touched.push(fence.0);
                }
            }
            SessionEvent::LockEnded { lock, .. } => self.end(*lock),
            _ => {}
        }
    }

    /// A session has ended, and its locks with it.
    pub(super) fn close(&mut self, session: SessionId) {
        let holds = self
            .holds
            .table
            .iter()
            .filter(|(_, hold)| hold.session == session);
        let mut handles: Vec<u64> = holds.map(|(fence, _)| fence.0).gather();
        let waits = self.waits.iter().filter(|(_, wait)| wait.session == session);
        handles.extend(waits.map(|(handle, _)| handle));
        handles.into_iter().for_each(|handle| self.end(handle));
    }

    /// A new process: whoever waited is gone with the one before, whoever holds has its full time again.
    pub(crate) fn start_node(&mut self, now_ms: u64) {
        let waits: Vec<u64> = self.waits.iter().map(|(handle, _)| handle).gather();
        waits.into_iter().for_each(|handle| self.end(handle));
        if !crate::planted::is(39) {
            self.holds.renew_all(now_ms);
        }
    }

    /// An attempt has ended.
    pub(crate) fn orphan(&mut self, attempt: Fence) {
        if crate::planted::is(37) {
            return;
        }
        let of_attempt = self.attempts.range_from(&(attempt.0, 0));
        let handles = of_attempt.take_while(|(of, _)| *of == attempt.0);
        let handles: Vec<u64> = handles.map(|(_, handle)| *handle).gather();
        self.orphans.extend(handles);
    }

    pub(crate) fn rebuild(&mut self, leases: &Leases) {
        let holds = self.holds.table.iter();
        let mut all: Vec<(u64, SessionId, LockWish)> = holds
            .map(|(fence, hold)| (fence.0, hold.session, hold.wish.clone()))
            .gather();
        let waits = self.waits.iter();
        all.extend(waits.map(|(handle, wait)| (handle, wait.session, wait.wish.clone())));
        for (handle, session, wish) in &all {
            self.enter(*handle, *session, wish);
        }
        for (handle, session, wish) in &all {
            self.refresh(*session, &wish.name);
            if wish.attempt.is_some_and(|attempt| leases.held(attempt).is_err()) {
                self.orphans.insert(*handle);
            }
        }
    }

    fn enter(&mut self, handle: u64, session: SessionId, wish: &LockWish) {
        for place in [of_lock(session, &wish.name), of_owner(session, &wish.owner)] {
            self.places.get_or_default(place).push(handle);
        }
        if let Some(attempt) = wish.attempt {
            self.attempts.insert((attempt.0, handle));
        }
        self.touched.push(handle);
    }

    /// Takes out a hold or a wait.
    fn end(&mut self, handle: u64) {
        let hold = self
            .holds
            .end(Fence(handle))
            .map(|hold| (hold.session, hold.wish));
        let wait = || self.waits.remove(handle).map(|wait| (wait.session, wait.wish));
        let Some((session, wish)) = hold.or_else(wait) else {
            return;
        };
        for place in [of_lock(session, &wish.name), of_owner(session, &wish.owner)] {
            if let Some(handles) = self.places.get_mut(&place) {
                handles.retain(|known| *known != handle);
                if handles.is_empty() {
                    self.places.remove(&place);
                }
            }
        }
        if let Some(attempt) = wish.attempt {
            self.attempts.remove(&(attempt.0, handle));
        }
        self.orphans.remove(&handle);
        self.loose.remove(&handle);
        self.touched.push(handle);
        self.refresh(session, &wish.name);
    }

    /// Whether the first who waits for a lock could have it.
    fn refresh(&mut self, session: SessionId, name: &str) {
        let listed = self.listed(&of_lock(session, name)).iter().copied();
        let Some(first) = listed.filter(|handle| self.waits.contains(*handle)).min() else {
            return;
        };
        let wait = self.waits.get(first);
        let is_free = wait.is_some_and(|wait| self.before(session, &wait.wish, first).is_empty());
        match is_free || crate::planted::is(36) {
            true => self.loose.insert(first),
            false => self.loose.remove(&first),
        };
    }
}

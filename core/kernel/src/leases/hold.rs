use polyphon_wire::wire;

use super::LeaseError;
use crate::gather::Gather;
use crate::id::{Fence, SessionId};
use crate::state::Table;

wire! {
    /// What somebody wants to hold, alone or with others.
    pub struct LockWish {
        /// Unique in the session.
        name: String,
        /// Others may hold it as well, unless they want it alone.
        shared: bool,
        /// Who holds it: whoever has one name in a session is one holder.
        owner: String,
        /// The attempt the hold ends with.
        attempt: Option<Fence>,
        /// Time the holder has, with the grant or since; after a restart it is given again.
        length_ms: u64,
    }
}

wire! {
    /// A lock in somebody's hands.
    pub struct Hold {
        session: SessionId,
        wish: LockWish,
        deadline_ms: u64,
    }
}

/// Every lock that is held.
#[derive(Clone, Debug, Default)]
pub struct Holds {
    pub(crate) table: Table<Fence, Hold>,
}

impl Holds {
    /// The hold of `fence`, while it lasts.
    ///
    /// # Errors
    /// [`LeaseError::Fenced`] when it has ended, or its time is over.
    pub fn held(&self, fence: Fence, now_ms: u64) -> Result<&Hold, LeaseError> {
        let hold = self.table.get(fence);
        let held = hold.filter(|hold| hold.deadline_ms > now_ms);
        held.ok_or(LeaseError::Fenced { fence })
    }

    /// Every hold, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = (Fence, &Hold)> {
        self.table.iter()
    }

    pub(crate) fn grant(&mut self, seq: u64, now_ms: u64, session: SessionId, wish: LockWish) {
        let deadline_ms = now_ms.saturating_add(wish.length_ms);
        let hold = Hold {
            session,
            wish,
            deadline_ms,
        };
        self.table.insert(Fence(seq), hold);
    }

    pub(crate) fn extend(&mut self, fence: Fence, now_ms: u64, length_ms: u64) {
        if let Some(hold) = self.table.get_mut(fence) {
            hold.wish.length_ms = length_ms;
            hold.deadline_ms = now_ms.saturating_add(length_ms);
        }
    }

    pub(crate) fn end(&mut self, fence: Fence) -> Option<Hold> {
        self.table.remove(fence)
    }

    /// After a restart every holder has its full time again.
    pub(crate) fn renew_all(&mut self, now_ms: u64) {
        let held: Vec<(Fence, u64)> = self
            .table
            .iter()
            .map(|(fence, hold)| (fence, hold.wish.length_ms))
            .gather();
        for (fence, length_ms) in held {
            self.extend(fence, now_ms, length_ms);
        }
    }
}

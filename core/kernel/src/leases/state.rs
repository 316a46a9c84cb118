use polyphon_wire::wire;

use super::{LeaseChange, LeaseError};
use crate::id::{AgentId, Fence, SessionId, TaskId};
use crate::resources::Resources;
use crate::state::Table;

wire! {
    /// Why a holder is asked to stop.
    pub choice StopReason {
        /// Its time is over.
        1 => Timeout,
        /// Somebody cancelled the work.
        2 => Cancel,
        /// Its agent was lost or is shut down; the work goes to another one.
        3 => Reassign,
    }
}

wire! {
    /// A request to stop that was made.
    #[derive(Copy)]
    pub struct Revocation {
        reason: StopReason,
        /// Kernel time from which on the holder is taken for ended.
        until_ms: u64,
    }
}

wire! {
    /// One thing in one holder's hands.
    pub struct Lease {
        task: TaskId,
        session: SessionId,
        agent: AgentId,
        /// Epoch of the node that granted it.
        epoch: u64,
        granted_ms: u64,
        /// Time the holder was given last, with the grant or since; after a restart it is given again.
        length_ms: u64,
        deadline_ms: u64,
        resources: Resources,
        revoked: Option<Revocation>,
    }
}

/// Every running lease, and what they reserve together.
#[derive(Clone, Debug, Default)]
pub struct Leases {
    pub(crate) table: Table<Fence, Lease>,
    reserved: Resources,
}

impl Leases {
    /// The lease of `fence`.
    ///
    /// # Errors
    /// [`LeaseError::Fenced`] unless it runs.
    pub fn held(&self, fence: Fence) -> Result<&Lease, LeaseError> {
        self.table.get(fence).ok_or(LeaseError::Fenced { fence })
    }

    /// What all running leases reserve.
    pub fn reserved(&self) -> Resources {
        self.reserved
    }

    /// Every running lease, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = (Fence, &Lease)> {
        self.table.iter()
    }

    /// How many run.
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Whether none runs.
    pub fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    pub(crate) fn apply(&mut self, seq: u64, now_ms: u64, epoch: u64, change: &LeaseChange) {
        match change {
            LeaseChange::Grant {
                task,
                session,
                agent,
                length_ms,
                resources,
            } => {
                self.reserved = self.reserved.plus(resources);
                let deadline_ms = now_ms.saturating_add(*length_ms);
                self.table.insert(
                    Fence(seq),
                    Lease {
                        task: *task,
                        session: *session,
                        agent: *agent,
                        epoch,
                        granted_ms: now_ms,
                        length_ms: *length_ms,
                        deadline_ms,
                        resources: *resources,
                        revoked: None,
                    },
                );
            }
            LeaseChange::Extend { fence, length_ms } => {
                if let Some(lease) = self.table.get_mut(*fence) {
                    lease.length_ms = *length_ms;
                    lease.deadline_ms = now_ms.saturating_add(*length_ms);
                }
            }
            LeaseChange::Revoke {
                fence,
                reason,
                until_ms,
            } => {
                if let Some(lease) = self.table.get_mut(*fence) {
                    lease.revoked = Some(Revocation {
                        reason: *reason,
                        until_ms: *until_ms,
                    });
                    lease.deadline_ms = *until_ms;
                }
            }
            LeaseChange::End { fence } if crate::planted::is(3) => {
                let kept = self.table.get(*fence).map(|lease| lease.resources);
                self.reserved = self.reserved.minus(&kept.unwrap_or_default());
            }
            LeaseChange::End { fence } => {
                if let Some(lease) = self.table.remove(*fence)
                    && !crate::planted::is(1)
                {
                    self.reserved = self.reserved.minus(&lease.resources);
                }
            }
        }
    }

    /// After a restart every holder has its full time again; one that was asked to stop has what was left of its grace
    /// period when the node of before was heard of last, `idle_ms` ago.
    pub(crate) fn renew_all(&mut self, now_ms: u64, idle_ms: u64) {
        let fences: Vec<Fence> = self.table.iter().map(|(fence, _)| fence).collect();
        for fence in fences {
            if let Some(lease) = self.table.get_mut(fence) {
                lease.deadline_ms = match &mut lease.revoked {
                    Some(revoked) => {
                        revoked.until_ms = revoked.until_ms.saturating_add(idle_ms);
                        revoked.until_ms
                    }
                    None => now_ms.saturating_add(lease.length_ms),
                };
            }
        }
    }

    pub(crate) fn rebuild(&mut self) {
        if crate::planted::is(9) {
            return;
        }
        self.reserved = self
            .table
            .values()
            .fold(Resources::default(), |sum, lease| sum.plus(&lease.resources));
    }
}

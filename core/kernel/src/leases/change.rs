use crate::id::{AgentId, Fence, SessionId, TaskId};
use crate::leases::StopReason;
use crate::resources::Resources;

/// What an event of another domain means for leases.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum LeaseChange {
    /// The subject was handed out; the fence is the event's sequence.
    Grant {
        /// What was handed out.
        task: TaskId,
        /// The session it belongs to.
        session: SessionId,
        /// To whom.
        agent: AgentId,
        /// For how long.
        length_ms: u64,
        /// With what.
        resources: Resources,
    },
    /// The holder asked for more time.
    Extend {
        /// The grant.
        fence: Fence,
        /// Time the holder has from now on.
        length_ms: u64,
    },
    /// The holder was asked to stop.
    Revoke {
        /// The grant.
        fence: Fence,
        /// Why.
        reason: StopReason,
        /// When it is taken for ended.
        until_ms: u64,
    },
    /// The holder has ended: done, failed or expired.
    End {
        /// The grant.
        fence: Fence,
    },
}

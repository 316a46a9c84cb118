use polyphon_wire::wire;

use super::{Fact, LockEnd, SessionStatus, ValueKey};
use crate::id::{Fence, SessionId};
use crate::leases::LockWish;
use crate::payload::Payload;
use crate::tasks::PlanSpec;

wire! {
    /// What happened to sessions.
    pub enum SessionEvent {
        /// A new session; its id is this event's sequence.
        200 => SessionOpened {
            plan: PlanSpec,
            /// Tasks that follow.
            expected: u32,
            /// Nothing runs before an explicit commit.
            draft: bool,
            input: Option<Payload>,
            actor: String,
            tenant: String,
            /// Kernel time at which a draft is given up unless it grows.
            until_ms: Option<u64>,
        },
        /// Nothing new is granted.
        201 => SessionPaused { session: SessionId, reason: String },
        /// Granting goes on, whoever held it back.
        202 => SessionResumed { session: SessionId },
        /// Everything that has not ended is taken back.
        203 => SessionCancelRequested { session: SessionId, reason: String },
        /// Every task has ended.
        204 => SessionEnded {
            session: SessionId,
            status: SessionStatus,
            /// Ended sessions that leave memory now; the journal and the views keep them.
            evict: Vec<SessionId>,
            /// Why it did not complete; empty when it did.
            reason: String,
        },
        /// Values agents share.
        205 => ContextUpdated { session: SessionId, entries: Vec<(String, Option<Payload>)> },
        /// A part of a draft came; its tasks follow.
        206 => PlanPartAdded {
            session: SessionId,
            /// Encoded bytes of the part.
            bytes: u64,
            /// Kernel time at which the draft is given up unless it grows again.
            until_ms: u64,
        },
        /// Its time is over: everything that has not ended is taken back, and the session fails.
        207 => SessionTimedOut { session: SessionId },
        /// What is known, and what is not, about the work.
        208 => FactsRecorded { session: SessionId, facts: Vec<Fact> },
        /// A value was written, or is gone; its version is this event's sequence.
        209 => ValueWritten {
            session: SessionId,
            key: ValueKey,
            /// `None`: it is gone.
            payload: Option<Payload>,
            /// Kernel time at which it is gone by itself.
            expires_ms: Option<u64>,
            /// Name of the agent, or of who else wrote it; empty when its time was over.
            by: String,
            /// What whoever wrote it said.
            why: String,
        },
        /// Somebody waits for a lock; the wait's handle is this event's sequence.
        210 => LockQueued {
            session: SessionId,
            wish: LockWish,
            /// Kernel time at which the wait is given up.
            until_ms: Option<u64>,
        },
        /// A lock was handed out; the fence is this event's sequence.
        211 => LockGranted {
            session: SessionId,
            wish: LockWish,
            /// The wait that is over with it.
            request: Option<u64>,
        },
        /// Whoever holds it has more time, from now on.
        212 => LockExtended { session: SessionId, fence: Fence, length_ms: u64 },
        /// A hold, or the wait for one, is over.
        213 => LockEnded { session: SessionId, lock: u64, cause: LockEnd },
    }
}

use polyphon_wire::wire;

use super::{Fact, SessionStatus};
use crate::id::SessionId;
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
    }
}

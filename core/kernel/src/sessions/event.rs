use polyphon_wire::wire;

use super::SessionStatus;
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
        },
        /// Nothing new is granted.
        201 => SessionPaused { session: SessionId, reason: String },
        /// Granting goes on.
        202 => SessionResumed { session: SessionId },
        /// Everything that has not ended is taken back.
        203 => SessionCancelRequested { session: SessionId, reason: String },
        /// Every task has ended.
        204 => SessionEnded {
            session: SessionId,
            status: SessionStatus,
            /// Ended sessions that leave memory now; the journal and the views keep them.
            evict: Vec<SessionId>,
        },
        /// Values agents share.
        205 => ContextUpdated { session: SessionId, entries: Vec<(String, Option<Payload>)> },
    }
}

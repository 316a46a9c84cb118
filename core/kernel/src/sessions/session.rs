use polyphon_sorted::SortedMap;

use polyphon_wire::wire;

use crate::countdown::Countdown;
use crate::payload::Payload;

wire! {
    /// Where a session is.
    pub choice SessionStatus {
        /// Its plan is being handed in.
        0 => Planning,
        /// Its tasks run.
        1 => Running,
        /// Nothing new is granted.
        2 => Paused,
        /// It is being taken back.
        3 => Cancelling,
        /// Every task completed.
        4 => Completed,
        /// A task did not, or its time is over.
        5 => Failed,
        /// It was taken back.
        6 => Cancelled,
    }
}

wire! {
    /// What kind of knowledge a fact is.
    pub choice FactKind {
        /// Given with the task, or verified.
        0 => Given,
        /// To be looked up.
        1 => ToLookUp,
        /// To be derived.
        2 => ToDerive,
        /// An educated guess.
        3 => Guess,
    }
}

wire! {
    /// An entry of the task ledger: what is known, or not yet, about the work of a session.
    pub struct Fact {
        kind: FactKind,
        text: String,
        /// Who said so; the door's name for it.
        source: String,
    }
}

wire! {
    /// One orchestration.
    pub struct Session {
        name: String,
        status: SessionStatus,
        actor: String,
        tenant: String,
        config_hash: Option<[u8; 32]>,
        input: Option<Payload>,
        /// Values agents share, by name.
        context: SortedMap<String, Payload>,
        opened_ms: u64,
        /// Time the plan gives the whole session; 0 is without limit.
        timeout_ms: u64,
        /// Time that is left of it; of a draft, time until it is given up.
        clock: Countdown,
        /// Its time is over, and it is being taken back.
        timed_out: bool,
        ended_ms: Option<u64>,
        /// Sequence of the end, for the order in which ended sessions leave memory.
        ended_seq: Option<u64>,
        /// Why it is paused, is being taken back, or did not complete.
        reason: String,
        /// The task ledger: facts, in the order they were told. The plan is the other half of it.
        facts: Vec<Fact>,
        /// Values it has, and the bytes they take.
        values: u64,
        value_bytes: u64,
    }
}

impl SessionStatus {
    /// Whether nothing happens to the session any more.
    pub fn is_terminal(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Cancelled)
    }

    /// Lower-case name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Planning => "planning",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Cancelling => "cancelling",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

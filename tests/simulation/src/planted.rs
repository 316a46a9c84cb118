//! Known defects, by number. Those of the kernel lie behind its feature `planted-bugs`, those of the runtime and the
//! store here.

pub(crate) use polyphon_kernel::planted::is;

pub(crate) const ANSWERS_BEFORE_WRITE: u32 = 101;
pub(crate) const DOUBT_IS_YES: u32 = 102;
pub(crate) const DOUBT_IS_NO: u32 = 103;
pub(crate) const EFFECTS_NOT_GIVEN_AGAIN: u32 = 104;
pub(crate) const TORN_TAIL_TRUSTED: u32 = 105;
pub(crate) const RUNS_NOT_DEDUPLICATED: u32 = 106;
pub(crate) const OLD_KERNEL_KEPT: u32 = 107;
pub(crate) const NODE_NOT_STARTED: u32 = 108;

/// Names of invariants.
#[cfg(feature = "planted-bugs")]
mod broken {
    pub(super) const RELEASED: &str = "grants stay within the totals and are all released";
    pub(super) const FENCES: &str = "a fence is never accepted twice";
    pub(super) const KEYS: &str = "one effect per idempotency key";
    pub(super) const ORDER: &str = "no task before its dependencies and its phase";
    pub(super) const REPLAY: &str = "replay of the journal is the state";
    pub(super) const ATTEMPTS: &str = "attempts stay within their bound";
    pub(super) const EFFECTS: &str = "effects are given while they are open, and only then";
    pub(super) const ENDINGS: &str = "started plans end or wait for a human";
    pub(super) const TRANSITIONS: &str = "only listed transitions, and terminal is final";
    pub(super) const CAPACITY: &str = "agents and classes are not overloaded";
    pub(super) const DURABLE: &str = "nothing leaves before it is durable";
    pub(super) const ACKNOWLEDGED: &str = "nothing acknowledged is lost, nothing refused happens";
    pub(super) const WHOLE: &str = "a frame on the disk is whole";
    pub(super) const SEQUENCE: &str = "the sequence has no gaps and the chain is intact";
    pub(super) const LEASES: &str = "an attempt has the time it was given";
    pub(super) const IDS: &str = "one message for each id";
    pub(super) const KEY_ORDER: &str = "messages of a key are dealt with in order";
    pub(super) const STARVES: &str = "priority never starves";
    pub(super) const MESSAGES_END: &str = "every message ends";
    pub(super) const DELIVERIES: &str = "attempts of a message stay within their bound";
    pub(super) const CREDIT: &str = "a consumer holds no more than its credit";
    pub(super) const TTL: &str = "no message is handed out after its time";
    pub(super) const REPORTS: &str = "a message is reported on by who holds it";
    pub(super) const BOUNDS: &str = "a queue stays within its bounds";
    pub(super) const PLACES: &str = "every message is in one place";
    pub(super) const CONSEQUENCES: &str = "what comes of a message comes with its acknowledgement";
    pub(super) const ROOM: &str = "nobody passes who waits for room";
    pub(super) const SCHEDULES: &str = "a schedule publishes once each time";
    pub(super) const CURSORS: &str = "a position is kept, or refused";
    pub(super) const GROUPS: &str = "every group gets every message once";
    pub(super) const KEPT: &str = "a stream keeps what a group still needs";
    pub(super) const STATES: &str = "an agent has what was saved last";
    pub(super) const HANDS: &str = "a lock is in one hand";
    pub(super) const TIMES: &str = "a lock is held for the time it was given";
    pub(super) const CHANGES: &str = "a change of what is shared is whole and loses no update";
    pub(super) const ONCE: &str = "an attempt is begun once";
}

/// Every defect with its number and the invariant it breaks, by which it must be found.
#[cfg(feature = "planted-bugs")]
pub(crate) const ALL: &[(u32, &str, &str)] = &[
    (
        1,
        "kernel: a completed attempt does not give its resources back",
        broken::RELEASED,
    ),
    (2, "kernel: grants ignore the totals", broken::RELEASED),
    (3, "kernel: an ended attempt keeps its fence", broken::FENCES),
    (4, "kernel: idempotency keys are not looked up", broken::KEYS),
    (5, "kernel: a key is answered for another body", broken::KEYS),
    (
        6,
        "kernel: a failed dependency lets its dependents run",
        broken::ORDER,
    ),
    (7, "kernel: every phase opens with the plan", broken::ORDER),
    (8, "kernel: replay leaves progress out", broken::REPLAY),
    (
        9,
        "kernel: a snapshot does not bring back what is reserved",
        broken::RELEASED,
    ),
    (
        10,
        "kernel: one attempt more than the policy says",
        broken::ATTEMPTS,
    ),
    (
        11,
        "kernel: a rebuilt kernel gives no request to stop again",
        broken::EFFECTS,
    ),
    (
        12,
        "kernel: a wait before a retry is not rearmed after a rebuild",
        broken::ENDINGS,
    ),
    (
        13,
        "kernel: a cancelled session tries a failed task again",
        broken::TRANSITIONS,
    ),
    (
        14,
        "kernel: a late completion wins over the request to stop",
        broken::FENCES,
    ),
    (
        15,
        "kernel: an agent is given one task too many",
        broken::CAPACITY,
    ),
    (27, "kernel: ids of messages are not looked up", broken::IDS),
    (17, "kernel: messages of a key pass each other", broken::KEY_ORDER),
    (18, "kernel: waiting outweighs no priority", broken::STARVES),
    (
        19,
        "kernel: the end of a message does not let the next of its key move",
        broken::STARVES,
    ),
    (
        20,
        "kernel: a message is handed out once too often",
        broken::DELIVERIES,
    ),
    (
        21,
        "kernel: a consumer is given one message too many",
        broken::CREDIT,
    ),
    (22, "kernel: a message is handed out after its time", broken::TTL),
    (23, "kernel: anybody may report on a message", broken::REPORTS),
    (24, "kernel: a full queue takes one more", broken::BOUNDS),
    (
        25,
        "kernel: messages nobody reports on stay where they are",
        broken::MESSAGES_END,
    ),
    (26, "kernel: expired messages are not counted", broken::PLACES),
    (
        28,
        "kernel: a message that fits passes one that waits for room",
        broken::ROOM,
    ),
    (
        29,
        "kernel: what comes of a message comes without its acknowledgement",
        broken::CONSEQUENCES,
    ),
    (
        30,
        "kernel: the time of a schedule stays where it was",
        broken::SCHEDULES,
    ),
    (
        31,
        "kernel: an attempt that counts no more saves a state",
        broken::STATES,
    ),
    (
        32,
        "kernel: who takes an agent's place begins with nothing",
        broken::STATES,
    ),
    (33, "kernel: an agent that rests is given work", broken::CAPACITY),
    (
        33,
        "kernel: a position that is kept no more is taken",
        broken::CURSORS,
    ),
    (34, "kernel: a group takes its last message again", broken::GROUPS),
    (35, "kernel: the fastest group says what goes", broken::KEPT),
    (
        16,
        "kernel: more time for an attempt leaves its timer as it was",
        broken::LEASES,
    ),
    (
        36,
        "kernel: whoever waits first is handed a lock somebody has",
        broken::HANDS,
    ),
    (37, "kernel: locks outlive their attempt", broken::TIMES),
    (
        38,
        "kernel: more time for a lock leaves its timer as it was",
        broken::TIMES,
    ),
    (
        39,
        "kernel: holders get no new time after a restart",
        broken::TIMES,
    ),
    (40, "kernel: versions are not compared", broken::CHANGES),
    (
        41,
        "kernel: the last write of a transaction is lost",
        broken::CHANGES,
    ),
    (42, "kernel: the time of a lock is never over", broken::TIMES),
    (
        ANSWERS_BEFORE_WRITE,
        "runtime: answers leave before the write",
        broken::DURABLE,
    ),
    (
        DOUBT_IS_YES,
        "runtime: a doubtful append counts as done",
        broken::DURABLE,
    ),
    (
        DOUBT_IS_NO,
        "runtime: a doubtful append counts as failed",
        broken::ACKNOWLEDGED,
    ),
    (
        EFFECTS_NOT_GIVEN_AGAIN,
        "runtime: open effects are not given again",
        broken::EFFECTS,
    ),
    (
        TORN_TAIL_TRUSTED,
        "store: a torn tail counts as a frame",
        broken::WHOLE,
    ),
    (
        RUNS_NOT_DEDUPLICATED,
        "runtime: an effect that is known is run again",
        broken::ONCE,
    ),
    (
        OLD_KERNEL_KEPT,
        "runtime: the kernel survives a failed append",
        broken::SEQUENCE,
    ),
    (
        NODE_NOT_STARTED,
        "runtime: a new process does not say that it is one",
        broken::ONCE,
    ),
];

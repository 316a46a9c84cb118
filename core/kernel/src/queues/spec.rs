use polyphon_policies::Backoff;
use polyphon_wire::wire;

use crate::bounds;
use crate::text::is_name;

wire! {
    /// What happens to a message a full queue has no room for.
    pub choice Overflow {
        /// It is refused.
        0 => Refuse,
        /// Those that wait and would expire first make room.
        1 => DropOldest,
        /// It is refused, and so are those behind it: its publisher waits until there is room.
        2 => Block,
    }
}

wire! {
    /// What becomes of a message that was dealt with, and who may have it.
    pub choice QueueKind {
        /// One consumer gets it, and then it is gone.
        0 => Queue,
        /// Every group gets it, cursors read it, and it stays as long as age and room let it.
        1 => Stream,
        /// The same, but it is gone once every group has dealt with it.
        2 => Interest,
    }
}

wire! {
    /// What a queue goes by. Times in milliseconds.
    pub struct QueueSpec {
        name: String,
        /// Messages that wait or are in somebody's hands, at most.
        max_messages: u64,
        /// Their bytes together, at most; dead letters may have as many again.
        max_bytes: u64,
        overflow: Overflow,
        /// Times a message is handed out before it is a dead letter.
        max_attempts: u32,
        /// Time a consumer has to deal with a message.
        lease_ms: u64,
        /// Wait before the second attempt.
        retry_initial_ms: u64,
        /// Longest wait before an attempt, but for the jitter.
        retry_max_ms: u64,
        /// Growth of the wait from one attempt to the next, in parts per million.
        retry_multiplier_ppm: u64,
        /// Greatest part of a wait that is added to it at random, in parts per million.
        retry_jitter_ppm: u64,
        /// Time after which a message expires that nobody has taken, and a dead letter is dropped.
        retention_ms: u64,
        /// Waiting time that lifts a message by one priority.
        ageing_ms: u64,
        /// Time in which a second message of the same id is taken for the first.
        dedup_ms: u64,
        /// Ids that are remembered at most.
        dedup_ids: u64,
        /// Dead letters that are kept at most; beyond, the oldest go.
        max_dead: u64,
        kind: QueueKind,
    }
}

/// One year: no time is longer.
const LONGEST_MS: u64 = 366 * 86_400_000;

impl QueueSpec {
    /// The first rule the specification breaks.
    pub fn broken_rule(&self) -> Option<&'static str> {
        let times = [
            self.lease_ms,
            self.retry_initial_ms,
            self.retry_max_ms,
            self.retention_ms,
            self.ageing_ms,
            self.dedup_ms,
        ];
        let messages = bounds::MESSAGES as u64;
        let rules = [
            (
                is_name(&self.name),
                "name must have 1 to 256 bytes and no control characters",
            ),
            (
                (1..=messages).contains(&self.max_messages),
                "max_messages must be between 1 and 1,000,000",
            ),
            (
                (1..1 << 50).contains(&self.max_bytes),
                "max_bytes must be at least 1 and below 2^50",
            ),
            (self.max_attempts > 0, "max_attempts must be at least 1"),
            (self.lease_ms > 0, "lease_ms must be at least 1"),
            (self.retention_ms > 0, "retention_ms must be at least 1"),
            (self.ageing_ms > 0, "ageing_ms must be at least 1"),
            (
                self.retry_jitter_ppm <= 1_000_000,
                "retry_jitter_ppm must be at most 1,000,000",
            ),
            (
                self.dedup_ids <= messages && self.max_dead <= messages,
                "dedup_ids and max_dead must be at most 1,000,000",
            ),
            (
                times.iter().all(|ms| *ms <= LONGEST_MS),
                "times must be at most 366 days",
            ),
        ];
        rules.iter().find(|(kept, _)| !kept).map(|(_, rule)| *rule)
    }

    /// The first rule a group of this description breaks. Removing one is one decision, so all it holds is bounded.
    pub(crate) fn broken_group_rule(&self) -> Option<&'static str> {
        let most = bounds::GROUP_MESSAGES;
        let rules = [
            (self.kind == QueueKind::Queue, "a group must be of the kind queue"),
            (
                self.max_messages <= most && self.max_dead <= most,
                "max_messages and max_dead of a group must be at most 10,000",
            ),
        ];
        let broken = rules.iter().find(|(kept, _)| !kept).map(|(_, rule)| *rule);
        self.broken_rule().or(broken)
    }

    /// Whether messages stay for groups and cursors.
    pub(crate) fn is_stream(&self) -> bool {
        self.kind != QueueKind::Queue
    }

    /// How long to wait before attempts.
    pub(crate) fn backoff(&self) -> Backoff {
        Backoff {
            initial_ms: self.retry_initial_ms,
            max_ms: self.retry_max_ms,
            multiplier_ppm: self.retry_multiplier_ppm,
            jitter_ppm: self.retry_jitter_ppm,
        }
    }
}

/// The first rule the wishes of one message break.
pub(crate) fn broken_wish(
    bytes: u64,
    delay_ms: u64,
    ttl_ms: Option<u64>,
    names: [Option<&String>; 2],
) -> Option<&'static str> {
    let rules = [
        (
            bytes <= bounds::MESSAGE_BYTES,
            "a message must have at most 10 MB",
        ),
        (delay_ms <= LONGEST_MS, "the delay must be at most 366 days"),
        (
            ttl_ms.is_none_or(|ms| (1..=LONGEST_MS).contains(&ms)),
            "the time to live must be between 1 ms and 366 days",
        ),
        (
            names.into_iter().flatten().all(|name| is_name(name)),
            "id and key must have 1 to 256 bytes and no control characters",
        ),
    ];
    rules.iter().find(|(kept, _)| !kept).map(|(_, rule)| *rule)
}

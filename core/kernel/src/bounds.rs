//! Every limit of the kernel, by name. What happens at each is said where it is used and in `docs/errors`.

/// Partitions there can be; an id has room for their numbers.
pub const PARTITIONS: u32 = 1 << 9;
/// Commands one step takes; it leaves the others to the next one.
pub const STEP_COMMANDS: usize = 2_000;
/// Bytes of commands one step takes, but for one that is longer and comes alone.
pub const STEP_BYTES: usize = 1 << 20;
/// Bytes of one command.
pub const COMMAND_BYTES: usize = 8 << 20;
/// Events one step emits at most, whatever it is asked; it leaves the rest to the next one.
pub const STEP_EVENTS: usize = 4_000;
/// Events that are kept free for what one decision and its reactions emit last.
pub const STEP_RESERVE: usize = 500;
/// Bytes of events above which a step begins nothing more.
pub const STEP_EVENT_BYTES: usize = 4 << 20;
/// Bytes of one frame: commands, and events that repeat them with what follows.
pub const FRAME_BYTES: usize = 24 << 20;
/// Timers that fire in one step.
pub const STEP_TIMERS: usize = 100;
/// Tasks one command may bring, a whole plan or a part: with what follows at once they fit one step.
pub const PART_TASKS: usize = 3_000;
/// Tasks one plan may have.
pub const PLAN_TASKS: u32 = 100_000;
/// Encoded bytes one plan may have.
pub const PLAN_BYTES: u64 = 64 << 20;
/// Plans that may be under construction at once.
pub const OPEN_DRAFTS: usize = 100;
/// Sessions that have not ended.
pub const LIVE_SESSIONS: usize = 100_000;
/// Live tasks of all sessions together.
pub const LIVE_TASKS: usize = 1_000_000;
/// Dependencies of one task.
pub const TASK_DEPENDENCIES: usize = 10_000;
/// Bytes of a key, name, type or capability.
pub const NAME_BYTES: usize = 256;
/// Capabilities of one agent, or demanded by one task.
pub const CAPABILITIES: usize = 64;
/// Criteria of one task, metrics of one attempt.
pub const METRICS: usize = 64;
/// Artifacts of one attempt.
pub const ARTIFACTS: usize = 1_000;
/// Agents of one partition.
pub const AGENTS: usize = 10_000;
/// Bytes of what one agent keeps for its next attempt.
pub const AGENT_STATE_BYTES: u64 = 256 << 10;
/// Pools of one partition.
pub const POOLS: usize = 1_000;
/// Heartbeats one command carries.
pub const HEARTBEATS: usize = 1_000;
/// Reports of demands nobody can meet that are open at once; further ones are held back.
pub const UNSERVED: usize = 1_000;
/// Time a step may come later than was asked for before the node takes it that it was held up itself.
pub const HELD_UP_MS: u64 = 2_000;
/// Bytes of a payload that may stand in an event; a longer one is referred to.
pub const INLINE_PAYLOAD: usize = 256;
/// Bytes of a message text that is kept of an error.
pub const ERROR_TEXT: usize = 4_096;
/// Times an attempt may be lost with its host before the loss counts as a failure of the task.
pub const LOSSES: u32 = 10;
/// Shortest rest of an agent that did not take on what it was given, and the longest.
pub const PAUSE_LEAST_MS: u64 = 1_000;
/// See [`PAUSE_LEAST_MS`].
pub const PAUSE_MOST_MS: u64 = 3_600_000;
/// Ended sessions that stay in memory, for queries.
pub const ENDED_SESSIONS: usize = 100;
/// Tasks of ended sessions that stay in memory.
pub const ENDED_TASKS: usize = 100_000;
/// Escalations that are open at once; beyond, a task fails instead of asking, and one whose demand exceeds the totals
/// waits until it can ask.
pub const OPEN_ESCALATIONS: usize = 10_000;
/// Closed escalations that stay in memory.
pub const CLOSED_ESCALATIONS: usize = 1_000;
/// Tasks an escalation names that wait because of it.
pub const BLOCKING_TASKS: usize = 100;
/// Durable effects that are open at once; beyond, none is opened.
pub const OPEN_EFFECTS: usize = 10_000;
/// Idempotency keys that are remembered.
pub const IDEMPOTENCY_KEYS: usize = 100_000;
/// How long an idempotency key is remembered.
pub const IDEMPOTENCY_MS: u64 = 120_000;
/// Events between two state hashes in the journal.
pub const HASH_INTERVAL: u64 = 1_000;
/// Queues of one partition.
pub const QUEUES: usize = 1_000;
/// Messages of all queues together.
pub const MESSAGES: usize = 1_000_000;
/// Messages one command about messages names.
pub const MESSAGE_BATCH: usize = 1_000;
/// Bytes of one message.
pub const MESSAGE_BYTES: u64 = 10 << 20;
/// Messages one grant hands out.
pub const MESSAGE_RUN: usize = 250;
/// Messages one step hands out before it leaves the rest to the next one.
pub const STEP_MESSAGES: usize = 2_000;
/// Schedules of one partition.
pub const SCHEDULES: usize = 1_000;
/// Cursors of one partition.
pub const CURSORS: usize = 1_000;
/// Messages one group may hold, and dead letters beside them.
pub const GROUP_MESSAGES: u64 = 10_000;
/// Batches of a stream one event gives up.
pub const TRIMMED_SEGMENTS: usize = 100;
/// Consumers of one partition.
pub const CONSUMERS: usize = 10_000;
/// Messages one consumer may hold at once.
pub const CREDIT: u32 = 65_535;
/// Emptied payload rows one effect asks to erase.
pub const ERASED_PAYLOADS: usize = 1_000;
/// Values of all sessions in memory together.
pub const VALUES: usize = 1_000_000;
/// Values one command names.
pub const VALUE_BATCH: usize = 1_000;
/// Locks one command names.
pub const LOCK_BATCH: usize = 100;
/// Locks that are held or waited for, of all sessions together.
pub const LOCKS: usize = 100_000;
/// Waits for locks in one session.
pub const LOCK_WAITS: usize = 250;

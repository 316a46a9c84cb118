//! One partition: takes batches of commands, gives events and effects.

mod replay;
mod room;
mod turn;
mod view;

pub use replay::ReplayError;
pub use view::View;

use polyphon_wire::{Bytes, Reader, Wire, to_bytes, wire};
use sha2::{Digest, Sha256};

use crate::command::{Answer, Outcome, Request};
use crate::effect::{self, Effect};
use crate::id::IdSpace;
use crate::journal::{SnapshotError, read_snapshot, write_snapshot};
use crate::refusal::Refusal;
use crate::state::{Durable, State, Volatile};
use crate::time::{KernelClock, Now};
use turn::Turn;

wire! {
    /// What one step gives.
    pub struct StepOutput {
        /// The frame to append; empty when nothing happened.
        frame: Bytes,
        first_seq: u64,
        /// Sequence of the last event, of this step or an earlier one.
        last_seq: u64,
        /// Where in the frame the events begin.
        events_at: u32,
        answers: Vec<Answer>,
        /// To be done once the frame is durable, in order.
        effects: Vec<Effect>,
        /// Kernel time at which the passing of time alone would change something; `None` when idle.
        deadline_ms: Option<u64>,
        /// Kernel time of this step.
        now_ms: u64,
        /// Requests at the end of the batch the step had no room for: they are not answered and come again first.
        left_over: u32,
    }
}

/// One partition: deterministic, single-threaded, `Send`.
#[derive(Clone, Debug)]
pub struct Kernel {
    durable: Durable,
    volatile: Volatile,
    clock: KernelClock,
    partition: u32,
    epoch: u64,
    /// SHA-256 of the last frame.
    chain: [u8; 32],
    /// Something is left to do that no timer stands for.
    pending: bool,
}

impl Kernel {
    /// An empty partition, whose frames will carry `epoch`. Its number is below
    /// [`PARTITIONS`](crate::bounds::PARTITIONS): it stands in every id.
    pub fn new(partition: u32, epoch: u64) -> Self {
        debug_assert!(partition < crate::bounds::PARTITIONS);
        Self {
            durable: Durable::default(),
            volatile: Volatile::default(),
            clock: KernelClock::default(),
            partition,
            epoch,
            chain: [0; 32],
            pending: false,
        }
    }

    /// A partition as a snapshot holds it; frames behind the snapshot follow with [`Kernel::replay`].
    ///
    /// # Errors
    /// [`SnapshotError`] says what is wrong with the bytes.
    pub fn restore(snapshot: &[u8], epoch: u64) -> Result<Self, SnapshotError> {
        let (partition, chain, durable) = read_snapshot(snapshot)?;
        Ok(Self {
            durable,
            chain,
            pending: true,
            ..Self::new(partition, epoch)
        })
    }

    /// Takes a batch of [`Request`]s (a MessagePack array) at `now`. Never fails: a request that cannot be read is
    /// answered with a refusal like any other. A step is bounded (see [`bounds`](crate::bounds)): what it has no room for
    /// is counted in [`StepOutput::left_over`] and comes again with the next batch.
    pub fn step(&mut self, now: Now, batch: &[u8]) -> StepOutput {
        let now_ms = self.clock.read(now, self.durable.last_ms());
        let first_seq = self.durable.last_seq() + 1;
        let mut turn = Turn::begin(self, now_ms, batch.len());
        turn.wake_up();
        turn.adjust_clock(now.wall_ms);
        turn.let_time_pass();
        let (answers, left_over) = turn.take(batch);
        turn.settle();
        turn.write_hash();
        let (frame, effects, pending) = turn.finish();
        self.pending = pending;
        self.volatile.now_ms = now_ms;
        self.volatile.asked_for_ms = self.deadline_at(now_ms);
        let head = self.frame_head(first_seq, now_ms, now.wall_ms);
        let (frame, events_at) = match frame.finish(batch, head) {
            Some((bytes, events_at, hash)) => {
                debug_assert!(bytes.len() <= crate::bounds::FRAME_BYTES);
                self.chain = hash;
                (bytes, events_at)
            }
            None => (Vec::new(), 0),
        };
        StepOutput {
            frame: Bytes(frame),
            first_seq,
            last_seq: self.durable.last_seq(),
            events_at,
            answers,
            effects,
            deadline_ms: self.deadline_at(now_ms),
            now_ms,
            left_over,
        }
    }

    /// [`Kernel::step`] with its output as bytes.
    pub fn step_bytes(&mut self, now: Now, batch: &[u8]) -> Vec<u8> {
        to_bytes(&self.step(now, batch))
    }

    /// Earliest kernel time at which the passing of time alone would change something; `None` when idle.
    pub fn deadline(&self) -> Option<u64> {
        self.deadline_at(self.durable.last_ms())
    }

    /// Every effect that is open, in the order in which they were opened: what a runtime does first after a restore.
    pub fn open_effects(&self) -> Vec<Effect> {
        effect::open(&self.durable, self.durable.last_ms())
    }

    /// The whole durable state as bytes.
    pub fn snapshot(&mut self) -> Vec<u8> {
        write_snapshot(&mut self.durable, self.partition, &self.chain)
    }

    /// Hash over the durable state. Costs what changed since the last call.
    pub fn state_hash(&mut self) -> [u8; 16] {
        self.durable.hash()
    }

    /// SHA-256 of the last frame.
    pub fn chain(&self) -> [u8; 32] {
        self.chain
    }

    /// Hash of a payload, salted with the journal's seed and the tenant.
    pub fn payload_hash(&self, tenant: &str, bytes: &[u8]) -> [u8; 32] {
        let seed = self.durable.node.get(0).map_or(0, |node| node.seed);
        let salt = Sha256::new()
            .chain_update(seed.to_be_bytes())
            .chain_update((tenant.len() as u64).to_be_bytes());
        salt.chain_update(tenant).chain_update(bytes).finalize().into()
    }

    /// The durable state, to look at.
    pub fn durable(&self) -> &Durable {
        &self.durable
    }

    /// Makes and reads ids; `None` before the first start of a node.
    pub fn ids(&self) -> Option<IdSpace> {
        let node = self.durable.node.get(0)?;
        Some(IdSpace::new(node.seed, self.partition))
    }

    /// The partition's number.
    pub fn partition(&self) -> u32 {
        self.partition
    }

    fn deadline_at(&self, now_ms: u64) -> Option<u64> {
        if self.pending {
            return Some(now_ms);
        }
        let timer = self.durable.timers.first().map(|(at_ms, _)| at_ms);
        [timer, self.volatile.deadline()].into_iter().flatten().min()
    }

    fn frame_head(&self, first_seq: u64, kernel_ms: u64, wall_ms: u64) -> crate::journal::FrameHead {
        crate::journal::FrameHead {
            partition: self.partition,
            epoch: self.epoch,
            first_seq,
            events: 0,
            commands: 0,
            kernel_ms,
            wall_ms,
            previous: self.chain,
            hashed: false,
        }
    }

    fn state(&self, now_ms: u64) -> State<'_> {
        State {
            durable: &self.durable,
            volatile: &self.volatile,
            now_ms,
        }
    }
}

/// Encodes requests as one batch.
pub fn batch(requests: &[Request]) -> Vec<u8> {
    let mut writer = polyphon_wire::Writer::default();
    writer.array(requests.len());
    requests.iter().for_each(|request| request.encode(&mut writer));
    writer.into_bytes()
}

fn malformed(error: &polyphon_wire::WireError) -> Outcome {
    Outcome::Refused {
        refusal: Refusal::new("COMMAND_MALFORMED", error.to_string()),
    }
}

/// The id of a request whose rest cannot be read.
fn salvage_id(mut reader: Reader<'_>) -> u64 {
    reader.array().and_then(|_| reader.uint()).unwrap_or(0)
}

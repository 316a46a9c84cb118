use std::ops::Range;

use super::checksum::crc32c;
use polyphon_wire::{Reader, Wire, WireError, Writer};
use sha2::{Digest, Sha256};

use crate::event::{Event, Recorded};

/// The format of frames this version writes, and the newest it reads.
pub const FORMAT: u16 = 1;

const MAGIC: &[u8; 4] = b"PLYF";
const HEAD: usize = 88;
/// Flag of a frame that closes with the hash of the state.
const STATE_HASH: u16 = 1;

/// What a frame says of itself. All integers little-endian, at these offsets: magic `PLYF` 0, format u16 4, flags u16 6,
/// partition u32 8, event count u32 12, epoch u64 16, first sequence u64 24, kernel time u64 32, wall time i64 40,
/// SHA-256 of the frame before 48, body length u32 80, command count u32 84. The body follows at 88: commands as they
/// came, then events as [`Recorded`], then, when bit 0 of the flags is set, the hash of the state they lead to; a CRC-32C
/// of everything before closes the frame.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FrameHead {
    /// The partition whose journal it belongs to.
    pub partition: u32,
    /// Epoch of the owner that wrote it.
    pub epoch: u64,
    /// Sequence of its first event.
    pub first_seq: u64,
    /// How many events it has, at least one.
    pub events: u32,
    /// How many commands caused them.
    pub commands: u32,
    /// Kernel time of all its events.
    pub kernel_ms: u64,
    /// What the wall clock said.
    pub wall_ms: u64,
    /// SHA-256 of the frame before; zeros for the first.
    pub previous: [u8; 32],
    /// Whether it says what the state is behind it.
    pub hashed: bool,
}

/// Why bytes are not a frame of this journal.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum FrameError {
    /// They end early or do not begin with the magic.
    #[error("these are not the bytes of a frame")]
    NotAFrame,
    /// A newer version wrote them, or every node knew a newer format when they were written. Code `KERNEL_FORMAT_NEWER`.
    #[error("the journal has format {0}, this version knows formats up to {FORMAT}")]
    Newer(u32),
    /// They were changed since they were written.
    #[error("the checksum of the frame does not match its bytes")]
    Checksum,
    /// The frame does not follow on what was read before.
    #[error("the frame begins at sequence {found}, expected {expected}")]
    Gap {
        /// Where it begins.
        found: u64,
        /// Where it should.
        expected: u64,
    },
    /// The frame names another predecessor.
    #[error("the frame at sequence {0} does not continue the chain")]
    Chain(u64),
    /// Its body cannot be read.
    #[error("the body of the frame cannot be read: {0}")]
    Body(#[from] WireError),
    /// The state it leads to is not the state that was written down.
    #[error("the state at sequence {0} is not the one the journal says")]
    StateHash(u64),
}

/// A frame that was read and found whole.
#[derive(Clone, Debug)]
pub struct Frame<'a> {
    /// What it says of itself.
    pub head: FrameHead,
    body: &'a [u8],
    hash: [u8; 32],
}

impl<'a> Frame<'a> {
    /// Reads a frame and checks its bytes.
    ///
    /// # Errors
    /// [`FrameError`] says what is wrong with them.
    pub fn read(bytes: &'a [u8]) -> Result<Self, FrameError> {
        let head = bytes
            .get(..HEAD)
            .filter(|head| head.starts_with(MAGIC))
            .ok_or(FrameError::NotAFrame)?;
        let format = u16::from_le_bytes(fixed(head, 4));
        if format > FORMAT {
            return Err(FrameError::Newer(format.into()));
        }
        let body_len = u32::from_le_bytes(fixed(head, 80)) as usize;
        if bytes.len().checked_sub(HEAD + 4) != Some(body_len) {
            return Err(FrameError::NotAFrame);
        }
        let (covered, crc) = bytes.split_at(HEAD + body_len);
        if crc32c(covered) != u32::from_le_bytes(fixed(crc, 0)) {
            return Err(FrameError::Checksum);
        }
        let head = FrameHead {
            partition: u32::from_le_bytes(fixed(head, 8)),
            events: u32::from_le_bytes(fixed(head, 12)),
            epoch: u64::from_le_bytes(fixed(head, 16)),
            first_seq: u64::from_le_bytes(fixed(head, 24)),
            kernel_ms: u64::from_le_bytes(fixed(head, 32)),
            wall_ms: u64::from_le_bytes(fixed(head, 40)),
            previous: fixed(head, 48),
            hashed: u16::from_le_bytes(fixed(head, 6)) & STATE_HASH != 0,
            commands: u32::from_le_bytes(fixed(head, 84)),
        };
        Ok(Self {
            head,
            body: &covered[HEAD..],
            hash: Sha256::digest(bytes).into(),
        })
    }

    /// SHA-256 of the whole frame, which the next one names.
    pub fn hash(&self) -> [u8; 32] {
        self.hash
    }

    /// The frame's events in order.
    ///
    /// # Errors
    /// When the body cannot be read, which a matching checksum makes a defect of the writer or a newer event kind.
    pub fn events(&self) -> Result<Vec<Event>, FrameError> {
        self.contents().map(|(events, _)| events)
    }

    /// The frame's events in order, and the hash of the state behind them where it gives one.
    ///
    /// # Errors
    /// As [`Frame::events`].
    pub fn contents(&self) -> Result<(Vec<Event>, Option<[u8; 16]>), FrameError> {
        let mut reader = Reader::new(self.body);
        (0..self.head.commands).try_for_each(|_| reader.skip())?;
        let mut events = Vec::with_capacity(reader.plausible(self.head.events as usize));
        for _ in 0..self.head.events {
            events.push(Recorded::decode(&mut reader)?.event);
        }
        let hash = if self.head.hashed {
            Some(Wire::decode(&mut reader)?)
        } else {
            None
        };
        reader.finish()?;
        Ok((events, hash))
    }
}

/// Collects the commands and events of one step.
#[derive(Debug, Default)]
pub(crate) struct FrameWriter {
    commands: Vec<Range<usize>>,
    events: Writer,
    count: u32,
    hashed: bool,
}

impl FrameWriter {
    /// One with room for `bytes` of events.
    pub(crate) fn with_room(bytes: usize) -> Self {
        Self {
            events: Writer::onto(Vec::with_capacity(bytes)),
            ..Self::default()
        }
    }

    /// A command that is about to cause events; answers its number for [`FrameWriter::event`].
    pub(crate) fn command(&mut self, bytes: Range<usize>) -> u32 {
        self.commands.push(bytes);
        self.commands.len() as u32
    }

    /// The last command caused nothing after all.
    pub(crate) fn forget_command(&mut self) {
        self.commands.pop();
    }

    pub(crate) fn event(&mut self, command: u32, event: &Event) {
        self.events.array(2);
        self.events.uint(u64::from(command));
        event.encode(&mut self.events);
        self.count += 1;
    }

    pub(crate) fn events(&self) -> u32 {
        self.count
    }

    /// Bytes of the events so far.
    pub(crate) fn event_bytes(&self) -> usize {
        self.events.len()
    }

    /// Closes the frame with the hash of the state behind its events.
    pub(crate) fn state_hash(&mut self, hash: &[u8; 16]) {
        hash.encode(&mut self.events);
        self.hashed = true;
    }

    /// The frame's bytes, the offset of its first event and its hash; `None` when nothing happened.
    pub(crate) fn finish(self, batch: &[u8], mut head: FrameHead) -> Option<(Vec<u8>, u32, [u8; 32])> {
        if self.count == 0 {
            return None;
        }
        let commands: usize = self.commands.iter().map(Range::len).sum();
        let body = commands + self.events.len();
        head.events = self.count;
        head.hashed = self.hashed;
        head.commands = self.commands.len() as u32;
        let mut bytes = Vec::with_capacity(HEAD + body + 4);
        head.write(body as u32, &mut bytes);
        self.commands
            .into_iter()
            .for_each(|range| bytes.extend_from_slice(&batch[range]));
        let events_at = bytes.len() as u32;
        bytes.extend_from_slice(self.events.as_bytes());
        let crc = crc32c(&bytes);
        bytes.extend_from_slice(&crc.to_le_bytes());
        let hash = Sha256::digest(&bytes).into();
        Some((bytes, events_at, hash))
    }
}

impl FrameHead {
    fn write(&self, body: u32, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&FORMAT.to_le_bytes());
        let flags = if self.hashed { STATE_HASH } else { 0 };
        bytes.extend_from_slice(&flags.to_le_bytes());
        bytes.extend_from_slice(&self.partition.to_le_bytes());
        bytes.extend_from_slice(&self.events.to_le_bytes());
        bytes.extend_from_slice(&self.epoch.to_le_bytes());
        bytes.extend_from_slice(&self.first_seq.to_le_bytes());
        bytes.extend_from_slice(&self.kernel_ms.to_le_bytes());
        bytes.extend_from_slice(&self.wall_ms.to_le_bytes());
        bytes.extend_from_slice(&self.previous);
        bytes.extend_from_slice(&body.to_le_bytes());
        bytes.extend_from_slice(&self.commands.to_le_bytes());
    }
}

/// `N` bytes at `at`; the caller has checked that they are there.
fn fixed<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    let mut fixed = [0; N];
    fixed.copy_from_slice(&bytes[at..at + N]);
    fixed
}

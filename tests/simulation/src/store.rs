//! A disk that fails.

use crate::frames;
use crate::planted;
use crate::random::Random;

/// How one append comes out.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Append {
    /// It is on the disk, and the store says so.
    Done,
    /// It is not, and the store reports an error.
    Failed,
    /// It is, and the store reports an error all the same.
    Doubtful,
}

/// Frames on a disk, and frames on their way to it.
#[derive(Debug, Default)]
pub(crate) struct Store {
    /// What a reader finds.
    pub(crate) frames: Vec<Vec<u8>>,
    pending: std::collections::VecDeque<Vec<u8>>,
    /// Bytes of a frame that was cut off.
    tail: Vec<u8>,
    /// Sequence and bytes.
    pub(crate) snapshots: Vec<(u64, Vec<u8>)>,
    epoch: u64,
    pub(crate) full: bool,
    pub(crate) slow: bool,
    /// The last append that was answered may have reached the disk or not.
    broken: Option<bool>,
    /// Reopenings that will fail.
    pub(crate) refusals: u32,
}

impl Store {
    /// A new owner.
    pub(crate) fn open(&mut self) -> (u64, bool) {
        self.epoch += 1;
        let torn = !self.tail.is_empty();
        if planted::is(planted::TORN_TAIL_TRUSTED) && torn {
            let tail = std::mem::take(&mut self.tail);
            self.frames.push(tail);
        }
        self.tail.clear();
        (self.epoch, torn)
    }

    pub(crate) fn append(&mut self, frame: Vec<u8>) {
        self.pending.push_back(frame);
    }

    pub(crate) fn is_writing(&self) -> bool {
        !self.pending.is_empty()
    }

    pub(crate) fn last_seq(&self) -> u64 {
        self.frames.last().map_or(0, |frame| frames::last_seq(frame))
    }

    /// Answers the oldest append. After an error nothing more is written before the store is opened again.
    pub(crate) fn answer(&mut self, how: Append) -> bool {
        let Some(frame) = self.pending.pop_front() else {
            return false;
        };
        match how {
            Append::Done => {
                self.frames.push(frame);
                true
            }
            Append::Doubtful => {
                self.frames.push(frame);
                self.broken = Some(true);
                false
            }
            Append::Failed => {
                self.broken = Some(false);
                false
            }
        }
    }

    /// What becomes of appends nobody will hear of: some of the first reach the disk, the next may be cut.
    pub(crate) fn settle(&mut self, random: &mut Random, torn: bool) -> bool {
        let mut reaches = self.broken.take().unwrap_or(true);
        while let Some(frame) = self.pending.pop_front() {
            if reaches && random.percent(50) && !self.full {
                self.frames.push(frame);
                continue;
            }
            if reaches && torn && frame.len() > 1 {
                let len = random.within(1, frame.len() as u64 - 1) as usize;
                self.tail = frame[..len].to_vec();
            }
            reaches = false;
        }
        !self.tail.is_empty()
    }

    /// Frames behind `seq`.
    pub(crate) fn behind(&self, seq: u64) -> &[Vec<u8>] {
        let from = self
            .frames
            .partition_point(|frame| frames::last_seq(frame) <= seq);
        &self.frames[from..]
    }

    /// Where the frames behind `seq` begin.
    pub(crate) fn index_behind(&self, seq: u64) -> usize {
        self.frames
            .partition_point(|frame| frames::last_seq(frame) <= seq)
    }

    pub(crate) fn keep_snapshot(&mut self, seq: u64, bytes: Vec<u8>) {
        self.snapshots.push((seq, bytes));
        if self.snapshots.len() > 2 {
            self.snapshots.remove(0);
        }
    }
}

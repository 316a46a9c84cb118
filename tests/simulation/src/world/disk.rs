//! The disk between two lives of a process: what is read back, and what must not be believed.

use polyphon_kernel::Kernel;

use super::turn::Runtime;
use super::{Step, Violation, World, broken};
use crate::decision::Fault;
use crate::invariants::Seeing;
use crate::random::Random;
use crate::store::Append;

impl World {
    /// A new process opens the journal.
    pub(super) fn start_process(&mut self, draw: &mut Random) -> Step {
        let (epoch, torn) = self.store.open();
        if torn {
            self.counters.count("recovery: torn tail cut");
        }
        self.look_at_disk()?;
        let kernel = self.recover(epoch)?;
        self.runtime = Some(Runtime::new(kernel, self.facts.ms, self.clock.mono_ms));
        self.take_over(epoch, draw.next() >> 11)
    }

    /// The process dies: what was not on the disk is gone, and callers never hear.
    pub(super) fn crash(&mut self, draw: &mut Random) -> Step {
        if !self.is_on(Fault::Crash) {
            return Ok(());
        }
        self.say_something_first(draw)?;
        self.die(draw)
    }

    /// Somebody wants something just before a fault, so that every kind of command is met by every kind of fault.
    fn say_something_first(&mut self, draw: &mut Random) -> Step {
        if draw.percent(50) {
            self.say_anything(draw)?;
        }
        if draw.percent(80) {
            self.turns()?;
        }
        Ok(())
    }

    pub(super) fn die(&mut self, draw: &mut Random) -> Step {
        let Some(runtime) = self.runtime.take() else {
            return Ok(());
        };
        self.counters.count("fault: process dies");
        if runtime.has_flights() {
            self.counters
                .count("fault: process dies with frames on their way");
        }
        runtime.count_dead(&mut self.counters);
        self.see(&Seeing::Died)?;
        for tag in runtime.callers() {
            self.see(&Seeing::Unknown { tag })?;
        }
        let torn = self.is_on(Fault::TornTail);
        if self.store.settle(draw, torn) {
            self.counters.count("fault: torn tail");
        }
        self.users.forget_calls();
        self.team.process_died();
        self.queues.process_died();
        self.clock.mono_ms = draw.below(1 << 40);
        self.clock.wall_ms += draw.below(5_000);
        Ok(())
    }

    /// The newest snapshot that is whole, then every frame behind it.
    pub(super) fn recover(&mut self, epoch: u64) -> Result<Kernel, Violation> {
        let mut draw = Random::new(epoch ^ self.store.last_seq().rotate_left(32));
        let damages = self.is_on(Fault::BitFlip) && draw.percent(30);
        let mut start = None;
        for (_, bytes) in self.store.snapshots.iter().rev() {
            if damages && start.is_none() && draw.percent(50) {
                self.counters.count("fault: bit flipped in a snapshot");
                if Kernel::restore(&flipped(bytes, &mut draw), epoch).is_ok() {
                    let message = "a snapshot with a flipped bit was taken for good".to_owned();
                    return Err(broken("damage is detected", message));
                }
                self.counters.count("recovery: damaged snapshot refused");
                continue;
            }
            let restored = Kernel::restore(bytes, epoch);
            start = Some(restored.map_err(|error| broken("a snapshot can be read", error.to_string()))?);
            break;
        }
        self.counters.count(match start {
            Some(_) => "recovery: from a snapshot",
            None => "recovery: from the first frame",
        });
        let mut kernel = start.unwrap_or_else(|| Kernel::new(0, epoch));
        let from = self.store.index_behind(kernel.durable().last_seq());
        let damaged = damages.then(|| from + draw.below((self.store.frames.len() - from) as u64) as usize);
        for (index, bytes) in self.store.frames.iter().enumerate().skip(from) {
            if damaged == Some(index) {
                self.counters.count("fault: bit flipped in a frame");
                if kernel.clone().replay(&flipped(bytes, &mut draw)).is_ok() {
                    let message = "a frame with a flipped bit was taken for good".to_owned();
                    return Err(broken("damage is detected", message));
                }
                self.counters.count("recovery: damaged frame refused");
            }
            let folded = kernel.replay(bytes);
            folded.map_err(|error| broken("the journal can be read back", error.to_string()))?;
        }
        let same = kernel.durable().last_seq() == self.follower.durable().last_seq()
            && kernel.state_hash() == self.follower.state_hash();
        if same {
            return Ok(kernel);
        }
        let message = format!(
            "snapshot and frames behind it differ from all frames at {}",
            self.store.last_seq()
        );
        Err(broken("replay of the journal is the state", message))
    }

    /// A follower writes down what the journal adds up to.
    pub(super) fn write_snapshot(&mut self) {
        let seq = self.follower.durable().last_seq();
        if seq > 0 {
            self.store.keep_snapshot(seq, self.follower.snapshot());
        }
    }

    /// A snapshot that was read is the snapshot that was written.
    pub(super) fn check_snapshot(&mut self) -> Step {
        let bytes = self.follower.snapshot();
        let restored = Kernel::restore(&bytes, 1);
        let mut restored = restored.map_err(|error| broken("a snapshot can be read", error.to_string()))?;
        if restored.state_hash() == self.follower.state_hash() && restored.snapshot() == bytes {
            return Ok(());
        }
        Err(broken(
            "a snapshot comes back as it was written",
            format!("{} bytes", bytes.len()),
        ))
    }

    /// The store answers one append, perhaps badly.
    pub(super) fn write_one(&mut self, draw: &mut Random) -> Step {
        if self.is_on(Fault::SlowStore) && draw.percent(5) {
            self.store.slow = !self.store.slow;
            self.counters.count("fault: slow store");
        }
        let roll = draw.below(100);
        if roll < 20 && (self.is_on(Fault::AppendFails) || self.is_on(Fault::AppendDoubtful)) {
            self.say_something_first(draw)?;
        }
        if !self.store.is_writing() {
            return Ok(());
        }
        let how = match roll {
            _ if self.store.full => Append::Failed,
            0..10 if self.is_on(Fault::AppendFails) => {
                self.counters.count("fault: append fails");
                Append::Failed
            }
            10..20 if self.is_on(Fault::AppendDoubtful) => {
                self.counters.count("fault: append fails after the write");
                Append::Doubtful
            }
            _ => Append::Done,
        };
        if how != Append::Done && self.is_on(Fault::ReopenFails) {
            self.store.refusals = draw.below(3) as u32;
        }
        self.written(how, draw)
    }

    pub(super) fn fill_disk(&mut self, draw: &mut Random) {
        if self.store.full {
            self.store.full = false;
        } else if self.is_on(Fault::DiskFull) && draw.percent(50) {
            self.counters.count("fault: disk full");
            self.store.full = true;
        }
    }
}

fn flipped(bytes: &[u8], draw: &mut Random) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let at = draw.below(bytes.len() as u64) as usize;
    if let Some(byte) = bytes.get_mut(at) {
        *byte ^= 1 << draw.below(8);
    }
    bytes
}

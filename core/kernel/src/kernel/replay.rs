use super::Kernel;
use crate::journal::{Frame, FrameError};
use crate::state::Volatile;

/// Why a frame cannot be folded into the state.
pub type ReplayError = FrameError;

impl Kernel {
    /// Folds one frame of the journal into the state; frames the state has already are passed over.
    ///
    /// Checks the bytes, the sequence, the chain and every state hash on the way.
    ///
    /// # Errors
    /// [`ReplayError`] names what does not fit and where; the state must not be used any more.
    pub fn replay(&mut self, bytes: &[u8]) -> Result<(), ReplayError> {
        let frame = Frame::read(bytes)?;
        let expected = self.durable.last_seq() + 1;
        let found = frame.head.first_seq;
        if found.saturating_add(frame.head.events.into()) <= expected {
            return Ok(());
        }
        if found != expected {
            return Err(FrameError::Gap { found, expected });
        }
        if frame.head.previous != self.chain {
            return Err(FrameError::Chain(found));
        }
        let (events, hash) = frame.contents()?;
        for (event, seq) in events.iter().zip(found..) {
            if crate::planted::is(8) && event.name() == "TaskProgressed" {
                continue;
            }
            self.durable.evolve(seq, frame.head.kernel_ms, event);
        }
        // What a newer version hashes is nothing this one could compare.
        if let Some(level) = self.durable.newer_format() {
            return Err(FrameError::Newer(level));
        }
        if hash.is_some_and(|hash| self.durable.hash() != hash) {
            return Err(FrameError::StateHash(self.durable.last_seq()));
        }
        self.chain = frame.hash();
        self.pending = true;
        self.volatile = Volatile::default();
        Ok(())
    }
}

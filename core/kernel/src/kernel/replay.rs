use super::Kernel;
use crate::event::Event;
use crate::journal::{Frame, FrameError, JournalEvent};
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
        let (found, last) = (
            frame.head.first_seq,
            frame.head.first_seq + u64::from(frame.head.events) - 1,
        );
        if last < expected {
            return Ok(());
        }
        if found != expected {
            return Err(FrameError::Gap { found, expected });
        }
        if frame.head.previous != self.chain {
            return Err(FrameError::Chain(found));
        }
        for (event, seq) in frame.events()?.iter().zip(found..) {
            self.check_hash(seq, event)?;
            if crate::planted::is(8) && event.name() == "TaskProgressed" {
                continue;
            }
            self.durable.evolve(seq, frame.head.kernel_ms, event);
        }
        self.chain = frame.hash();
        self.pending = true;
        self.volatile = Volatile::default();
        Ok(())
    }

    fn check_hash(&mut self, seq: u64, event: &Event) -> Result<(), ReplayError> {
        match event {
            Event::Journal(JournalEvent::StateHashed { hash }) if self.durable.hash() != *hash => {
                Err(FrameError::StateHash(seq))
            }
            _ => Ok(()),
        }
    }
}

use super::Kernel;
use crate::event::Event;
use crate::journal::{Frame, FrameError};
use crate::state::Volatile;
use crate::tasks::TaskEvent;

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
            let ms = frame.head.kernel_ms;
            match event {
                Event::Task(event) if crate::planted::is(8) => {
                    self.durable.evolve(seq, ms, &without_progress(event).into());
                }
                event => self.durable.evolve(seq, ms, event),
            }
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

fn without_progress(event: &TaskEvent) -> TaskEvent {
    let mut event = event.clone();
    if let TaskEvent::TaskProgressed { ppm, .. } = &mut event {
        *ppm = 0;
    }
    event
}

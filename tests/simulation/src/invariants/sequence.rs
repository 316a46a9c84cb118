use super::{Invariant, Seeing, must};
use crate::facts::Facts;

/// Frames follow each other without a gap, time and epoch do not go back, and the chain is whole.
pub(super) struct Sequence;

impl Invariant for Sequence {
    fn name(&self) -> &'static str {
        "the sequence has no gaps and the chain is intact"
    }

    fn see(&mut self, facts: &Facts, what: &Seeing<'_>) -> Result<(), String> {
        let Seeing::Frame(frame) = what else { return Ok(()) };
        must(frame.first_seq == facts.seq + 1, || {
            format!("a frame begins at {} after {}", frame.first_seq, facts.seq)
        })?;
        must(!frame.events.is_empty(), || {
            format!("the frame at {} is empty", frame.first_seq)
        })?;
        must(frame.previous == facts.chain, || {
            format!("the frame at {} names another predecessor", frame.first_seq)
        })?;
        must(frame.ms >= facts.ms, || {
            format!(
                "time goes back from {} to {} at {}",
                facts.ms, frame.ms, frame.first_seq
            )
        })?;
        must(frame.epoch >= facts.frame_epoch, || {
            format!("the frame at {} is of an earlier owner", frame.first_seq)
        })
    }
}

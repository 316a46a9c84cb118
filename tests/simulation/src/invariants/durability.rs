use super::{Invariant, Seeing, must};
use crate::facts::Facts;

/// Nothing that derives from a step leaves before its events are on the disk.
#[derive(Default)]
pub(super) struct Durability {
    seq: u64,
}

impl Invariant for Durability {
    fn name(&self) -> &'static str {
        "nothing leaves before it is durable"
    }

    fn see(&mut self, _facts: &Facts, what: &Seeing<'_>) -> Result<(), String> {
        let Seeing::Released { output, durable } = what else {
            return Ok(());
        };
        must(output.last_seq <= *durable, || {
            format!(
                "answers up to {} leave while the disk is at {durable}",
                output.last_seq
            )
        })?;
        must(*durable >= self.seq, || {
            format!("the disk goes back from {} to {durable}", self.seq)
        })?;
        self.seq = *durable;
        Ok(())
    }
}

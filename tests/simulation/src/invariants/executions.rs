use std::collections::BTreeSet;

use super::{Invariant, Seeing, must};
use crate::facts::Facts;

/// No attempt is begun twice, however often its effect is given, and none that was not granted on the disk.
#[derive(Default)]
pub(super) struct Executions {
    begun: BTreeSet<u64>,
}

impl Invariant for Executions {
    fn name(&self) -> &'static str {
        "an attempt is begun once"
    }

    fn see(&mut self, facts: &Facts, what: &Seeing<'_>) -> Result<(), String> {
        let Seeing::Began { fence } = what else {
            return Ok(());
        };
        must(*fence <= facts.seq, || {
            format!("fence {fence} is begun before its grant is on the disk")
        })?;
        must(self.begun.insert(*fence), || {
            format!("fence {fence} is begun twice")
        })
    }
}

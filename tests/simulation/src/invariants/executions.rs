use std::collections::BTreeSet;

use polyphon_kernel::Effect;
use polyphon_kernel::agents::HostKind;

use super::{Invariant, Seeing, must};
use crate::facts::Facts;

/// No attempt is begun twice, however often its effect is given, none that was not granted on the disk, and none is given
/// again that ended with its process.
#[derive(Default)]
pub(super) struct Executions {
    begun: BTreeSet<u64>,
    /// Attempts inside the process.
    inside: BTreeSet<u64>,
    /// Attempts that ended with a process.
    dead: BTreeSet<u64>,
}

impl Invariant for Executions {
    fn name(&self) -> &'static str {
        "an attempt is begun once"
    }

    fn see(&mut self, facts: &Facts, what: &Seeing<'_>) -> Result<(), String> {
        match what {
            Seeing::Began { fence, .. } => {
                must(*fence <= facts.seq, || {
                    format!("fence {fence} is begun before its grant is on the disk")
                })?;
                must(self.begun.insert(*fence), || {
                    format!("fence {fence} is begun twice")
                })?;
                let agent = facts
                    .leases
                    .get(fence)
                    .and_then(|lease| facts.agents.get(&lease.agent));
                if agent.is_some_and(|agent| agent.spec.host != HostKind::Remote) {
                    self.inside.insert(*fence);
                }
                Ok(())
            }
            Seeing::Died => {
                self.dead.append(&mut self.inside);
                Ok(())
            }
            Seeing::Reopened { effects } => {
                let again = effects.iter().find_map(|effect| match effect {
                    Effect::Run { fence, .. } if self.dead.contains(&fence.0) => Some(fence),
                    _ => None,
                });
                must(again.is_none(), || {
                    format!("{again:?} ended with its process and is given again")
                })
            }
            _ => Ok(()),
        }
    }
}

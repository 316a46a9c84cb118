use polyphon_kernel::Event;
use polyphon_kernel::tasks::TaskEvent;

use super::{Invariant, Seeing, must};
use crate::facts::Facts;

/// What is reserved together never goes beyond the totals when something is granted, and all of it comes back.
pub(super) struct Grants;

impl Invariant for Grants {
    fn name(&self) -> &'static str {
        "grants stay within the totals and are all released"
    }

    fn see(&mut self, facts: &Facts, what: &Seeing<'_>) -> Result<(), String> {
        match what {
            Seeing::Event(at, Event::Task(event @ TaskEvent::TaskGranted { task, .. })) => {
                let wanted = Facts::granted_resources(event).unwrap_or_default();
                let together = facts.reserved().plus(&wanted);
                let fits = facts.totals.is_none_or(|totals| together.fits(&totals));
                must(fits, || {
                    format!(
                        "{task} is granted at {} and takes what is reserved to {together:?}",
                        at.seq
                    )
                })
            }
            Seeing::Healed => must(facts.leases.is_empty(), || {
                format!("{} grants were never released", facts.leases.len())
            }),
            _ => Ok(()),
        }
    }
}

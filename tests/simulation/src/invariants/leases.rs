use polyphon_kernel::Event;
use polyphon_kernel::leases::StopReason;
use polyphon_kernel::tasks::TaskEvent;

use super::{Invariant, Seeing, must};
use crate::facts::Facts;

/// An attempt is not told that its time is over before it is, and gets more only while it may go on.
pub(super) struct Leases;

impl Invariant for Leases {
    fn name(&self) -> &'static str {
        "an attempt has the time it was given"
    }

    fn see(&mut self, facts: &Facts, what: &Seeing<'_>) -> Result<(), String> {
        let Seeing::Event(at, Event::Task(event)) = what else {
            return Ok(());
        };
        match event {
            TaskEvent::TaskStopRequested {
                fence,
                session,
                reason: StopReason::Timeout,
                ..
            } => {
                let Some(lease) = facts.leases.get(&fence.0) else {
                    return Ok(());
                };
                // The time of its task, phase or plan may be over before its own.
                let has_run_out = facts.sessions.get(&session.0).is_none_or(|it| it.has_run_out);
                must(has_run_out || at.ms >= lease.until_ms, || {
                    format!(
                        "{fence} is stopped at {} ms and has until {} ms",
                        at.ms, lease.until_ms
                    )
                })
            }
            TaskEvent::TaskExtended { fence, length_ms, .. } => {
                let Some(lease) = facts.leases.get(&fence.0) else {
                    return Ok(());
                };
                must(
                    lease.stopping.is_none() && at.ms + length_ms > lease.until_ms,
                    || {
                        format!(
                            "{fence} is given {length_ms} ms at {} and has until {} ms",
                            at.seq, lease.until_ms
                        )
                    },
                )
            }
            _ => Ok(()),
        }
    }
}

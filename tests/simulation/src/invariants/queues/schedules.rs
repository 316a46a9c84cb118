use super::{Facts, Invariant, QueueEvent, Seeing, event, must};

/// A schedule publishes when its time has come, and never twice for one time.
pub(in crate::invariants) struct Schedules;

impl Invariant for Schedules {
    fn name(&self) -> &'static str {
        "a schedule publishes once each time"
    }

    fn see(&mut self, facts: &Facts, what: &Seeing<'_>) -> Result<(), String> {
        let wall_ms = facts.ms.saturating_add_signed(facts.offset_ms);
        if let Seeing::Healed = what {
            let mut schedules = facts.queues.schedules.iter();
            let late = schedules.find(|(_, known)| known.due_ms < wall_ms);
            return must(late.is_none(), || format!("{late:?} is late at {wall_ms}"));
        }
        let Some((at, QueueEvent::ScheduleFired { schedule, due_ms, .. })) = event(what) else {
            return Ok(());
        };
        let known = facts.queues.schedules.get(schedule);
        let is_due =
            known.is_some_and(|known| known.due_ms <= wall_ms && *due_ms > wall_ms.max(known.due_ms));
        must(is_due, || {
            format!(
                "schedule {schedule} publishes at {}, wall time {wall_ms}, again at {due_ms}: {known:?}",
                at.seq
            )
        })
    }
}

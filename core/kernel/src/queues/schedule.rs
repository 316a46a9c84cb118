//! Messages that are published at the times of a cron expression.

use polyphon_wire::wire;

use super::commands::Draft;
use super::commands::publish::Plan;
use super::cron::Cron;
use super::{QueueEvent, Queues};
use crate::id::QueueId;
use crate::payload::Payload;
use crate::state::{Sink, State};
use crate::tasks::Priority;

wire! {
    /// What is published when.
    pub struct ScheduleSpec {
        queue: QueueId,
        /// Unique in its queue.
        name: String,
        /// Minute, hour, day of the month, month, day of the week; wall time, UTC.
        cron: String,
        /// At most 256 bytes, which stand in it.
        payload: Payload,
        priority: Priority,
        /// Time after which a message is gone.
        ttl_ms: Option<u64>,
        key: Option<String>,
    }
}

wire! {
    /// A schedule.
    pub struct Schedule {
        spec: ScheduleSpec,
        /// Wall time of the next message.
        due_ms: u64,
        /// Messages it has published.
        published: u64,
        /// Times its queue had no room.
        skipped: u64,
    }
}

wire! {
    /// The schedules of a queue, oldest first.
    pub struct ScheduleList { schedules: Vec<Schedule> }
}

impl Schedule {
    pub(super) fn is(&self, queue: QueueId, name: &str) -> bool {
        self.spec.queue == queue && self.spec.name == name
    }
}

/// The schedules of a queue.
pub fn schedules(queues: &Queues, queue: QueueId) -> ScheduleList {
    let known = queues.schedules.iter().map(|(_, schedule)| schedule);
    let own = known.filter(|schedule| schedule.spec.queue == queue);
    ScheduleList {
        schedules: own.cloned().collect(),
    }
}

/// The first time after `wall_ms`, if there is one.
pub(super) fn next_ms(cron: &Cron, wall_ms: u64) -> Option<u64> {
    let minute = cron.next(wall_ms / MINUTE_MS)?;
    Some(minute * MINUTE_MS)
}

const MINUTE_MS: u64 = 60_000;

pub(super) fn draft(spec: &ScheduleSpec) -> Draft {
    let bytes = match &spec.payload {
        Payload::Inline { bytes } => bytes.0.len() as u32,
        Payload::Ref { .. } => 0,
    };
    Draft {
        bytes,
        priority: spec.priority,
        delay_ms: 0,
        ttl_ms: spec.ttl_ms,
        id: None,
        key: spec.key.clone(),
    }
}

/// The time of a schedule has come. One message stands for all times that have passed since the last one; a queue that
/// has no room for it goes without.
pub(crate) fn fire(state: &State<'_>, schedule: u64, sink: &mut Sink) {
    let queues = &state.durable.queues;
    let Some(known) = queues.schedules.get(schedule) else {
        return;
    };
    let Schedule { spec, due_ms, .. } = known;
    let after_ms = state.durable.wall_ms(state.now_ms).max(*due_ms);
    let next = Cron::parse(&spec.cron)
        .ok()
        .and_then(|cron| next_ms(&cron, after_ms));
    // Every expression that was accepted has a next time; one that had none would come no more.
    let due_ms = next.unwrap_or(u64::MAX);
    let (drafts, first) = ([draft(spec)], queues.last_number() + 1);
    let plan = Plan::of(state, spec.queue, &spec.payload, &drafts, first, None).ok();
    let plan = plan.filter(|plan| plan.refusal().is_none());
    let is_skipped = plan.is_none();
    let due_ms = if crate::planted::is(30) {
        known.due_ms
    } else {
        due_ms
    };
    sink.emit(QueueEvent::ScheduleFired {
        schedule,
        due_ms,
        is_skipped,
    });
    if let Some(plan) = plan {
        plan.emit(state, &spec.payload, sink);
    }
}

//! How often what happened.

use std::collections::BTreeMap;

/// Counts by name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counters(BTreeMap<&'static str, u64>);

/// Every fault and every branch of recovery. One that never happens is not tested, and fails a run.
const BRANCHES: &[&str] = &[
    "fault: append fails",
    "fault: append fails after the write",
    "fault: disk full",
    "fault: slow store",
    "fault: torn tail",
    "fault: bit flipped in a frame",
    "fault: bit flipped in a snapshot",
    "fault: reopening fails",
    "fault: process dies",
    "fault: process dies with frames on their way",
    "fault: process held up",
    "fault: wall clock jumps ahead",
    "fault: wall clock jumps back",
    "fault: attempt fails",
    "fault: attempt executed but reported as an error",
    "fault: report comes twice",
    "fault: report with an old fence",
    "fault: attempt falls silent",
    "fault: criterion not met",
    "fault: agent breaks",
    "fault: agent falls silent",
    "fault: start of an agent fails",
    "recovery: torn tail cut",
    "recovery: damaged frame refused",
    "recovery: damaged snapshot refused",
    "recovery: from a snapshot",
    "recovery: from the first frame",
    "recovery: doubtful request found",
    "recovery: doubtful request not found",
    "recovery: report sent again",
    "recovery: effect given again",
    "recovery: effect given again and known",
    "recovery: node started",
    "user: plan abandoned midway",
    "user: same key, same body",
    "user: same key, other body",
    "user: paused",
    "user: resumed",
    "user: cancelled",
    "user: human decides",
];

/// Refusals of the kernel that a run must have met.
const REFUSALS: &[&str] = &[
    "AGENT_HEARTBEATS",
    "AGENT_INVALID",
    "AGENT_TRANSITION",
    "AGENT_UNKNOWN",
    "COMMAND_MALFORMED",
    "EFFECT_UNKNOWN",
    "ESCALATION_RESOLVED",
    "ESCALATION_UNKNOWN",
    "IDEMPOTENCY_CONFLICT",
    "KERNEL_FORMAT_NEWER",
    "KERNEL_SETTINGS_INVALID",
    "LEASE_FENCED",
    "PLAN_COMMITTED",
    "PLAN_INCOMPLETE",
    "PLAN_INVALID",
    "PLAN_TOO_LARGE",
    "POOL_INVALID",
    "POOL_UNKNOWN",
    "SESSION_CONTEXT",
    "SESSION_ENDED",
    "SESSION_TRANSITION",
    "SESSION_UNKNOWN",
    "TASK_CYCLE",
    "TASK_DEPENDENCY_UNKNOWN",
    "TASK_DUPLICATE",
    "TASK_REPORT_INVALID",
];

impl Counters {
    pub(crate) fn count(&mut self, name: &'static str) {
        *self.0.entry(name).or_default() += 1;
    }

    /// One refusal, by its code.
    pub(crate) fn refused(&mut self, code: &str) {
        if let Some(entry) = polyphon_kernel::registry::find(code) {
            self.count(entry.code);
        }
    }

    pub(crate) fn add(&mut self, other: &Self) {
        for (name, count) in &other.0 {
            *self.0.entry(name).or_default() += count;
        }
    }

    /// Names that must have been counted and were not.
    pub(crate) fn missing(&self) -> Vec<&'static str> {
        let wanted = BRANCHES.iter().chain(REFUSALS);
        wanted
            .copied()
            .filter(|name| !self.0.contains_key(name))
            .collect()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&'static str, u64)> {
        self.0.iter().map(|(name, count)| (*name, *count))
    }
}

//! How often what happened.

use std::collections::BTreeMap;

use polyphon_kernel::{Command, Effect, Event};

/// Counts by group and name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counters(BTreeMap<(&'static str, &'static str), u64>);

pub(crate) const EVENT: &str = "event";
pub(crate) const EFFECT: &str = "effect";
pub(crate) const EFFECT_AGAIN: &str = "effect given again";
const REFUSAL: &str = "refusal";

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
    "fault: attempt refused",
    "fault: attempt falls silent",
    "fault: criterion not met",
    "fault: agent breaks",
    "fault: agent falls silent",
    "fault: start of an agent fails",
    "fault: consumer leaves",
    "fault: consumer forgets a message",
    "fault: message reported on again",
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
    "recovery: commands left for the next step",
    "user: plan abandoned midway",
    "user: same key, same body",
    "user: same key, other body",
    "user: paused",
    "user: resumed",
    "user: cancelled",
    "user: human decides",
];

/// What may become of a command; each kind of command must meet each of them.
const FATES: &[&str] = &[ACCEPTED, REFUSED, IN_DOUBT_AND_WRITTEN, IN_DOUBT_AND_LOST, DIED];

pub(crate) const ACCEPTED: &str = "accepted";
pub(crate) const REFUSED: &str = "refused";
/// The append failed, and the disk has it.
pub(crate) const IN_DOUBT_AND_WRITTEN: &str = "in doubt and written";
/// The append failed, and the disk has it not.
pub(crate) const IN_DOUBT_AND_LOST: &str = "in doubt and lost";
/// Its process died before it was answered.
pub(crate) const DIED: &str = "unanswered when its process died";

/// What can never become of a command.
const IMPOSSIBLE: &[(&str, &str)] = &[
    // The newest format is the first one: it is raised already, or refused.
    ("RaiseFormat", IN_DOUBT_AND_WRITTEN),
    // Who consumes is not written down.
    ("Consume", IN_DOUBT_AND_WRITTEN),
];

/// Events that no command can bring about yet.
const UNREACHABLE: &[&str] = &["FormatRaised"];

/// Refusals that take more than a world of a few steps holds, each of which has a test of its own in the kernel.
const OUT_OF_REACH: &[&str] = &[
    "AGENT_LIMIT",
    "LOCK_LIMIT",
    "POOL_LIMIT",
    "QUEUE_LIMIT",
    "SESSION_LIMIT",
];

/// Refusals of the kernel's domains that are the runtime's.
const OF_THE_RUNTIME: &[&str] = &[
    "AGENT_DENIED",
    "AGENT_DETACHED",
    "AGENT_REPLACED",
    "AGENT_STOPPED",
    "SESSION_NOT_READY",
];

/// Beginnings of the codes a kernel alone refuses with.
const DOMAINS: &[&str] = &[
    "AGENT_",
    "COMMAND_",
    "CURSOR_",
    "EFFECT_",
    "ESCALATION_",
    "IDEMPOTENCY_",
    "KERNEL_FORMAT_",
    "KERNEL_SETTINGS_",
    "LEASE_",
    "LOCK_",
    "MESSAGE_",
    "PLAN_",
    "POOL_",
    "QUEUE_",
    "SESSION_",
    "TASK_",
    "VALUE_",
];

impl Counters {
    pub(crate) fn count(&mut self, name: &'static str) {
        self.of("", name);
    }

    /// One of a group, which the registry or the schema lists.
    pub(crate) fn of(&mut self, group: &'static str, name: &'static str) {
        *self.0.entry((group, name)).or_default() += 1;
    }

    /// What became of a command.
    pub(crate) fn command(&mut self, command: &Command, fate: &'static str) {
        self.of(command.name(), fate);
    }

    /// One refusal, by its code.
    pub(crate) fn refused(&mut self, code: &str) {
        if let Some(entry) = polyphon_kernel::registry::find(code) {
            self.of(REFUSAL, entry.code);
        }
    }

    pub(crate) fn add(&mut self, other: &Self) {
        for (name, count) in &other.0 {
            *self.0.entry(*name).or_default() += count;
        }
    }

    /// What must have been counted and was not.
    pub(crate) fn missing(&self) -> Vec<String> {
        let wanted = wanted();
        let missing = wanted.iter().filter(|name| !self.0.contains_key(name));
        missing.map(text).collect()
    }

    /// Every count with its name.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (String, u64)> {
        self.0.iter().map(|(name, count)| (text(name), *count))
    }
}

/// Everything a run of the default size must have met.
fn wanted() -> Vec<(&'static str, &'static str)> {
    let branches = BRANCHES.iter().map(|name| ("", *name));
    let fates = Command::variants().flat_map(|(_, command)| FATES.iter().map(move |fate| (command, *fate)));
    let fates = fates.filter(|pair| !IMPOSSIBLE.contains(pair));
    let events = Event::variants().map(|(_, name)| name);
    let events = events.filter(|name| !UNREACHABLE.contains(name));
    let effects = Effect::VARIANTS
        .iter()
        .flat_map(|(_, name)| [(EFFECT, *name), (EFFECT_AGAIN, *name)]);
    let codes = polyphon_kernel::registry::entries().map(|entry| entry.code);
    let codes = codes.filter(|code| DOMAINS.iter().any(|domain| code.starts_with(domain)));
    let codes = codes.filter(|code| !OUT_OF_REACH.contains(code) && !OF_THE_RUNTIME.contains(code));
    branches
        .chain(codes.map(|code| (REFUSAL, code)))
        .chain(events.map(|name| (EVENT, name)))
        .chain(effects)
        .chain(fates)
        .collect()
}

fn text((group, name): &(&'static str, &'static str)) -> String {
    match *group {
        "" => (*name).to_owned(),
        group => format!("{group}: {name}"),
    }
}

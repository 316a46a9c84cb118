//! What is looked after at the end of a step: pools, and demands that nobody meets.

use super::{AgentEvent, pools, unserved};
use crate::event::Event;
use crate::journal::JournalEvent;
use crate::state::{Sink, State};

/// When to look again. Volatile: after a restore everything is looked at once.
#[derive(Clone, Debug)]
pub(crate) struct Upkeep {
    /// Something happened since everything was looked at.
    due: bool,
    /// An agent ended or a pool changed since ended agents of pools were looked at.
    untidy: bool,
    check_ms: Option<u64>,
}

impl Default for Upkeep {
    fn default() -> Self {
        Self {
            due: true,
            untidy: true,
            check_ms: None,
        }
    }
}

impl Upkeep {
    pub(crate) fn note(&mut self, event: &Event) {
        self.due = true;
        self.untidy |= matches!(
            event,
            Event::Agent(
                AgentEvent::AgentStopped { .. }
                    | AgentEvent::AgentFailed { .. }
                    | AgentEvent::AgentLost { .. }
                    | AgentEvent::AgentEnded { .. }
                    | AgentEvent::AgentGivenUp { .. }
                    | AgentEvent::AgentDeregistered { .. }
                    | AgentEvent::PoolRedefined { .. }
                    | AgentEvent::PoolClosing { .. }
            ) | Event::Journal(JournalEvent::NodeStarted { .. })
        );
    }

    pub(crate) fn is_due(&self, now_ms: u64) -> bool {
        self.due || self.check_ms.is_some_and(|at_ms| at_ms <= now_ms)
    }

    pub(crate) fn is_untidy(&self) -> bool {
        self.untidy
    }

    pub(crate) fn check_ms(&self) -> Option<u64> {
        self.check_ms
    }

    /// Everything was looked at, and nothing is left to do before `check_ms`.
    pub(crate) fn done(&mut self, check_ms: Option<u64>) {
        *self = Self {
            due: false,
            untidy: false,
            check_ms,
        };
    }
}

/// Does the next thing that is to be done; answers whether there was any.
pub(crate) fn next(state: &State<'_>, sink: &mut Sink) -> bool {
    pools::provision::next(state, sink) || unserved::next(state, sink)
}

/// When the passing of time alone can give [`next`] something to do.
pub(crate) fn check_ms(state: &State<'_>) -> Option<u64> {
    let checks = [pools::provision::check_ms(state), unserved::check_ms(state)];
    checks.into_iter().flatten().min()
}

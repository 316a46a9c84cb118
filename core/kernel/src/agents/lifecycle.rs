//! Where an agent can go from where it is: the one table every change of status is checked against.

use super::{Agent, AgentError, AgentStatus};
use crate::id::AgentId;
use AgentStatus::{Busy, Draining, Failed, Idle, Registered, Starting, Stopped};

/// Every change of status that may happen.
pub const TRANSITIONS: &[(AgentStatus, AgentStatus)] = &[
    // It is started, by its host or on request, or is given up before.
    (Registered, Starting),
    (Registered, Idle),
    (Registered, Busy),
    (Registered, Stopped),
    (Registered, Failed),
    (Starting, Idle),
    (Starting, Busy),
    (Starting, Draining),
    (Starting, Stopped),
    (Starting, Failed),
    // It works, or not.
    (Idle, Busy),
    (Busy, Idle),
    // Its host attached it again, perhaps changed.
    (Idle, Starting),
    (Busy, Starting),
    (Draining, Starting),
    // It ends.
    (Idle, Stopped),
    (Idle, Failed),
    (Busy, Draining),
    (Busy, Stopped),
    (Busy, Failed),
    (Draining, Stopped),
    (Draining, Failed),
    // It comes back, or is not wanted back.
    (Stopped, Starting),
    (Failed, Starting),
    (Failed, Stopped),
    // Its node ended and a new one took over.
    (Starting, Registered),
    (Idle, Registered),
    (Busy, Registered),
];

/// Whether an agent may go from `from` to `to`. Staying is no change.
pub fn allows(from: AgentStatus, to: AgentStatus) -> bool {
    from == to || TRANSITIONS.contains(&(from, to))
}

/// # Errors
/// [`AgentError::Transition`] when the agent cannot go to `to`.
pub(crate) fn check(
    id: AgentId,
    agent: &Agent,
    to: AgentStatus,
    step: &'static str,
) -> Result<(), AgentError> {
    if allows(agent.status, to) {
        Ok(())
    } else {
        Err(AgentError::Transition {
            agent: id,
            status: agent.status.name(),
            step,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn no_transition_stands_twice_and_none_leads_nowhere() {
        let mut seen = BTreeSet::new();
        for (from, to) in TRANSITIONS {
            assert_ne!(from, to);
            assert!(
                seen.insert((from.tag(), to.tag())),
                "{from:?} → {to:?} stands twice"
            );
        }
    }

    #[test]
    fn every_status_can_be_reached_and_left() {
        for status in AgentStatus::ALL {
            assert!(
                TRANSITIONS.iter().any(|(from, _)| from == status),
                "{status:?} is a trap"
            );
            assert!(
                TRANSITIONS.iter().any(|(_, to)| to == status),
                "{status:?} is out of reach"
            );
        }
    }

    #[test]
    fn work_is_only_reached_through_a_start() {
        let to_work = |from| allows(from, Idle) || allows(from, Busy);
        assert!(!to_work(Stopped) && !to_work(Failed) && !to_work(Draining));
    }
}

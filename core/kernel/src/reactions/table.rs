//! What follows what: checked against every reaction of a debug build, and no part of a release.

use crate::event::Event;
use crate::state::Sink;

/// Kinds of events.
type Kinds = &'static [&'static str];

/// Events that can end a task.
const ENDS: Kinds = &[
    "TaskCompleted",
    "TaskAttemptFailed",
    "TaskSkipped",
    "TaskCancelled",
    "TaskExpired",
    "GroupEnded",
    "EscalationResolved",
];

/// What each reaction reacts to and what it emits, in the order of the reactions. [`ENDS`] stands for itself.
const FOLLOWS: &[&[(Kinds, Kinds)]] = &[
    // escalates
    &[
        (&["TaskAttemptFailed"], &["EscalationRaised"]),
        (ENDS, &["EscalationWithdrawn"]),
    ],
    // group_ends
    &[(ENDS, &["GroupEnded"])],
    // phase_ends
    &[
        (ENDS, &["PhaseEnded"]),
        (&["PhaseOpened", "PlanCommitted", "TaskAdded"], &["PhaseEnded"]),
    ],
    // phase_opens
    &[(&["PhaseEnded"], &["PhaseOpened"])],
    // session_ends
    &[
        (ENDS, &["SessionEnded"]),
        (
            &[
                "PlanCommitted",
                "PhaseEnded",
                "SessionCancelRequested",
                "SessionTimedOut",
            ],
            &["SessionEnded"],
        ),
    ],
    // agent_drained
    &[(&["TaskCompleted", "TaskAttemptFailed"], &["AgentStopped"])],
    // alerts
    &[
        (
            &["TaskGranted", "TaskCompleted", "TaskAttemptFailed", "AgentLost"],
            &["AlertRaised"],
        ),
        (
            &[
                "TaskGranted",
                "TaskCompleted",
                "TaskAttemptFailed",
                "SessionEnded",
                "AgentStarted",
                "AgentDeregistered",
            ],
            &["AlertCleared"],
        ),
    ],
    // inherits
    &[(
        &["AgentRegistered", "AgentProvisioned", "AgentStarting"],
        &["AgentStateInherited"],
    )],
];

/// Requires that what a reaction emitted stands in the table.
pub(super) fn check(reaction: usize, event: &Event, sink: &Sink) {
    for emitted in sink.names() {
        let follows = FOLLOWS.get(reaction).into_iter().copied().flatten();
        let mut known = follows.filter(|(causes, _)| causes.contains(&event.name()));
        assert!(
            known.any(|(_, kinds)| kinds.contains(&emitted)),
            "reaction {reaction} lets {emitted} follow on {}, which its table does not say",
            event.name()
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reactions::REACTIONS;
    use std::collections::BTreeSet;

    /// Ends of entities that end once, so that a circle through them is run through a bounded number of times.
    const ONCE: Kinds = &["GroupEnded", "PhaseEnded"];

    #[test]
    fn every_reaction_has_its_line() {
        assert_eq!(FOLLOWS.len(), REACTIONS.len());
    }

    #[test]
    fn every_kind_in_the_table_is_an_event() {
        let kinds: BTreeSet<&str> = Event::variants().map(|(_, name)| name).collect();
        for (causes, effects) in FOLLOWS.iter().copied().flatten() {
            let named = causes.iter().chain(*effects);
            let unknown: Vec<&&str> = named.filter(|kind| !kinds.contains(*kind)).collect();
            assert!(unknown.is_empty(), "{unknown:?}");
        }
    }

    #[test]
    fn reactions_form_no_circle_but_through_what_ends_once() {
        let mut edges: BTreeSet<(&str, &str)> = BTreeSet::new();
        for (causes, effects) in FOLLOWS.iter().copied().flatten() {
            let effects = effects.iter().filter(|effect| !ONCE.contains(effect));
            for effect in effects {
                edges.extend(causes.iter().map(|cause| (*cause, *effect)));
            }
        }
        // Whatever nothing leads to is taken out until nothing is left, or only circles are.
        loop {
            let led_to: BTreeSet<&str> = edges.iter().map(|(_, effect)| *effect).collect();
            let before = edges.len();
            edges.retain(|(cause, _)| led_to.contains(cause));
            if edges.len() == before {
                break;
            }
        }
        assert!(edges.is_empty(), "these lead to each other: {edges:?}");
    }
}

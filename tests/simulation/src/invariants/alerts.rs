use std::collections::BTreeMap;

use polyphon_kernel::Event;
use polyphon_kernel::alerts::{AlertCondition, AlertEvent};

use super::{Invariant, Seeing, must};
use crate::facts::Facts;

/// What an alert is about.
type Scope = (AlertCondition, Option<u64>, Option<u64>);

/// A condition is told once until it is over, and it is over when what it is about is gone.
#[derive(Default)]
pub(super) struct Alerts {
    open: BTreeMap<u64, Scope>,
}

impl Invariant for Alerts {
    fn name(&self) -> &'static str {
        "an alert is raised once and cleared once"
    }

    fn see(&mut self, facts: &Facts, what: &Seeing<'_>) -> Result<(), String> {
        match what {
            Seeing::Event(
                at,
                Event::Alert(AlertEvent::AlertRaised {
                    condition,
                    session,
                    agent,
                    ..
                }),
            ) => {
                let scope = (
                    *condition,
                    session.map(|session| session.0),
                    agent.map(|agent| agent.0),
                );
                must(!self.open.values().any(|known| *known == scope), || {
                    format!("{scope:?} is told again at {}", at.seq)
                })?;
                must(is_there(facts, scope), || {
                    format!("{scope:?} is told at {} and is not there", at.seq)
                })?;
                self.open.insert(at.seq, scope);
                Ok(())
            }
            Seeing::Event(
                at,
                Event::Alert(AlertEvent::AlertCleared {
                    alert,
                    session,
                    agent,
                    ..
                }),
            ) => {
                let known = self.open.remove(&alert.0);
                let about = (session.map(|session| session.0), agent.map(|agent| agent.0));
                must(known.is_some_and(|known| (known.1, known.2) == about), || {
                    format!(
                        "{alert} about {about:?} is cleared at {} and was {known:?}",
                        at.seq
                    )
                })
            }
            Seeing::Healed => {
                let left = self.open.values().find(|scope| !is_there(facts, **scope));
                must(left.is_none(), || {
                    format!("{left:?} is gone, and its alert is not")
                })
            }
            _ => Ok(()),
        }
    }
}

fn is_there(facts: &Facts, (_, session, agent): Scope) -> bool {
    session.is_none_or(|session| facts.sessions.contains_key(&session))
        && agent.is_none_or(|agent| facts.agents.contains_key(&agent))
}

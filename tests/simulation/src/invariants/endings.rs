use polyphon_kernel::tasks::TaskSpec;

use super::{Invariant, Seeing, must};
use crate::facts::Facts;

/// With faults gone and humans answering, every plan that was started has ended.
pub(super) struct Endings;

impl Invariant for Endings {
    fn name(&self) -> &'static str {
        "started plans end or wait for a human"
    }

    fn see(&mut self, facts: &Facts, what: &Seeing<'_>) -> Result<(), String> {
        if !matches!(what, Seeing::Healed) {
            return Ok(());
        }
        let stuck = facts.sessions.iter().find(|(_, session)| session.committed);
        must(stuck.is_none(), || {
            let (id, session) = stuck.map(|(id, session)| (*id, session.status)).unzip();
            let open = facts.tasks.values().filter(|task| Some(task.session) == id);
            let open: Vec<String> = open
                .filter(|task| !task.status.is_terminal())
                .map(|task| {
                    let TaskSpec {
                        key, after, parent, ..
                    } = &task.spec;
                    format!("{key} {:?} (after {after:?}, part of {parent:?})", task.status)
                })
                .collect();
            let phases = stuck.map(|(_, session)| session.phases.iter().zip(&session.plan.phases));
            let phases: Vec<String> = phases
                .into_iter()
                .flatten()
                .map(|(status, phase)| format!("{:?} {:?} is {status:?}", phase.mode, phase.tasks))
                .collect();
            format!(
                "session {id:?} is {session:?} for ever: {}; {}",
                open.join(", "),
                phases.join(", ")
            )
        })
    }
}

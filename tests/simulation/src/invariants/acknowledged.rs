use std::collections::{BTreeMap, BTreeSet};

use polyphon_kernel::agents::commands::AgentCommand;
use polyphon_kernel::sessions::SessionEvent;
use polyphon_kernel::sessions::commands::SessionCommand;
use polyphon_kernel::tasks::TaskEvent;
use polyphon_kernel::tasks::commands::TaskCommand;
use polyphon_kernel::{Command, Event};

use super::{Invariant, Seeing, must};
use crate::facts::Facts;

/// An outside client's own log. What was answered with yes is in the journal, once; what was answered with no is not;
/// what was never answered may be either.
#[derive(Default)]
pub(super) struct Acknowledged {
    /// Calls that wait, with what a yes promises.
    waiting: BTreeMap<u64, Promise>,
    refused: BTreeSet<u64>,
    /// Tags of calls the journal has.
    written: BTreeSet<u64>,
    opened: BTreeSet<u64>,
    /// Fences whose attempt has ended.
    ended: BTreeSet<u64>,
}

#[derive(Clone, Copy, Debug)]
enum Promise {
    /// A session of the answer's number was opened.
    Session,
    /// The call itself is in the journal.
    Written,
    /// The attempt has ended.
    Ended(u64),
    /// Nothing in particular.
    Nothing,
}

impl Invariant for Acknowledged {
    fn name(&self) -> &'static str {
        "nothing acknowledged is lost, nothing refused happens"
    }

    fn see(&mut self, _facts: &Facts, what: &Seeing<'_>) -> Result<(), String> {
        match what {
            Seeing::Frame(frame) => {
                for tag in frame
                    .commands
                    .iter()
                    .filter_map(|request| tag(request.traceparent.as_deref()))
                {
                    must(!self.refused.contains(&tag), || {
                        format!("call {tag} was refused and happens")
                    })?;
                    must(self.written.insert(tag), || format!("call {tag} happens twice"))?;
                }
                Ok(())
            }
            Seeing::Event(at, Event::Session(SessionEvent::SessionOpened { .. })) => {
                self.opened.insert(at.seq);
                Ok(())
            }
            Seeing::Event(
                _,
                Event::Task(
                    TaskEvent::TaskCompleted { fence, .. } | TaskEvent::TaskAttemptFailed { fence, .. },
                ),
            ) => {
                self.ended.insert(fence.0);
                Ok(())
            }
            Seeing::Called { tag, key, command } => {
                self.waiting.insert(*tag, promise(*key, command));
                Ok(())
            }
            Seeing::Accepted { tag, entity } => {
                let kept = match self.waiting.remove(tag) {
                    Some(Promise::Session) => self.opened.contains(entity),
                    Some(Promise::Written) => self.written.contains(tag),
                    Some(Promise::Ended(fence)) => self.ended.contains(&fence),
                    Some(Promise::Nothing) | None => true,
                };
                must(kept, || {
                    format!("call {tag} was acknowledged as {entity} and is not in the journal")
                })
            }
            Seeing::Refused { tag } => {
                self.waiting.remove(tag);
                must(!self.written.contains(tag), || {
                    format!("call {tag} is in the journal and was refused")
                })?;
                self.refused.insert(*tag);
                Ok(())
            }
            Seeing::Unknown { tag } => {
                self.waiting.remove(tag);
                Ok(())
            }
            Seeing::Healed => must(self.waiting.is_empty(), || {
                format!("{} calls were never answered", self.waiting.len())
            }),
            _ => Ok(()),
        }
    }
}

fn promise(key: Option<&str>, command: &Command) -> Promise {
    match command {
        Command::Session(SessionCommand::Orchestrate { .. } | SessionCommand::BeginPlan { .. }) => {
            Promise::Session
        }
        Command::Session(SessionCommand::AddTasks { tasks, .. }) if key.is_none() && !tasks.is_empty() => {
            Promise::Written
        }
        // No two values are the same, so that one which is set always changes something.
        Command::Session(SessionCommand::UpdateContext { entries, .. })
            if key.is_none() && entries.iter().any(|(_, value)| value.is_some()) =>
        {
            Promise::Written
        }
        Command::Agent(AgentCommand::SaveAgentState { state: Some(_), .. }) if key.is_none() => {
            Promise::Written
        }
        Command::Task(
            TaskCommand::CompleteTask { fence, .. }
            | TaskCommand::FailTask { fence, .. }
            | TaskCommand::RefuseTask { fence, .. },
        ) => Promise::Ended(fence.0),
        _ => Promise::Nothing,
    }
}

/// Number of the call, which travels as its trace.
fn tag(trace: Option<&str>) -> Option<u64> {
    trace?.strip_prefix("call-")?.parse().ok()
}

//! What each rule refuses: one case for each.

mod agents;
mod drafts;
mod plans;
mod queues;
mod reports;
mod sessions;
mod settings;
mod shared;
mod streams;

use polyphon_kernel::sessions::commands::SessionCommand;
use polyphon_kernel::tasks::{PlanSpec, TaskSpec};
use polyphon_kernel::{Command, Payload, SessionId, bounds};
use polyphon_wire::Bytes;

use crate::common::{Lab, plan, shared};

/// Longer than a year.
const TOO_LONG_MS: u64 = 366 * 86_400_000 + 1;
/// A name of one byte more than a name may have.
const LONG: usize = bounds::NAME_BYTES + 1;
/// A number that names nothing.
const NOTHING: u64 = u32::MAX as u64;

/// Brings about a state and answers what must be refused in it.
type Make = Box<dyn Fn(&mut Lab) -> Vec<Command>>;

/// Something that must be refused.
pub(crate) struct Case {
    /// The code it is refused with.
    pub(crate) code: &'static str,
    /// What the refusal says.
    pub(crate) rule: &'static str,
    make: Make,
}

impl Case {
    /// Brings about the state and answers what must be refused in it.
    pub(crate) fn make(&self, lab: &mut Lab) -> Vec<Command> {
        (self.make)(lab)
    }
}

/// Every case.
pub(crate) fn all() -> Vec<Case> {
    let mut cases = Vec::new();
    settings::journal(&mut cases);
    settings::settings(&mut cases);
    agents::agents(&mut cases);
    agents::agent_specs(&mut cases);
    agents::pools(&mut cases);
    sessions::sessions(&mut cases);
    sessions::ledgers(&mut cases);
    shared::values(&mut cases);
    shared::locks(&mut cases);
    drafts::drafts(&mut cases);
    plans::plans(&mut cases);
    plans::tasks(&mut cases);
    plans::graphs(&mut cases);
    reports::reports(&mut cases);
    reports::escalations(&mut cases);
    queues::queues(&mut cases);
    queues::messages(&mut cases);
    queues::reports(&mut cases);
    queues::consequences(&mut cases);
    queues::schedules(&mut cases);
    streams::streams(&mut cases);
    cases
}

fn add<C: Into<Command>>(
    cases: &mut Vec<Case>,
    code: &'static str,
    rule: &'static str,
    make: impl Fn(&mut Lab) -> C + 'static,
) {
    cases.push(Case {
        code,
        rule,
        make: Box::new(move |lab| vec![make(lab).into()]),
    });
}

fn begin(plan: PlanSpec, expected: u32) -> SessionCommand {
    SessionCommand::BeginPlan {
        plan,
        expected,
        input: None,
    }
}

fn draft(lab: &mut Lab, expected: u32) -> SessionId {
    SessionId(lab.accept(begin(plan(), expected)))
}

fn whole(plan: PlanSpec, tasks: Vec<TaskSpec>) -> SessionCommand {
    SessionCommand::Orchestrate {
        plan,
        tasks: shared(tasks),
        input: None,
    }
}

fn inline(bytes: usize) -> Option<Payload> {
    let bytes = Bytes(vec![0; bytes]);
    Some(Payload::Inline { bytes })
}

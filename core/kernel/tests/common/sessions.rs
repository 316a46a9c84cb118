//! Short ways to hand plans in by parts and to steer sessions.

use polyphon_kernel::sessions::commands::SessionCommand;
use polyphon_kernel::tasks::TaskSpec;
use polyphon_kernel::{Payload, SessionId};
use polyphon_wire::Bytes;

use super::{Lab, plan, shared};

pub fn lab() -> Lab {
    let mut lab = Lab::new();
    lab.agent("worker", 100);
    lab
}

pub fn begin(lab: &mut Lab, expected: u32) -> SessionId {
    SessionId(lab.accept(SessionCommand::BeginPlan {
        plan: plan(),
        expected,
        input: None,
    }))
}

pub fn add(session: SessionId, tasks: Vec<TaskSpec>) -> SessionCommand {
    SessionCommand::AddTasks {
        session,
        tasks: shared(tasks),
    }
}

pub fn pause(session: SessionId) -> SessionCommand {
    let reason = "lunch".to_owned();
    SessionCommand::PauseSession { session, reason }
}

pub fn resume(session: SessionId) -> SessionCommand {
    SessionCommand::ResumeSession { session }
}

pub fn cancel(session: SessionId) -> SessionCommand {
    let reason = "enough".to_owned();
    SessionCommand::CancelSession { session, reason }
}

pub fn commit(session: SessionId) -> SessionCommand {
    SessionCommand::CommitPlan { session }
}

pub fn text(bytes: &str) -> Payload {
    Payload::Inline {
        bytes: Bytes(bytes.as_bytes().to_vec()),
    }
}

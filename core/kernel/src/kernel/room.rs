//! What one step has room for.

use crate::agents::commands::AgentCommand;
use crate::bounds::{
    HEARTBEATS, LOCK_BATCH, PART_TASKS, STEP_BYTES, STEP_COMMANDS, STEP_EVENT_BYTES, STEP_EVENTS,
    STEP_RESERVE, VALUE_BATCH,
};
use crate::command::Command;
use crate::journal::FrameWriter;
use crate::sessions::commands::SessionCommand;

/// Whether one more decision and what it leads to at once fit the step.
pub(super) fn is_left(frame: &FrameWriter) -> bool {
    frame.event_bytes() < STEP_EVENT_BYTES && frame.events() as usize + STEP_RESERVE < STEP_EVENTS
}

/// Whether `command` fits behind `before` others, with which it has `bytes`. The first may be as long as a command may be.
pub(super) fn is_left_for(frame: &FrameWriter, command: &Command, before: u32, bytes: usize) -> bool {
    let is_first = before == 0;
    frame.event_bytes() < STEP_EVENT_BYTES
        && frame.events() as usize + events(command) <= STEP_EVENTS
        && (is_first || bytes <= STEP_BYTES && (before as usize) < STEP_COMMANDS)
}

/// The most events a command and its reactions can emit.
fn events(command: &Command) -> usize {
    let own = match command {
        // One that brings more is refused.
        Command::Session(
            SessionCommand::Orchestrate { tasks, .. } | SessionCommand::AddTasks { tasks, .. },
        ) => tasks.len().min(PART_TASKS),
        Command::Session(SessionCommand::ChangeState { change, .. }) => {
            let locks = change.release.len() + change.acquire.len();
            change.writes.len().min(VALUE_BATCH) + locks.min(2 * LOCK_BATCH)
        }
        // An agent that is back is attached and started.
        Command::Agent(AgentCommand::ReportHeartbeats { beats }) => 2 * beats.len().min(HEARTBEATS),
        _ => 0,
    };
    own + STEP_RESERVE
}

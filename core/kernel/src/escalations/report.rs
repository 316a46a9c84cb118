use polyphon_wire::wire;

use crate::id::{AgentId, TaskId};
use crate::payload::Payload;
use crate::resources::Resources;
use crate::severity::Severity;
use crate::tasks::{Counts, Recovery};

wire! {
    /// What a human needs to know to decide.
    pub struct EscalationReport {
        /// Type of the error; `resource_exhaustion` when the demand exceeds the totals.
        issue_type: String,
        severity: Severity,
        /// What went wrong.
        message: String,
        /// Why a human is asked.
        reason: String,
        /// Details of the error as the agent reported them.
        details: Option<Payload>,
        /// Agent of the last attempt.
        agent: Option<AgentId>,
        /// Attempts so far.
        attempts: u32,
        /// What was tried about it.
        recoveries: Vec<Recovery>,
        recommended_actions: Vec<String>,
        /// Tasks that wait because of it, nearest first, at most 100.
        blocking_tasks: Vec<TaskId>,
        /// Whether there are more than that.
        blocking_more: bool,
        system_state: SystemState,
    }
}

wire! {
    /// The partition at the moment a human was asked.
    #[derive(Copy)]
    pub struct SystemState {
        /// Tasks of the session.
        tasks: Counts,
        /// Attempts that run in all sessions.
        running: u32,
        /// Tasks of all sessions that could run.
        ready: u32,
        /// Escalations that are open, without this one.
        escalations: u32,
        agents: u32,
        /// Agents that may be given work.
        agents_available: u32,
        reserved: Resources,
        totals: Option<Resources>,
    }
}

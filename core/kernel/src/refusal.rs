//! How a command is answered that is not accepted.

use polyphon_wire::wire;

use crate::agents::AgentError;
use crate::escalations::EscalationError;
use crate::leases::LeaseError;
use crate::outbox::OutboxError;
use crate::queues::QueueError;
use crate::sessions::{LockError, SessionError, ValueError};
use crate::tasks::TaskError;

wire! {
    /// A command was not accepted, and nothing happened.
    pub struct Refusal {
        /// Stable code; see `docs/errors`.
        code: String,
        /// What happened, where, and what to do.
        message: String,
        /// Facts, by name.
        details: Vec<(String, String)>,
    }
}

impl Refusal {
    /// A refusal with a code of the registry.
    pub(crate) fn new(code: &'static str, message: String) -> Self {
        debug_assert!(
            crate::registry::find(code).is_some(),
            "{code} is not in the registry"
        );
        Self {
            code: code.to_owned(),
            message,
            details: Vec::new(),
        }
    }

    /// Something has reached its bound.
    pub(crate) fn full(what: &str, limit: usize) -> Self {
        Self::new(
            "KERNEL_FULL",
            format!("there are {limit} {what} already; retry when some have ended"),
        )
    }

    /// As many as there may be, of something with a code of its own.
    pub(crate) fn limit(code: &'static str, what: &str, limit: usize) -> Self {
        Self::new(code, format!("there are {limit} {what} already"))
    }

    fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.details.push((name.to_owned(), value.to_string()));
        self
    }
}

impl From<LeaseError> for Refusal {
    fn from(error: LeaseError) -> Self {
        match &error {
            LeaseError::Fenced { fence } => {
                Self::new("LEASE_FENCED", error.to_string()).with("fence", fence.0)
            }
            LeaseError::Revoked { fence } => {
                Self::new("LEASE_REVOKED", error.to_string()).with("fence", fence.0)
            }
        }
    }
}

impl From<AgentError> for Refusal {
    fn from(error: AgentError) -> Self {
        let message = error.to_string();
        match error {
            AgentError::Unknown { agent } => Self::new("AGENT_UNKNOWN", message).with("agent", agent.0),
            AgentError::Invalid { key, rule } => Self::new("AGENT_INVALID", message)
                .with("key", key)
                .with("rule", rule),
            AgentError::Limit { limit } => Self::new("AGENT_LIMIT", message).with("limit", limit),
            AgentError::Transition { agent, status, .. } => Self::new("AGENT_TRANSITION", message)
                .with("agent", agent.0)
                .with("status", status),
            AgentError::Remote { agent } => Self::new("AGENT_REMOTE", message).with("agent", agent.0),
            AgentError::Heartbeats { rule } => Self::new("AGENT_HEARTBEATS", message).with("rule", rule),
            AgentError::StateInvalid { agent, rule } => Self::new("AGENT_STATE_INVALID", message)
                .with("agent", agent.0)
                .with("rule", rule),
            AgentError::DiscardUnknown { discard } => {
                Self::new("AGENT_STATE_UNKNOWN", message).with("discard", discard)
            }
            AgentError::PoolUnknown { pool } => Self::new("POOL_UNKNOWN", message).with("pool", pool.0),
            AgentError::PoolInvalid { key, rule } => Self::new("POOL_INVALID", message)
                .with("key", key)
                .with("rule", rule),
            AgentError::PoolLimit { limit } => Self::new("POOL_LIMIT", message).with("limit", limit),
        }
    }
}

impl From<SessionError> for Refusal {
    fn from(error: SessionError) -> Self {
        let message = error.to_string();
        match error {
            SessionError::Unknown { session } => {
                Self::new("SESSION_UNKNOWN", message).with("session", session.0)
            }
            SessionError::Ended { session } => Self::new("SESSION_ENDED", message).with("session", session.0),
            SessionError::Limit { limit } => Self::new("SESSION_LIMIT", message).with("limit", limit),
            SessionError::Transition { session, status, .. } => Self::new("SESSION_TRANSITION", message)
                .with("session", session.0)
                .with("status", status),
            SessionError::Ledger { session, rule } => Self::new("SESSION_LEDGER", message)
                .with("session", session.0)
                .with("rule", rule),
            SessionError::Context { session, rule } => Self::new("SESSION_CONTEXT", message)
                .with("session", session.0)
                .with("rule", rule),
        }
    }
}

impl From<ValueError> for Refusal {
    fn from(error: ValueError) -> Self {
        let message = error.to_string();
        match error {
            ValueError::Invalid { rule } => Self::new("VALUE_INVALID", message).with("rule", rule),
            ValueError::Conflict { key, found, expected } => Self::new("VALUE_CONFLICT", message)
                .with("scope", key.scope.name())
                .with("owner", key.owner)
                .with("name", key.name)
                .with("version", found)
                .with("expected", expected),
            ValueError::Limit { what, limit } => Self::new("VALUE_LIMIT", message)
                .with("what", what)
                .with("limit", limit),
        }
    }
}

impl From<LockError> for Refusal {
    fn from(error: LockError) -> Self {
        let message = error.to_string();
        match error {
            LockError::Invalid { rule } => Self::new("LOCK_INVALID", message).with("rule", rule),
            LockError::Held { name, owner, lock } => Self::new("LOCK_HELD", message)
                .with("name", name)
                .with("owner", owner)
                .with("lock", lock.0),
            LockError::Deadlock { cycle } => {
                Self::new("LOCK_DEADLOCK", message).with("cycle", cycle.join(" → "))
            }
            LockError::Limit { what, limit } => Self::new("LOCK_LIMIT", message)
                .with("what", what)
                .with("limit", limit),
        }
    }
}

impl From<EscalationError> for Refusal {
    fn from(error: EscalationError) -> Self {
        let message = error.to_string();
        match error {
            EscalationError::Unknown { escalation } => {
                Self::new("ESCALATION_UNKNOWN", message).with("escalation", escalation.0)
            }
            EscalationError::Resolved { escalation, outcome } => Self::new("ESCALATION_RESOLVED", message)
                .with("escalation", escalation.0)
                .with("outcome", outcome),
        }
    }
}

impl From<OutboxError> for Refusal {
    fn from(error: OutboxError) -> Self {
        let message = error.to_string();
        match error {
            OutboxError::Unknown { effect } => Self::new("EFFECT_UNKNOWN", message).with("effect", effect.0),
        }
    }
}

impl From<TaskError> for Refusal {
    fn from(error: TaskError) -> Self {
        let message = error.to_string();
        match error {
            TaskError::PlanTooLarge { tasks, limit } | TaskError::PartTooLarge { tasks, limit } => {
                Self::new("PLAN_TOO_LARGE", message)
                    .with("tasks", tasks)
                    .with("limit", limit)
            }
            TaskError::PlanTooHeavy { bytes, limit } => Self::new("PLAN_TOO_LARGE", message)
                .with("bytes", bytes)
                .with("limit", limit),
            TaskError::PlanInvalid { place, rule } => Self::new("PLAN_INVALID", message)
                .with("place", place)
                .with("rule", rule),
            TaskError::PlanIncomplete { got, expected } => Self::new("PLAN_INCOMPLETE", message)
                .with("got", got)
                .with("expected", expected),
            TaskError::PlanCommitted { session } => {
                Self::new("PLAN_COMMITTED", message).with("session", session.0)
            }
            TaskError::Cycle { path } => Self::new("TASK_CYCLE", message).with("path", path.join(" → ")),
            TaskError::Duplicate { key } => Self::new("TASK_DUPLICATE", message).with("key", key),
            TaskError::DependencyUnknown { key, index } => Self::new("TASK_DEPENDENCY_UNKNOWN", message)
                .with("key", key)
                .with("index", index),
            TaskError::ReportInvalid { task, rule } => Self::new("TASK_REPORT_INVALID", message)
                .with("task", task.0)
                .with("rule", rule),
        }
    }
}

impl From<QueueError> for Refusal {
    fn from(error: QueueError) -> Self {
        let message = error.to_string();
        match error {
            QueueError::Unknown { queue } => Self::new("QUEUE_UNKNOWN", message).with("queue", queue.0),
            QueueError::Invalid { rule, .. } => Self::new("QUEUE_INVALID", message).with("rule", rule),
            QueueError::Full { messages, bytes, .. } => Self::new("QUEUE_FULL", message)
                .with("messages", messages)
                .with("bytes", bytes),
            QueueError::NotEmpty { messages, groups, .. } => Self::new("QUEUE_NOT_EMPTY", message)
                .with("messages", messages)
                .with("groups", groups),
            QueueError::Kind { queue, rule } => Self::new("QUEUE_KIND", message)
                .with("queue", queue.0)
                .with("rule", rule),
            QueueError::CursorExpired { position, oldest } => Self::new("CURSOR_EXPIRED", message)
                .with("position", position.0)
                .with("oldest", oldest.0),
            QueueError::CursorUnknown { cursor } => {
                Self::new("CURSOR_UNKNOWN", message).with("cursor", cursor)
            }
            QueueError::MessageInvalid { rule } => Self::new("MESSAGE_INVALID", message).with("rule", rule),
            QueueError::MessageUnknown { message: id } => {
                Self::new("MESSAGE_UNKNOWN", message).with("message", id.0)
            }
            QueueError::ScheduleInvalid { rule } => Self::new("SCHEDULE_INVALID", message).with("rule", rule),
            QueueError::ScheduleUnknown { name } => Self::new("SCHEDULE_UNKNOWN", message).with("name", name),
        }
    }
}

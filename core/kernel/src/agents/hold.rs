//! What the state of an agent means for the attempts in its hands.

use super::{Agent, AgentEvent, AgentStatus, Agents, Intent};
use crate::id::{AgentId, Fence};
use crate::leases::Lease;

/// Whether an attempt is in good hands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Hold {
    /// Its agent works on it.
    Firm,
    /// Its agent may work on it still but shall not: the attempt is taken back.
    Lost,
    /// Nobody works on it: it has ended without a word.
    Gone,
}

impl Agents {
    /// How `lease` is held, in the given epoch.
    pub(crate) fn hold(&self, fence: Fence, lease: &Lease, epoch: u64) -> Hold {
        match self.get(lease.agent) {
            None => Hold::Gone,
            Some(agent) if agent.is_local() && is_earlier(agent, fence, lease, epoch) => Hold::Gone,
            Some(agent) if agent.status.is_over() && agent.end.is_none() => Hold::Gone,
            Some(agent) if agent.status.is_over() || is_overdue(agent) => Hold::Lost,
            Some(_) => Hold::Firm,
        }
    }
}

impl AgentEvent {
    /// The agent whose attempts are held differently after this event.
    pub(crate) fn changes_hold(&self) -> Option<AgentId> {
        match self {
            Self::AgentAttached { agent, .. }
            | Self::AgentStarting { agent, .. }
            | Self::AgentStopped { agent, .. }
            | Self::AgentFailed { agent, .. }
            | Self::AgentLost { agent, .. }
            | Self::AgentEnded { agent, .. }
            | Self::AgentOverdue { agent }
            | Self::AgentDeregistered { agent, .. } => Some(*agent),
            _ => None,
        }
    }
}

/// Whether the attempt was begun by an earlier life of the agent: before its node or itself was started anew.
fn is_earlier(agent: &Agent, fence: Fence, lease: &Lease, epoch: u64) -> bool {
    lease.epoch < epoch || agent.start.is_some_and(|start| fence < start)
}

fn is_overdue(agent: &Agent) -> bool {
    agent.status == AgentStatus::Draining && agent.intent == Intent::Revoke
}

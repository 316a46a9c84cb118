use crate::agents::{Agent, AgentStatus};

/// What the agents of a pool add up to; derived.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Tally {
    /// Agents at work, being started, or about to be started again.
    pub live: u32,
    /// Agents that finish their work or are being ended.
    pub ending: u32,
    /// Tasks the live ones work on.
    pub load: u64,
}

/// What one agent adds to the tally of its pool.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Share {
    live: bool,
    ending: bool,
    load: u32,
}

impl Share {
    pub(crate) fn of(agent: &Agent) -> Self {
        let live = agent.status.is_live() || agent.is_restarting();
        Self {
            live,
            ending: !live && (agent.status == AgentStatus::Draining || agent.end.is_some()),
            load: if live { agent.load } else { 0 },
        }
    }
}

impl Tally {
    pub(super) fn add(&mut self, share: Share) {
        self.live += u32::from(share.live);
        self.ending += u32::from(share.ending);
        self.load += u64::from(share.load);
    }

    pub(super) fn take(&mut self, share: Share) {
        self.live -= u32::from(share.live);
        self.ending -= u32::from(share.ending);
        self.load -= u64::from(share.load);
    }
}

use polyphon_wire::wire;

wire! {
    /// Where an agent is in its life.
    pub choice AgentStatus {
        /// Known, not started.
        0 => Registered,
        /// Being started.
        1 => Starting,
        /// Ready, without work.
        2 => Idle,
        /// Ready, with work.
        3 => Busy,
        /// Finishing its work, taking no more.
        4 => Draining,
        /// Ended as asked.
        5 => Stopped,
        /// Broken, or lost.
        6 => Failed,
    }
}

wire! {
    /// What the failure detector thinks.
    pub choice Health {
        /// Heard from as often as usual.
        0 => Healthy,
        /// Later than usual.
        1 => Degraded,
        /// So late that it is probably gone.
        2 => Unhealthy,
    }
}

wire! {
    /// What is going to happen to an agent.
    pub choice Intent {
        /// Nothing in particular.
        0 => Stay,
        /// It was asked to stop together with all others, and will be told in turn.
        1 => Stop,
        /// Its time to finish is over; its attempts are taken back.
        2 => Revoke,
        /// It failed and is started again when its time comes.
        3 => Restart,
        /// It failed too often and is not started again.
        4 => GiveUp,
    }
}

impl AgentStatus {
    /// Lower-case name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Registered => "registered",
            Self::Starting => "starting",
            Self::Idle => "idle",
            Self::Busy => "busy",
            Self::Draining => "draining",
            Self::Stopped => "stopped",
            Self::Failed => "failed",
        }
    }

    /// Whether it may be given work.
    pub fn takes_work(self) -> bool {
        matches!(self, Self::Idle | Self::Busy)
    }

    /// Whether it is at work or about to be.
    pub fn is_live(self) -> bool {
        matches!(self, Self::Starting | Self::Idle | Self::Busy)
    }

    /// Whether it has ended, one way or the other.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Stopped | Self::Failed)
    }
}

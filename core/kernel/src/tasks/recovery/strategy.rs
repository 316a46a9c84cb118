use polyphon_wire::wire;

wire! {
    /// What is tried about a failure.
    pub choice Strategy {
        /// The agent installs the dependencies anew. Immediate.
        0 => ReinstallDeps,
        /// The agent corrects permissions. Immediate.
        1 => FixPermissions,
        /// The agent works on less data. Immediate.
        2 => ReduceDataset,
        /// The agent gets more time. Immediate.
        3 => ExtendTimeout,
        /// The same again, after a wait that grows.
        4 => RetryWithBackoff,
        /// The same again, after the plan's delay.
        5 => Retry,
        /// In a fresh environment, after the plan's delay.
        6 => EnvironmentReset,
        /// On another agent than the last one, after the plan's delay.
        7 => ReallocateAgent,
        /// With more memory, processor time and time, after the plan's delay.
        8 => IncreaseAllocation,
        /// On another agent than the last one, after the plan's delay.
        9 => AlternativeAgent,
    }
}

impl Strategy {
    /// The name agents and reports know it by.
    pub fn name(self) -> &'static str {
        match self {
            Self::ReinstallDeps => "reinstall_deps",
            Self::FixPermissions => "fix_permissions",
            Self::ReduceDataset => "reduce_dataset",
            Self::ExtendTimeout => "extend_timeout",
            Self::RetryWithBackoff => "retry_with_backoff",
            Self::Retry => "retry",
            Self::EnvironmentReset => "environment_reset",
            Self::ReallocateAgent => "reallocate_agent",
            Self::IncreaseAllocation => "increase_allocation",
            Self::AlternativeAgent => "alternative_agent",
        }
    }

    /// Whether it changes something that makes waiting pointless.
    pub(super) fn repairs(self) -> bool {
        matches!(
            self,
            Self::ReinstallDeps | Self::FixPermissions | Self::ReduceDataset | Self::ExtendTimeout
        )
    }

    pub(super) fn leaves_agent(self) -> bool {
        matches!(self, Self::ReallocateAgent | Self::AlternativeAgent)
    }
}

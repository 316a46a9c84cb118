//! The configuration in force. It enters as a command and is an event, so that a journal says what held when.

use polyphon_wire::wire;

use crate::agents::AgentSettings;
use crate::alerts::{self, AlertRule};
use crate::escalations::EscalationSettings;
use crate::resources::Resources;
use crate::sessions::ValueSettings;
use crate::tasks::recovery::RecoverySettings;

wire! {
    /// How an agent is chosen among those that could.
    pub choice Selection {
        /// Priority, then load, then measured performance, then turns.
        0 => PriorityLoadPerformance,
        /// Load, then turns.
        1 => LeastLoaded,
        /// Turns.
        2 => RoundRobin,
        /// Measured performance, then load, then turns.
        3 => Fastest,
    }
}

wire! {
    /// What a partition goes by. Times in milliseconds.
    pub struct Settings {
        /// What may be reserved at once; `None` is without bound.
        totals: Option<Resources>,
        selection: Selection,
        /// Waiting time that lifts a ready task by one priority.
        ageing_ms: u64,
        /// Waiting time after which what becomes free is kept for a task.
        starvation_ms: u64,
        /// Time an agent has to finish its work when it is stopped.
        shutdown_ms: u64,
        agents: AgentSettings,
        /// Time after which a plan that is being handed in and does not grow is given up.
        draft_ms: u64,
        recovery: RecoverySettings,
        alerts: Vec<AlertRule>,
        escalations: EscalationSettings,
        values: ValueSettings,
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            totals: None,
            selection: Selection::PriorityLoadPerformance,
            ageing_ms: 30_000,
            starvation_ms: 120_000,
            shutdown_ms: 30_000,
            agents: AgentSettings::default(),
            draft_ms: 600_000,
            recovery: RecoverySettings::default(),
            alerts: alerts::defaults(),
            escalations: EscalationSettings::default(),
            values: ValueSettings::default(),
        }
    }
}

impl Settings {
    /// The first rule the settings break.
    pub fn broken_rule(&self) -> Option<&'static str> {
        let rules = [
            (self.ageing_ms > 0, "ageing_ms must be at least 1"),
            (self.draft_ms > 0, "draft_ms must be at least 1"),
        ];
        let broken = rules.iter().find(|(kept, _)| !kept).map(|(_, rule)| *rule);
        broken
            .or_else(|| self.agents.broken_rule())
            .or_else(|| self.recovery.broken_rule())
            .or_else(|| alerts::broken_rule(&self.alerts))
    }
}

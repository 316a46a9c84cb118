//! In which order agents are offered a task: a list of criteria, the weightiest first. Equals take turns.

use polyphon_wire::wire;

use super::Agent;
use crate::id::AgentId;
use crate::settings::{Selection, Settings};

wire! {
    /// A criterion by which agents are ranked.
    pub choice RankBy {
        /// The higher priority.
        0 => Priority,
        /// The smaller part of its greatest load in use.
        1 => Load,
        /// The shorter measured time to a success: mean duration over success ratio.
        2 => Performance,
        /// The greater ratio of attempts that succeeded.
        3 => Success,
        /// The shorter mean duration.
        4 => Speed,
    }
}

/// Criteria a ranking may have.
pub(crate) const CRITERIA: usize = 4;

/// An agent's place among those that have room; the smallest is offered a task first.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Standing {
    /// A degraded agent comes after every healthy one.
    health: u64,
    criteria: [u64; CRITERIA],
    /// Sequence of its last grant: whoever waited longest is next.
    granted_seq: u64,
    pub(crate) agent: AgentId,
}

/// The criteria in force.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Ranking(Vec<RankBy>);

impl Ranking {
    pub(crate) fn of(settings: &Settings) -> Self {
        if settings.agents.ranking.is_empty() {
            Self(preset(settings.selection).to_vec())
        } else {
            Self(settings.agents.ranking.clone())
        }
    }

    /// The place of an agent that has room; `None` for all others.
    pub(crate) fn standing(&self, id: AgentId, agent: &Agent) -> Option<Standing> {
        if !agent.has_room() {
            return None;
        }
        let mut criteria = [0; CRITERIA];
        for (place, criterion) in criteria.iter_mut().zip(&self.0) {
            *place = criterion.cost(agent);
        }
        Some(Standing {
            health: agent.health.tag(),
            criteria,
            granted_seq: agent.granted_seq,
            agent: id,
        })
    }
}

impl Default for Ranking {
    fn default() -> Self {
        Self(preset(Selection::PriorityLoadPerformance).to_vec())
    }
}

impl RankBy {
    /// Smaller is better. Measured values are coarse, so that agents which are about as good still take turns.
    fn cost(self, agent: &Agent) -> u64 {
        match self {
            Self::Priority => u64::MAX - u64::from(agent.spec.priority),
            Self::Load => u64::from(agent.load) * 1_000_000 / u64::from(agent.spec.max_load.max(1)),
            Self::Performance => {
                magnitude(agent.mean_ms.saturating_mul(1_000_000) / agent.success_ppm.max(1))
            }
            Self::Success => 1_000_000u64.saturating_sub(agent.success_ppm) / 50_000,
            Self::Speed => magnitude(agent.mean_ms),
        }
    }
}

/// The strategies that have a name.
fn preset(selection: Selection) -> &'static [RankBy] {
    match selection {
        Selection::PriorityLoadPerformance => &[RankBy::Priority, RankBy::Load, RankBy::Performance],
        Selection::LeastLoaded => &[RankBy::Load],
        Selection::RoundRobin => &[],
        Selection::Fastest => &[RankBy::Performance, RankBy::Load],
    }
}

fn magnitude(value: u64) -> u64 {
    u64::from(64 - value.leading_zeros())
}

use polyphon_wire::wire;

use crate::severity::Severity;
use crate::text::is_name;

/// Rules there may be.
const RULES: usize = 16;

wire! {
    /// What an alert is about.
    pub choice AlertCondition {
        /// Failed attempts of a session over those that ended lately; millionths.
        0 => FailureRate,
        /// Reserved memory over the total; millionths.
        1 => MemoryUsage,
        /// Silence of an agent that is taken for lost; milliseconds.
        2 => AgentSilence,
        /// How long attempts of a class take lately over how long the first took; millionths.
        3 => Slowdown,
    }
}

wire! {
    /// What is done about it.
    pub choice AlertAction {
        /// Somebody is told.
        0 => Tell,
        /// Tasks of the session that have not run yet are held back, until a human resumes it or the alert is cleared.
        1 => PauseNewTasks,
        /// No task is granted that would bring reserved memory above the threshold.
        2 => ReduceParallelTasks,
        /// The agent's tasks go to others.
        3 => ReassignTasks,
        /// The slowest tasks are named.
        4 => InvestigateBottlenecks,
    }
}

wire! {
    /// When an alert is raised and what it does.
    pub struct AlertRule {
        name: String,
        condition: AlertCondition,
        /// The alert is raised above this; that of a silent agent when it is lost and was silent for at least this.
        threshold: u64,
        /// And cleared at this or below.
        clear: u64,
        /// Ended attempts below which nothing is concluded.
        min_samples: u32,
        /// Least time between two changes of the alert.
        interval_ms: u64,
        severity: Severity,
        action: AlertAction,
    }
}

impl AlertAction {
    /// The name reports know it by.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tell => "tell",
            Self::PauseNewTasks => "pause_new_tasks",
            Self::ReduceParallelTasks => "reduce_parallel_tasks",
            Self::ReassignTasks => "reassign_tasks",
            Self::InvestigateBottlenecks => "investigate_bottlenecks",
        }
    }
}

/// The four rules of the specification.
pub(crate) fn defaults() -> Vec<AlertRule> {
    use AlertAction::{InvestigateBottlenecks, PauseNewTasks, ReassignTasks, ReduceParallelTasks};
    use Severity::{Critical, Warning};
    let rule = |name: &str, condition, (threshold, clear), severity, action| AlertRule {
        name: name.to_owned(),
        condition,
        threshold,
        clear,
        min_samples: 5,
        interval_ms: 10_000,
        severity,
        action,
    };
    vec![
        rule(
            "high_failure_rate",
            AlertCondition::FailureRate,
            (200_000, 150_000),
            Critical,
            PauseNewTasks,
        ),
        rule(
            "memory_exhaustion",
            AlertCondition::MemoryUsage,
            (900_000, 800_000),
            Warning,
            ReduceParallelTasks,
        ),
        rule(
            "agent_unresponsive",
            AlertCondition::AgentSilence,
            (120_000, 0),
            Critical,
            ReassignTasks,
        ),
        rule(
            "performance_degradation",
            AlertCondition::Slowdown,
            (2_000_000, 1_500_000),
            Warning,
            InvestigateBottlenecks,
        ),
    ]
}

/// The first bound the rules break.
pub(crate) fn broken_rule(rules: &[AlertRule]) -> Option<&'static str> {
    let conditions: Vec<AlertCondition> = rules.iter().map(|rule| rule.condition).collect();
    let checks = [
        (rules.len() <= RULES, "at most 16 alert rules"),
        (
            rules.iter().all(|rule| is_name(&rule.name)),
            "an alert rule needs a name of 1 to 256 bytes",
        ),
        (
            rules.iter().all(|rule| rule.clear <= rule.threshold),
            "an alert is cleared at its threshold or below",
        ),
        (
            crate::order::are_distinct(&conditions),
            "a condition has one alert rule",
        ),
    ];
    checks.iter().find(|(kept, _)| !kept).map(|(_, rule)| *rule)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_rules_keep_their_own_bounds() {
        assert_eq!(broken_rule(&defaults()), None);
    }

    #[test]
    fn rules_are_refused_for_each_bound_they_break() {
        let broken = |change: fn(&mut Vec<AlertRule>)| {
            let mut rules = defaults();
            change(&mut rules);
            broken_rule(&rules)
        };
        assert!(broken(|rules| rules[0].name.clear()).is_some());
        assert!(broken(|rules| rules[0].clear = u64::MAX).is_some());
        assert!(broken(|rules| rules.push(rules[0].clone())).is_some());
        assert!(broken(|rules| *rules = vec![rules[0].clone(); 17]).is_some());
    }
}

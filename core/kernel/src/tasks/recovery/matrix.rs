use polyphon_wire::wire;

use super::strategy::Strategy;
use crate::severity::Severity;
use crate::text::is_name;

/// The row for every error type without one of its own.
pub const OTHER: &str = "other";

/// Rows a matrix may have.
const ROWS: usize = 200;
/// Recommendations a row may have.
const ADVICE: usize = 20;

wire! {
    /// When a human is asked about a task whose strategies are used up.
    pub choice AskHuman {
        /// Never: the task fails.
        0 => Never,
        /// At once, before any strategy.
        1 => Always,
        /// When the same error came back after a recovery.
        2 => IfPersistent,
        /// When the attempt took at least twice the time the plan gives.
        3 => IfExceedsTwice,
        /// When several tasks fail alike.
        4 => IfWidespread,
    }
}

wire! {
    /// What is done about one type of error: a row of the decision matrix.
    pub struct RecoveryRule {
        error_type: String,
        /// Level 1: what the agent tries, once.
        agent: Option<Strategy>,
        /// Level 2: what the orchestrator tries, as often as the plan's retries allow.
        orchestrator: Option<Strategy>,
        /// Level 3.
        human: AskHuman,
        severity: Severity,
        /// What a human is recommended to do.
        advice: Vec<String>,
    }
}

wire! {
    /// How much more a task gets when its allocation is increased. Factors in millionths.
    #[derive(Copy)]
    pub struct Increase {
        memory_ppm: u32,
        cpu_ppm: u32,
        /// Processor time is not increased beyond this.
        cpu_max_milli: u64,
        timeout_ppm: u32,
    }
}

wire! {
    /// The decision matrix and its numbers.
    pub struct RecoverySettings {
        rules: Vec<RecoveryRule>,
        increase: Increase,
        /// Tasks that fail alike at one time and make an error widespread.
        widespread_tasks: u32,
        /// Longest wait of a backoff.
        backoff_max_ms: u64,
    }
}

impl Default for RecoverySettings {
    fn default() -> Self {
        Self {
            rules: default_rules(),
            increase: Increase {
                memory_ppm: 2_000_000,
                cpu_ppm: 2_000_000,
                cpu_max_milli: 4_000,
                timeout_ppm: 1_500_000,
            },
            widespread_tasks: 3,
            backoff_max_ms: 3_600_000,
        }
    }
}

impl RecoverySettings {
    /// The row of an error type. `timeout` and `timeout_error` name one type.
    pub fn rule(&self, error_type: &str) -> Option<&RecoveryRule> {
        let base = |name: &str| name.strip_suffix("_error").map(str::len).unwrap_or(name.len());
        let wanted = &error_type[..base(error_type)];
        let row = |name: &str| self.rules.iter().find(|rule| rule.error_type == name);
        let alike = || {
            let mut rules = self.rules.iter();
            rules.find(|rule| rule.error_type[..base(&rule.error_type)] == *wanted)
        };
        row(error_type).or_else(alike).or_else(|| row(OTHER))
    }

    pub(crate) fn broken_rule(&self) -> Option<&'static str> {
        let factors = [
            self.increase.memory_ppm,
            self.increase.cpu_ppm,
            self.increase.timeout_ppm,
        ];
        let types: Vec<&str> = self.rules.iter().map(|rule| rule.error_type.as_str()).collect();
        let rules = [
            (self.rules.len() <= ROWS, "a recovery matrix has at most 200 rows"),
            (
                types.iter().all(|name| is_name(name)),
                "an error type has 1 to 256 bytes",
            ),
            (
                crate::order::are_distinct(&types),
                "an error type has one row in the recovery matrix",
            ),
            (
                types.contains(&OTHER),
                "the recovery matrix needs a row for \"other\"",
            ),
            (
                self.rules.iter().all(has_bounded_advice),
                "a row recommends at most 20 things of at most 4,096 bytes",
            ),
            (
                factors
                    .iter()
                    .all(|factor| (1_000_000..=1_000_000_000).contains(factor)),
                "an increase is a factor of 1 to 1,000",
            ),
            (self.widespread_tasks > 0, "widespread_tasks must be at least 1"),
        ];
        rules.iter().find(|(kept, _)| !kept).map(|(_, rule)| *rule)
    }
}

fn has_bounded_advice(rule: &RecoveryRule) -> bool {
    rule.advice.len() <= ADVICE
        && rule
            .advice
            .iter()
            .all(|text| text.len() <= crate::bounds::ERROR_TEXT)
}

/// The matrix of the specification, completed with the types the kernel itself names.
fn default_rules() -> Vec<RecoveryRule> {
    use AskHuman::{Always, IfExceedsTwice, IfPersistent, IfWidespread, Never};
    use Severity::{Critical, Warning};
    use Strategy as S;
    let row = |error_type: &str, agent, orchestrator, human, severity, advice: &[&str]| RecoveryRule {
        error_type: error_type.to_owned(),
        agent,
        orchestrator,
        human,
        severity,
        advice: advice.iter().map(|text| (*text).to_owned()).collect(),
    };
    vec![
        row(
            "import_error",
            Some(S::ReinstallDeps),
            Some(S::EnvironmentReset),
            Never,
            Warning,
            &["Check that every dependency is declared and can be installed"],
        ),
        row(
            "permission_error",
            Some(S::FixPermissions),
            Some(S::ReallocateAgent),
            Never,
            Warning,
            &["Check the owner and mode of the files the message names"],
        ),
        row(
            "memory_error",
            Some(S::ReduceDataset),
            Some(S::IncreaseAllocation),
            IfPersistent,
            Critical,
            &[
                "Look for a leak: it failed with more memory as well",
                "Raise memory_mb of the task, or the totals",
            ],
        ),
        row(
            "timeout",
            Some(S::ExtendTimeout),
            Some(S::IncreaseAllocation),
            IfExceedsTwice,
            Warning,
            &[
                "Find out what the task waits for",
                "Raise the timeout of the task",
            ],
        ),
        row(
            "calculation_error",
            None,
            None,
            Always,
            Critical,
            &[
                "Compare the expected with the computed value",
                "Add a tolerance where only rounding differs",
            ],
        ),
        row(
            "logic_error",
            None,
            None,
            Always,
            Critical,
            &["Review the assertion that failed and the code behind it"],
        ),
        row(
            "system_error",
            None,
            Some(S::ReallocateAgent),
            IfPersistent,
            Critical,
            &["Check the machine: disk space, limits, system log"],
        ),
        row(
            "network_error",
            Some(S::RetryWithBackoff),
            Some(S::AlternativeAgent),
            IfWidespread,
            Warning,
            &["Check that the service the message names can be reached"],
        ),
        row(
            "criteria_unmet",
            Some(S::Retry),
            Some(S::AlternativeAgent),
            IfPersistent,
            Warning,
            &["Compare measured values with the criteria; approve if the result will do"],
        ),
        row(
            "agent_lost",
            None,
            Some(S::ReallocateAgent),
            IfPersistent,
            Critical,
            &["Find out why agents that take this task are lost"],
        ),
        row(
            "resource_exhaustion",
            None,
            Some(S::IncreaseAllocation),
            IfPersistent,
            Critical,
            &["Raise the resources of the task, or the totals"],
        ),
        row(
            OTHER,
            None,
            Some(S::AlternativeAgent),
            IfPersistent,
            Warning,
            &["Read the message and the log of the attempt"],
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_matrix_keeps_its_own_rules() {
        assert_eq!(RecoverySettings::default().broken_rule(), None);
    }

    #[test]
    fn an_error_type_is_found_with_and_without_its_suffix_and_others_share_a_row() {
        let settings = RecoverySettings::default();
        let row = |name: &str| settings.rule(name).map(|rule| rule.error_type.as_str());
        assert_eq!(row("timeout_error"), Some("timeout"));
        assert_eq!(row("memory"), Some("memory_error"));
        assert_eq!(row("memory_error"), Some("memory_error"));
        assert_eq!(row("gremlins"), Some("other"));
        assert_eq!(row("_error"), Some("other"));
    }

    #[test]
    fn a_matrix_is_refused_for_each_rule_it_breaks() {
        let broken = |change: fn(&mut RecoverySettings)| {
            let mut settings = RecoverySettings::default();
            change(&mut settings);
            settings.broken_rule()
        };
        assert!(broken(|s| s.rules.retain(|rule| rule.error_type != OTHER)).is_some());
        assert!(broken(|s| s.rules.push(s.rules[0].clone())).is_some());
        assert!(broken(|s| s.rules[0].error_type.clear()).is_some());
        assert!(broken(|s| s.rules[0].advice = vec![String::new(); 21]).is_some());
        assert!(broken(|s| s.increase.memory_ppm = 999_999).is_some());
        assert!(broken(|s| s.widespread_tasks = 0).is_some());
        assert!(broken(|s| s.rules = vec![s.rules[0].clone(); 201]).is_some());
    }
}

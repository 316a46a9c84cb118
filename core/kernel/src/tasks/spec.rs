use std::sync::Arc;

use polyphon_wire::wire;

use crate::agents::Permission;
use crate::id::AgentId;
use crate::payload::Payload;
use crate::resources::Resources;

wire! {
    /// How much a task matters.
    pub choice Priority {
        /// Whenever there is time.
        0 => Low,
        /// As usual.
        1 => Medium,
        /// Before others.
        2 => High,
        /// Before everything.
        3 => Critical,
    }
}

wire! {
    /// What an agent must bring and a task reserves.
    #[derive(Ord, PartialOrd)]
    pub struct Demand {
        agent_type: Option<String>,
        /// Capabilities, sorted, without repeats.
        needs: Vec<String>,
        permission: Permission,
        resources: Resources,
        /// An agent that shall not get the task again.
        avoid: Option<AgentId>,
    }
}

wire! {
    /// A bound on a measured value, in millionths.
    pub struct Criterion {
        /// Name of the metric; `max_*` and `*_max` are upper bounds, all others lower bounds.
        name: String,
        bound_micro: i64,
    }
}

wire! {
    /// One task as a plan gives it. Indexes count the plan's tasks from 0.
    pub struct TaskSpec {
        /// Unique in the plan.
        key: String,
        name: String,
        parent: Option<u32>,
        /// Tasks that must complete first.
        after: Vec<u32>,
        priority: Priority,
        /// Index of a class of the plan.
        class: Option<u32>,
        demand: Arc<Demand>,
        /// Time of one attempt.
        timeout_ms: u64,
        criteria: Vec<Criterion>,
        input: Option<Box<Payload>>,
        /// Time of the whole task from when it could first run: every attempt, wait and part of it.
        total_timeout_ms: Option<u64>,
    }
}

wire! {
    /// How the tasks of a phase follow each other.
    pub choice PhaseMode {
        /// All at once.
        0 => Parallel,
        /// One after the other.
        1 => Sequential,
        /// One after the other, the parts of each at once.
        2 => SequentialWithParallelSubtasks,
    }
}

wire! {
    /// A step of a plan that must be passed before the next one opens.
    pub struct PhaseSpec {
        name: String,
        mode: PhaseMode,
        /// Top-level tasks in order.
        tasks: Vec<u32>,
        /// Time of the whole phase; 0 is without limit. Stands still while a human is waited for.
        timeout_ms: u64,
        /// Ratio of tasks that must have completed, in millionths.
        gate_ppm: u32,
    }
}

wire! {
    /// Tasks that share a limit.
    pub struct ClassSpec { name: String, max_parallel: u32 }
}

wire! {
    /// How failures are met.
    #[derive(Copy)]
    pub struct Policy {
        /// Attempts after the first one.
        max_retries: u32,
        /// Wait before an attempt that is not immediate.
        retry_delay_ms: u64,
        /// Failures of one task after which a human is asked, where the recovery matrix allows it.
        escalation_threshold: u32,
        /// Time between the request to stop an attempt and its forced end.
        grace_ms: u64,
    }
}

wire! {
    /// What a plan says besides its tasks.
    pub struct PlanSpec {
        name: String,
        phases: Vec<PhaseSpec>,
        classes: Vec<ClassSpec>,
        policy: Policy,
        /// Time of the whole plan; 0 is without limit. Stands still while a human is waited for.
        timeout_ms: u64,
        /// Hash of the configuration the plan was made from.
        config_hash: Option<[u8; 32]>,
    }
}

impl Criterion {
    /// Whether the bound is an upper one.
    pub fn is_upper(&self) -> bool {
        self.name.starts_with("max_") || self.name.ends_with("_max")
    }

    /// Whether `measured_micro` keeps the bound.
    pub fn is_met(&self, measured_micro: i64) -> bool {
        if self.is_upper() {
            measured_micro <= self.bound_micro
        } else {
            measured_micro >= self.bound_micro
        }
    }

    /// The metric that is measured: the name without its direction and qualifiers.
    pub fn metric(&self) -> &str {
        let name = self.name.as_str();
        let name = ["max_", "min_", "required_"]
            .iter()
            .find_map(|prefix| name.strip_prefix(prefix))
            .unwrap_or(name);
        ["_max", "_min"]
            .iter()
            .find_map(|suffix| name.strip_suffix(suffix))
            .unwrap_or(name)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A task that asks for nothing.
    pub(crate) fn spec(key: &str) -> TaskSpec {
        TaskSpec {
            key: key.to_owned(),
            name: String::new(),
            parent: None,
            after: Vec::new(),
            priority: Priority::Medium,
            class: None,
            demand: Arc::new(Demand {
                agent_type: None,
                needs: Vec::new(),
                permission: Permission::Readonly,
                resources: Resources::default(),
                avoid: None,
            }),
            timeout_ms: 1_000,
            criteria: Vec::new(),
            input: None,
            total_timeout_ms: None,
        }
    }

    #[test]
    fn both_vocabularies_name_the_same_metrics() {
        let metric = |name: &str| {
            Criterion {
                name: name.to_owned(),
                bound_micro: 0,
            }
            .metric()
            .to_owned()
        };
        assert_eq!(
            [metric("min_pass_rate"), metric("pass_rate")],
            ["pass_rate", "pass_rate"]
        );
        assert_eq!(
            [metric("max_execution_time"), metric("execution_time_max")],
            ["execution_time"; 2]
        );
        assert_eq!([metric("required_coverage"), metric("coverage")], ["coverage"; 2]);
        assert_eq!(
            [metric("memory_max"), metric("speedup_min")],
            ["memory", "speedup"]
        );
        assert_eq!(metric("memory_efficiency"), "memory_efficiency");
    }

    #[test]
    fn bounds_are_inclusive_and_point_the_way_their_name_says() {
        let lower = Criterion {
            name: "pass_rate".to_owned(),
            bound_micro: 950_000,
        };
        assert!(lower.is_met(950_000) && lower.is_met(1_000_000) && !lower.is_met(949_999));
        let upper = Criterion {
            name: "memory_max".to_owned(),
            bound_micro: 10,
        };
        assert!(upper.is_met(10) && !upper.is_met(11));
    }
}

use std::sync::Arc;

use super::invalid;
use crate::bounds;
use crate::payload::{Payload, is_bounded};
use crate::tasks::{Demand, PlanSpec, TaskError, TaskSpec};
use crate::text::is_name;

/// Longest time anything may take: a year.
pub(crate) const LONGEST_MS: u64 = 366 * 86_400_000;
/// Phases of a plan. That all of them may be empty, and end in one decision, is why there are not more.
const PHASES: usize = 200;
/// Classes of a plan.
const CLASSES: usize = 1_000;

/// Bytes that tasks take as they are written to the journal.
pub(crate) fn encoded_bytes(tasks: &[Arc<TaskSpec>]) -> u64 {
    let mut writer = polyphon_wire::Writer::default();
    let mut bytes = 0;
    for task in tasks {
        writer.truncate(0);
        polyphon_wire::Wire::encode(task, &mut writer);
        bytes += writer.as_bytes().len() as u64;
    }
    bytes
}

/// # Errors
/// [`TaskError::PlanTooHeavy`] when a plan of that many bytes is more than a plan may be.
pub(crate) fn check_bytes(bytes: u64) -> Result<(), TaskError> {
    if bytes > bounds::PLAN_BYTES {
        return Err(TaskError::PlanTooHeavy {
            bytes,
            limit: bounds::PLAN_BYTES,
        });
    }
    Ok(())
}

/// # Errors
/// [`TaskError::PartTooLarge`] when one command brings more tasks than one step has room for.
pub(crate) fn check_part(tasks: usize) -> Result<(), TaskError> {
    if tasks > bounds::PART_TASKS {
        return Err(TaskError::PartTooLarge {
            tasks: tasks as u64,
            limit: bounds::PART_TASKS as u64,
        });
    }
    Ok(())
}

/// # Errors
/// The first bound that is broken.
pub(crate) fn check_plan(plan: &PlanSpec, tasks: u32, input: Option<&Payload>) -> Result<(), TaskError> {
    if tasks > bounds::PLAN_TASKS {
        return Err(TaskError::PlanTooLarge {
            tasks: u64::from(tasks),
            limit: u64::from(bounds::PLAN_TASKS),
        });
    }
    let policy = &plan.policy;
    let rules = [
        (
            plan.name.len() <= bounds::NAME_BYTES,
            "the name has at most 256 bytes",
        ),
        (plan.phases.len() <= PHASES, "at most 200 phases"),
        (plan.classes.len() <= CLASSES, "at most 1,000 classes"),
        (
            plan.phases.iter().all(|phase| is_name(&phase.name)),
            "a phase needs a name of 1 to 256 bytes",
        ),
        (
            plan.phases.iter().all(|phase| phase.gate_ppm <= 1_000_000),
            "a gate is at most 1,000,000 millionths",
        ),
        (
            plan.phases.iter().all(|phase| phase.timeout_ms <= LONGEST_MS),
            "a phase takes at most a year",
        ),
        (
            plan.classes.iter().all(|class| is_name(&class.name)),
            "a class needs a name of 1 to 256 bytes",
        ),
        (
            plan.classes.iter().all(|class| class.max_parallel > 0),
            "a class lets at least one task run",
        ),
        (plan.timeout_ms <= LONGEST_MS, "a plan takes at most a year"),
        (policy.max_retries <= 1_000, "at most 1,000 retries"),
        (
            policy.retry_delay_ms <= LONGEST_MS && policy.grace_ms <= LONGEST_MS,
            "a delay is at most a year",
        ),
        (
            is_bounded(input),
            "an input of more than 256 bytes must be referred to",
        ),
    ];
    first_broken("plan", &rules)
}

/// # Errors
/// The first bound that is broken.
pub(crate) fn check_task(task: &TaskSpec, plan: &PlanSpec) -> Result<(), TaskError> {
    check_task_against(task, plan.classes.len(), bounds::PLAN_TASKS)
}

/// # Errors
/// The first bound that is broken.
pub(crate) fn check_task_against(task: &TaskSpec, classes: usize, tasks: u32) -> Result<(), TaskError> {
    let rules = [
        (
            is_name(&task.key),
            "a key must have 1 to 256 bytes without control characters",
        ),
        (
            task.name.len() <= bounds::NAME_BYTES,
            "a name has at most 256 bytes",
        ),
        (
            task.after.len() <= bounds::TASK_DEPENDENCIES,
            "at most 10,000 dependencies",
        ),
        (
            task.after.iter().chain(&task.parent).all(|index| *index < tasks),
            "it refers to a task beyond the plan",
        ),
        (
            task.class.is_none_or(|class| (class as usize) < classes),
            "its class is not in the plan",
        ),
        (
            (1..=LONGEST_MS).contains(&task.timeout_ms),
            "a timeout is 1 ms to a year",
        ),
        (
            task.total_timeout_ms
                .is_none_or(|limit| (1..=LONGEST_MS).contains(&limit)),
            "a total timeout is 1 ms to a year",
        ),
        (task.criteria.len() <= bounds::METRICS, "at most 64 criteria"),
        (
            task.criteria.iter().all(|criterion| is_name(&criterion.name)),
            "a criterion needs a name",
        ),
        (
            is_bounded(task.input.as_deref()),
            "an input of more than 256 bytes must be referred to",
        ),
        (
            is_sound(&task.demand),
            "at most 64 capabilities of 1 to 256 bytes, sorted, without repeats",
        ),
    ];
    first_broken(&task.key, &rules)
}

fn is_sound(demand: &Demand) -> bool {
    demand.needs.len() <= bounds::CAPABILITIES
        && demand
            .needs
            .iter()
            .chain(&demand.agent_type)
            .all(|name| is_name(name))
        && demand.needs.is_sorted_by(|a, b| a < b)
}

fn first_broken(place: &str, rules: &[(bool, &'static str)]) -> Result<(), TaskError> {
    match rules.iter().find(|(kept, _)| !kept) {
        Some((_, rule)) => Err(invalid(place, rule)),
        None => Ok(()),
    }
}

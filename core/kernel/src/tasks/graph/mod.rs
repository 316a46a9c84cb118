//! Whether a plan makes sense: checked whole, before anything of it happens.

mod cycle;
mod limits;

pub(crate) use limits::{
    LONGEST_MS, check_bytes, check_part, check_plan, check_task, check_task_against, encoded_bytes,
};

use polyphon_sorted::SortedSet;

use super::{PhaseSpec, PlanSpec, TaskError, TaskSpec};

/// Deepest nesting of tasks in tasks.
const NESTING: u32 = 16;

/// # Errors
/// See [`check_specs`].
pub(crate) fn check_graph(plan: &PlanSpec, tasks: &[&TaskSpec]) -> Result<(), TaskError> {
    check_specs(&plan.phases.iter().collect::<Vec<_>>(), tasks)
}

/// Checks that keys are unique, references exist and nothing waits for itself.
///
/// # Errors
/// The first rule that is broken, with the tasks that break it.
pub(crate) fn check_specs(phases: &[&PhaseSpec], tasks: &[&TaskSpec]) -> Result<(), TaskError> {
    check_keys(tasks)?;
    check_references(tasks)?;
    check_nesting(tasks)?;
    check_phases(phases, tasks)?;
    cycle::check(phases, tasks)
}

fn check_keys(tasks: &[&TaskSpec]) -> Result<(), TaskError> {
    if tasks.len() < 2 {
        return Ok(());
    }
    let mut keys = SortedSet::new();
    match tasks.iter().find(|task| !keys.insert(task.key.as_str())) {
        Some(task) => Err(TaskError::Duplicate {
            key: task.key.clone(),
        }),
        None => Ok(()),
    }
}

fn check_references(tasks: &[&TaskSpec]) -> Result<(), TaskError> {
    for task in tasks {
        let mut references = task.after.iter().chain(&task.parent);
        if let Some(index) = references.find(|index| **index as usize >= tasks.len()) {
            return Err(TaskError::DependencyUnknown {
                key: task.key.clone(),
                index: *index,
            });
        }
    }
    Ok(())
}

fn check_nesting(tasks: &[&TaskSpec]) -> Result<(), TaskError> {
    for task in tasks {
        let (mut depth, mut parent) = (0, task.parent);
        while let Some(index) = parent {
            depth += 1;
            if depth > NESTING {
                return Err(invalid(
                    &task.key,
                    "tasks nest at most 16 deep, and no task is part of itself",
                ));
            }
            parent = tasks.get(index as usize).and_then(|task| task.parent);
        }
    }
    Ok(())
}

fn check_phases(phases: &[&PhaseSpec], tasks: &[&TaskSpec]) -> Result<(), TaskError> {
    let mut placed = SortedSet::new();
    for phase in phases {
        for index in &phase.tasks {
            let task = tasks.get(*index as usize);
            let task =
                task.ok_or_else(|| invalid(&phase.name, "a phase names a task that is not in the plan"))?;
            if task.parent.is_some() {
                return Err(invalid(
                    &task.key,
                    "a part of a task stands in the phase of its parent",
                ));
            }
            if !placed.insert(*index) {
                return Err(invalid(&task.key, "a task stands in one phase only"));
            }
        }
    }
    Ok(())
}

fn invalid(place: &str, rule: &'static str) -> TaskError {
    TaskError::PlanInvalid {
        place: place.to_owned(),
        rule,
    }
}

use polyphon_kernel::Event;
use polyphon_kernel::sessions::SessionStatus;
use polyphon_kernel::tasks::{PhaseMode, PhaseStatus, TaskEvent, TaskStatus};

use super::{Invariant, Seeing, must};
use crate::facts::{Facts, SessionFact, TaskFact};

/// No task is granted before what it waits for: the commit of its plan, its dependencies, those of the tasks it is a
/// part of, and its phase.
pub(super) struct Order;

impl Invariant for Order {
    fn name(&self) -> &'static str {
        "no task before its dependencies and its phase"
    }

    fn see(&mut self, facts: &Facts, what: &Seeing<'_>) -> Result<(), String> {
        let Seeing::Event(at, Event::Task(TaskEvent::TaskGranted { task, session, .. })) = what else {
            return Ok(());
        };
        let place = |what: String| format!("{task} is granted at {}: {what}", at.seq);
        let (Some(entry), Some(plan)) = (facts.tasks.get(&task.0), facts.sessions.get(&session.0)) else {
            return Err(place("it is not of a living session".to_owned()));
        };
        must(plan.committed, || place("its plan is not whole".to_owned()))?;
        must(plan.status == SessionStatus::Running, || {
            place(format!("its session is {:?}", plan.status))
        })?;
        let mut of = Some(entry);
        while let Some(task) = of {
            check(facts, plan, task).map_err(place)?;
            of = task.spec.parent.and_then(|parent| member(facts, plan, parent));
        }
        Ok(())
    }
}

fn check(facts: &Facts, plan: &SessionFact, task: &TaskFact) -> Result<(), String> {
    for index in &task.spec.after {
        let needed = member(facts, plan, *index).map(|needed| needed.status);
        must(needed == Some(TaskStatus::Completed), || {
            format!("what {} needs is {needed:?}", task.spec.key)
        })?;
    }
    for (phase, status) in plan.plan.phases.iter().zip(&plan.phases) {
        let Some(place) = phase.tasks.iter().position(|index| *index == task.index) else {
            continue;
        };
        must(*status == PhaseStatus::Open, || {
            format!("its phase {} is {status:?}", phase.name)
        })?;
        if phase.mode == PhaseMode::Parallel {
            continue;
        }
        for index in &phase.tasks[..place] {
            let before = member(facts, plan, *index).map(|before| before.status);
            must(before.is_some_and(TaskStatus::is_terminal), || {
                format!("the task before it in its phase is {before:?}")
            })?;
        }
    }
    Ok(())
}

fn member<'a>(facts: &'a Facts, plan: &SessionFact, index: u32) -> Option<&'a TaskFact> {
    facts.tasks.get(plan.members.get(index as usize)?)
}

//! Asks a human about a task.

use std::collections::VecDeque;

use polyphon_sorted::SortedSet;

use super::{EscalationEvent, EscalationReport, SystemState};
use crate::bounds;
use crate::event::Event;
use crate::id::TaskId;
use crate::state::State;
use crate::tasks::{AttemptError, PhaseStatus, Task, TaskStatus};

/// Tasks that are looked at to find those that wait.
const VISITED: usize = 1_000;

/// The event that asks a human about `task`, because of `error` and for `reason`.
pub(crate) fn raised(
    state: &State<'_>,
    id: TaskId,
    task: &Task,
    error: &AttemptError,
    reason: &str,
) -> Event {
    let durable = state.durable;
    let settings = durable.settings();
    let rule = settings.recovery.rule(&error.error_type);
    let (blocking_tasks, blocking_more) = blocked_by(state, id, task);
    let report = EscalationReport {
        issue_type: error.error_type.clone(),
        severity: rule.map_or(crate::severity::Severity::Warning, |rule| rule.severity),
        message: error.message.clone(),
        reason: reason.to_owned(),
        details: error.details.clone(),
        agent: task.course.agent,
        attempts: task.course.attempts,
        recoveries: task.course.recoveries.clone(),
        recommended_actions: rule.map(|rule| rule.advice.clone()).unwrap_or_default(),
        blocking_tasks,
        blocking_more,
        system_state: system_state(state, task),
    };
    let asked = settings.escalations;
    EscalationEvent::EscalationRaised {
        task: id,
        session: task.session,
        report,
        deadline_ms: asked
            .deadline_ms
            .map(|deadline| state.now_ms.saturating_add(deadline)),
        default: asked.default,
        notify: asked.notify && durable.outbox.len() < bounds::OPEN_EFFECTS,
    }
    .into()
}

fn system_state(state: &State<'_>, task: &Task) -> SystemState {
    let durable = state.durable;
    let available = durable
        .agents
        .iter()
        .filter(|(_, agent)| agent.status.takes_work());
    SystemState {
        tasks: durable
            .tasks
            .plan(task.session)
            .map_or_else(Default::default, |plan| plan.counts),
        running: durable.leases.len() as u32,
        ready: durable.tasks.ready() as u32,
        escalations: durable.escalations.open() as u32,
        agents: durable.agents.len() as u32,
        agents_available: available.count() as u32,
        reserved: durable.leases.reserved(),
        totals: durable.settings().totals,
    }
}

/// Tasks that cannot begin before `id` has completed: what depends on it, on its parent, on those, and later phases.
fn blocked_by(state: &State<'_>, id: TaskId, task: &Task) -> (Vec<TaskId>, bool) {
    let tasks = &state.durable.tasks;
    let members = tasks.of(task.session);
    let mut seen = SortedSet::from([id]);
    let mut found = Vec::new();
    let mut open = VecDeque::from([id]);
    while let Some(next) = open.pop_front().and_then(|id| tasks.get(id)) {
        let parent = next
            .spec
            .parent
            .and_then(|index| members.get(index as usize))
            .copied();
        // The whole waits for its part, but it is no task that could begin.
        if let Some(parent) = parent.filter(|parent| seen.insert(*parent)) {
            open.push_back(parent);
        }
        for other in next.ties.dependents.iter().chain(&next.ties.followers) {
            let waits = tasks
                .get(*other)
                .is_some_and(|task| task.status == TaskStatus::Pending);
            if waits && seen.len() < VISITED && seen.insert(*other) {
                found.push(*other);
                open.push_back(*other);
            }
        }
    }
    let later = tasks.plan(task.session).into_iter().flat_map(|plan| &plan.phases);
    let later = later.filter(|phase| phase.status == PhaseStatus::Pending);
    let later = later.flat_map(|phase| &phase.spec.tasks);
    let in_phase = tasks.phase_of(task).is_some();
    for other in later
        .filter(|_| in_phase)
        .filter_map(|index| members.get(*index as usize))
    {
        if seen.len() >= VISITED {
            break;
        }
        if seen.insert(*other) {
            found.push(*other);
        }
    }
    let more = found.len() > bounds::BLOCKING_TASKS;
    found.truncate(bounds::BLOCKING_TASKS);
    (found, more)
}

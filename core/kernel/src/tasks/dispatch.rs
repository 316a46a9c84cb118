//! Hands ready tasks to agents: the most urgent first, within every limit.

use std::collections::BTreeSet;

use super::TaskEvent;
use super::queue::{Head, LaneKey};
use crate::agents::select;
use crate::id::AgentId;
use crate::settings::Settings;
use crate::state::State;

/// Lanes that found no room in this step, so that each is tried once.
#[derive(Debug, Default)]
pub(crate) struct Pass {
    blocked: BTreeSet<LaneKey>,
}

/// The next grant, or `None` when nothing that is ready finds room.
pub(crate) fn next(state: &State<'_>, pass: &mut Pass) -> Option<TaskEvent> {
    let settings = state.durable.settings();
    loop {
        let (key, head) = most_urgent(state, settings, pass)?;
        match admit(state, settings, key) {
            Some(agent) => return grant(state, &head, agent),
            // Whoever has waited that long is served before anybody else: what becomes free is kept for it.
            None if state.now_ms.saturating_sub(head.ready_ms) >= settings.starvation_ms
                && waits_for_resources(state, settings, key) =>
            {
                return None;
            }
            None => drop(pass.blocked.insert(key.clone())),
        }
    }
}

fn most_urgent<'a>(state: &State<'a>, settings: &Settings, pass: &Pass) -> Option<(&'a LaneKey, Head)> {
    let lanes = state
        .durable
        .tasks
        .queue
        .lanes()
        .filter(|(key, _)| !pass.blocked.contains(*key));
    let heads = lanes.filter_map(|(key, lane)| Some((key, lane.head(state.now_ms, settings.ageing_ms)?)));
    heads.min_by_key(|(_, head)| head.order())
}

fn admit(state: &State<'_>, settings: &Settings, key: &LaneKey) -> Option<AgentId> {
    let durable = state.durable;
    let class_is_free = key.class.is_none_or(|(session, class)| {
        durable
            .tasks
            .plan(session)
            .is_some_and(|plan| plan.admits(Some(class)))
    });
    if !class_is_free || !has_resources(state, settings, key) {
        return None;
    }
    select::select(state, &key.demand)
}

fn has_resources(state: &State<'_>, settings: &Settings, key: &LaneKey) -> bool {
    let wanted = state.durable.leases.reserved().plus(&key.demand.resources);
    settings.totals.as_ref().is_none_or(|totals| wanted.fits(totals))
}

fn waits_for_resources(state: &State<'_>, settings: &Settings, key: &LaneKey) -> bool {
    !has_resources(state, settings, key)
        && settings
            .totals
            .as_ref()
            .is_some_and(|totals| key.demand.resources.fits(totals))
}

fn grant(state: &State<'_>, head: &Head, agent: AgentId) -> Option<TaskEvent> {
    let task = state.durable.tasks.get(head.task)?;
    Some(TaskEvent::TaskGranted {
        task: head.task,
        session: task.session,
        agent,
        attempt: task.attempts + 1,
        timeout_ms: task.timeout_ms,
        demand: task.demand.clone(),
    })
}

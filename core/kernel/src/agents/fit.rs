//! Whether the team can do what is demanded, and what is missing if not: asked before a plan is started, so that none
//! waits in silence for somebody who does not exist.

use polyphon_wire::wire;

use super::select::{has, is_able};
use super::{AgentSpec, Permission};
use crate::id::{SessionId, TaskId};
use crate::state::State;
use crate::tasks::Demand;

wire! {
    /// What stands in the way of a demand.
    pub enum Misfit {
        /// No agent is of this type.
        1 => AgentType { agent_type: String },
        /// No agent of the right type has this capability.
        2 => Capability { capability: String },
        /// No agent of the right type may do as much.
        3 => Permission { permission: Permission },
        /// Everything is there, but no single agent has all of it.
        4 => Combination {},
        /// It asks for more than all there is.
        5 => Resources {},
    }
}

wire! {
    /// A demand that cannot be met.
    pub struct DemandMisfit {
        /// Place of the demand in the question.
        index: u32,
        misfit: Misfit,
    }
}

wire! {
    /// A task nobody could do.
    pub struct TaskMisfit { task: TaskId, key: String, misfit: Misfit }
}

wire! {
    /// What came of a question whether demands can be met: those that cannot.
    pub struct DemandFit { misfits: Vec<DemandMisfit> }
}

wire! {
    /// What came of a question whether a plan can be done: the tasks nobody could do.
    pub struct PlanFit { misfits: Vec<TaskMisfit> }
}

/// Which of `demands` cannot be met.
pub(crate) fn demands(state: &State<'_>, demands: &[Demand]) -> DemandFit {
    let specs = specs(state);
    let misfits = demands.iter().zip(0u32..).filter_map(|(demand, index)| {
        let misfit = misfit(state, &specs, demand)?;
        Some(DemandMisfit { index, misfit })
    });
    DemandFit {
        misfits: misfits.collect(),
    }
}

/// Which tasks of a session that are still to be done nobody could do.
pub(crate) fn plan(state: &State<'_>, session: SessionId) -> PlanFit {
    let specs = specs(state);
    let tasks = &state.durable.tasks;
    let open = tasks.of(session).iter().filter_map(|id| {
        let task = tasks.get(*id)?;
        (!task.status.is_terminal() && !task.is_group()).then_some((*id, task))
    });
    let misfits = open.filter_map(|(id, task)| {
        let misfit = misfit(state, &specs, task.demand())?;
        let key = task.spec.key.clone();
        Some(TaskMisfit {
            task: id,
            key,
            misfit,
        })
    });
    PlanFit {
        misfits: misfits.collect(),
    }
}

/// Everybody who is there, will come back, or could be started by a pool.
fn specs<'a>(state: &State<'a>) -> Vec<&'a AgentSpec> {
    let agents = &state.durable.agents;
    let comes = agents
        .iter()
        .filter(|(_, agent)| agent.status.is_live() || agent.is_restarting());
    let pools = agents
        .pools
        .iter()
        .filter(|(_, pool)| !pool.suspended && !pool.closing);
    let templates = pools.map(|(_, pool)| &pool.spec.template);
    comes.map(|(_, agent)| &agent.spec).chain(templates).collect()
}

fn misfit(state: &State<'_>, specs: &[&AgentSpec], demand: &Demand) -> Option<Misfit> {
    let totals = state.durable.settings().totals.as_ref();
    if totals.is_some_and(|totals| !demand.resources.fits(totals)) {
        return Some(Misfit::Resources {});
    }
    if specs.iter().any(|spec| is_able(spec, demand)) {
        return None;
    }
    let is_type = |spec: &&&AgentSpec| {
        demand
            .agent_type
            .as_ref()
            .is_none_or(|wanted| *wanted == spec.agent_type)
    };
    let typed: Vec<&&AgentSpec> = specs.iter().filter(is_type).collect();
    if let (true, Some(agent_type)) = (typed.is_empty(), demand.agent_type.clone()) {
        return Some(Misfit::AgentType { agent_type });
    }
    let missing = |need: &&String| !typed.iter().any(|spec| has(spec, need));
    if let Some(capability) = demand.needs.iter().find(missing).cloned() {
        return Some(Misfit::Capability { capability });
    }
    let permission = demand.permission;
    if !typed.iter().any(|spec| permission <= spec.permission) {
        return Some(Misfit::Permission { permission });
    }
    Some(Misfit::Combination {})
}

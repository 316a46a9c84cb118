//! Demands that no agent and no pool could meet: reported once, so that no task waits in silence.

use polyphon_sorted::SortedMap;

use polyphon_wire::wire;

use super::AgentEvent;
use super::select::is_able;
use crate::bounds;
use crate::gather::Gather;
use crate::state::{Sink, State, Table};
use crate::tasks::Demand;

wire! {
    /// A report that nobody can do what ready tasks demand.
    pub struct UnservedDemand { demand: Demand, since_ms: u64 }
}

wire! {
    /// An open report and its number.
    pub struct UnservedReport { report: u64, unserved: UnservedDemand }
}

wire! {
    /// Every open report, oldest first.
    pub struct UnservedReports { reports: Vec<UnservedReport> }
}

/// Every open report, by the sequence of its event.
#[derive(Clone, Debug, Default)]
pub struct Unserved {
    pub(crate) table: Table<u64, UnservedDemand>,
    by_demand: SortedMap<Demand, u64>,
}

impl Unserved {
    /// Every open report, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = (u64, &UnservedDemand)> {
        self.table.iter()
    }

    /// How many reports are open.
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Whether every demand can be met.
    pub fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    pub(crate) fn view(&self) -> UnservedReports {
        let reports = self.iter().map(|(report, unserved)| UnservedReport {
            report,
            unserved: unserved.clone(),
        });
        UnservedReports {
            reports: reports.gather(),
        }
    }

    pub(crate) fn evolve(&mut self, seq: u64, now_ms: u64, event: &AgentEvent) {
        match event {
            AgentEvent::DemandUnserved { demand } => {
                self.by_demand.insert(demand.clone(), seq);
                let report = UnservedDemand {
                    demand: demand.clone(),
                    since_ms: now_ms,
                };
                self.table.insert(seq, report);
            }
            AgentEvent::DemandServed { report } => {
                if let Some(closed) = self.table.remove(*report) {
                    self.by_demand.remove(&closed.demand);
                }
            }
            _ => {}
        }
    }

    pub(crate) fn rebuild(&mut self) {
        let by_demand = self
            .table
            .iter()
            .map(|(seq, report)| (report.demand.clone(), seq));
        self.by_demand = by_demand.gather();
    }
}

/// Opens or closes one report; answers whether there was any to open or close.
pub(crate) fn next(state: &State<'_>, sink: &mut Sink) -> bool {
    let unserved = &state.durable.agents.unserved;
    let settled = unserved
        .iter()
        .find(|(_, report)| !is_waiting(state, &report.demand) || is_served(state, &report.demand));
    if let Some((report, _)) = settled {
        sink.emit(AgentEvent::DemandServed { report });
        return true;
    }
    let patience = state.durable.settings().agents.unserved_ms;
    let due = |ready_ms: u64| ready_ms.saturating_add(patience) <= state.now_ms;
    let found = unreported(state).find(|(demand, ready_ms)| due(*ready_ms) && !is_served(state, demand));
    match found {
        Some((demand, _)) if unserved.len() < bounds::UNSERVED => {
            let demand = demand.clone();
            sink.emit(AgentEvent::DemandUnserved { demand });
            true
        }
        _ => false,
    }
}

/// When the passing of time alone can give [`next`] something to report.
pub(crate) fn check_ms(state: &State<'_>) -> Option<u64> {
    let patience = state.durable.settings().agents.unserved_ms;
    let due = unreported(state).map(|(demand, ready_ms)| (demand, ready_ms.saturating_add(patience)));
    let later = due.filter(|(demand, at_ms)| *at_ms > state.now_ms && !is_served(state, demand));
    later.map(|(_, at_ms)| at_ms).min()
}

/// Whether an agent that is there or will come back, or a pool, could do what is demanded.
pub(crate) fn is_served(state: &State<'_>, demand: &Demand) -> bool {
    let agents = &state.durable.agents;
    let by_agent = agents
        .iter()
        .any(|(_, agent)| (agent.status.is_live() || agent.is_restarting()) && is_able(&agent.spec, demand));
    by_agent
        || agents
            .pools
            .iter()
            .any(|(_, pool)| !pool.suspended && !pool.closing && is_able(&pool.spec.template, demand))
}

/// Demands of waiting tasks that are not reported, with the time since when the oldest waits.
fn unreported<'a>(state: &'a State<'_>) -> impl Iterator<Item = (&'a Demand, u64)> {
    let known = &state.durable.agents.unserved.by_demand;
    let lines = state.durable.tasks.queue.lines();
    let unknown = lines.filter(|line| known.is_empty() || !known.contains_key(line.demand));
    unknown.map(|line| (line.demand, line.ready_ms))
}

fn is_waiting(state: &State<'_>, demand: &Demand) -> bool {
    state.durable.tasks.queue.demands(demand)
}

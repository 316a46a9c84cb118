use polyphon_kernel::agents::{AgentEvent, AgentStatus, HostKind};
use polyphon_kernel::{Event, Payload};

use super::{Invariant, Seeing, must};
use crate::facts::Facts;

/// An attempt finds what an attempt of its agent, or of the one whose place it took, saved last, and only who holds the
/// agent's work saves.
pub(super) struct States;

impl Invariant for States {
    fn name(&self) -> &'static str {
        "an agent has what was saved last"
    }

    fn see(&mut self, facts: &Facts, what: &Seeing<'_>) -> Result<(), String> {
        match what {
            Seeing::Event(at, Event::Agent(AgentEvent::AgentStateSaved { agent, fence, .. })) => {
                must(holds(facts, agent.0, fence.0), || {
                    format!(
                        "{agent} is given a state at {} by {fence}, which does not count",
                        at.seq
                    )
                })
            }
            Seeing::Event(at, Event::Agent(AgentEvent::AgentStateInherited { agent, from })) => {
                must(may_inherit(facts, agent.0, from.0), || {
                    format!(
                        "{agent} inherits at {} from {from}, whose place it does not take",
                        at.seq
                    )
                })
            }
            Seeing::Began { fence, state } => began(facts, *fence, *state),
            _ => Ok(()),
        }
    }
}

fn began(facts: &Facts, fence: u64, found: Option<&Payload>) -> Result<(), String> {
    let Some(lease) = facts.leases.get(&fence) else {
        return Ok(());
    };
    let saved = facts.states.table.get(&lease.agent);
    must(saved.map(|saved| &saved.payload) == found, || {
        format!("the attempt of fence {fence} finds {found:?}, and {saved:?} was saved last")
    })?;
    let Some(agent) = facts.agents.get(&lease.agent) else {
        return Ok(());
    };
    if facts.states.had.contains(&lease.agent) {
        return Ok(());
    }
    let begun = agent.start.unwrap_or_default().max(lease.agent);
    let pool = agent.spec.pool.map(|pool| pool.0);
    let is_heir = |key: &str, of: Option<u64>| key == agent.spec.key || (pool.is_some() && of == pool);
    let states = facts.states.table.iter();
    let mut waiting = states.filter(|(_, state)| {
        let was_left = state.left.is_some_and(|left| left < begun);
        was_left && is_heir(&state.key, state.pool)
    });
    must(waiting.next().is_none(), || {
        format!(
            "agent {} works without the state of the one whose place it took",
            lease.agent
        )
    })
}

/// Whether the attempt is in its agent's hands, and the agent in service.
fn holds(facts: &Facts, agent: u64, fence: u64) -> bool {
    let Some((lease, entry)) = facts.leases.get(&fence).zip(facts.agents.get(&agent)) else {
        return false;
    };
    let is_local = entry.spec.host != HostKind::Remote;
    let is_earlier = lease.epoch < facts.epoch || entry.start.is_some_and(|start| fence < start);
    let is_out = matches!(entry.status, AgentStatus::Stopped | AgentStatus::Failed);
    lease.agent == agent && !is_out && !(is_local && is_earlier)
}

fn may_inherit(facts: &Facts, agent: u64, from: u64) -> bool {
    let (Some(heir), Some(state)) = (facts.agents.get(&agent), facts.states.table.get(&from)) else {
        return false;
    };
    let pool = heir.spec.pool.map(|pool| pool.0);
    let is_its_place = state.key == heir.spec.key || (pool.is_some() && state.pool == pool);
    let is_live = facts.agents.get(&from).is_some_and(|before| {
        !matches!(
            before.status,
            AgentStatus::Registered | AgentStatus::Stopped | AgentStatus::Failed
        )
    });
    is_its_place && !is_live && !facts.states.table.contains_key(&agent)
}

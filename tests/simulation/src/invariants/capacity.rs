use polyphon_kernel::Event;
use polyphon_kernel::agents::{AgentEvent, AgentStatus};
use polyphon_kernel::tasks::TaskEvent;

use super::{Invariant, Seeing, must};
use crate::facts::Facts;

/// An agent takes work only in service, not while it rests, and no more than it can, and a class runs no more tasks than it may.
pub(super) struct Capacity;

impl Invariant for Capacity {
    fn name(&self) -> &'static str {
        "agents and classes are not overloaded"
    }

    fn see(&mut self, facts: &Facts, what: &Seeing<'_>) -> Result<(), String> {
        if let Seeing::Event(at, Event::Agent(AgentEvent::AgentResumed { agent })) = what {
            let until_ms = facts.agents.get(&agent.0).and_then(|agent| agent.paused_until_ms);
            return must(until_ms.is_some_and(|until_ms| until_ms <= at.ms), || {
                format!("{agent} is back at {} and rests until {until_ms:?}", at.seq)
            });
        }
        let Seeing::Event(
            at,
            Event::Task(TaskEvent::TaskGranted {
                task, session, agent, ..
            }),
        ) = what
        else {
            return Ok(());
        };
        let Some(host) = facts.agents.get(&agent.0) else {
            return Err(format!(
                "{task} is granted at {} to {agent}, which is not known",
                at.seq
            ));
        };
        must(
            matches!(host.status, AgentStatus::Idle | AgentStatus::Busy),
            || {
                format!(
                    "{task} is granted at {} to {agent}, which is {:?}",
                    at.seq, host.status
                )
            },
        )?;
        must(host.paused_until_ms.is_none(), || {
            format!("{task} is granted at {} to {agent}, which rests", at.seq)
        })?;
        must(host.load < host.spec.max_load, || {
            format!(
                "{task} is granted at {} to {agent}, which has {} tasks",
                at.seq, host.load
            )
        })?;
        let (Some(entry), Some(plan)) = (facts.tasks.get(&task.0), facts.sessions.get(&session.0)) else {
            return Ok(());
        };
        let demand = &entry.spec.demand;
        let is_able = demand
            .agent_type
            .as_ref()
            .is_none_or(|wanted| *wanted == host.spec.agent_type)
            && demand.permission <= host.spec.permission;
        must(is_able, || {
            format!("{task} is granted at {} to {agent}, which cannot do it", at.seq)
        })?;
        let Some(class) = entry.spec.class.map(|class| class as usize) else {
            return Ok(());
        };
        must(
            plan.running[class] < plan.plan.classes[class].max_parallel,
            || format!("{task} is granted at {} beyond the limit of its class", at.seq),
        )
    }
}

use std::collections::BTreeSet;

use polyphon_kernel::Effect;
use polyphon_kernel::agents::{AgentStatus, HostKind};

use super::{Invariant, Seeing, must};
use crate::facts::Facts;

/// A durable effect is given when it is opened, given again after every rebuild while it is open, and not after.
pub(super) struct Effects;

impl Invariant for Effects {
    fn name(&self) -> &'static str {
        "effects are given while they are open, and only then"
    }

    fn see(&mut self, facts: &Facts, what: &Seeing<'_>) -> Result<(), String> {
        match what {
            Seeing::Reopened { effects } => reopened(facts, effects),
            Seeing::Released { output, .. } => {
                released(facts, output.first_seq, output.last_seq, &output.effects)
            }
            _ => Ok(()),
        }
    }
}

fn reopened(facts: &Facts, effects: &[Effect]) -> Result<(), String> {
    let given: BTreeSet<u64> = runs(effects).collect();
    must(given.len() == runs(effects).count(), || {
        "an effect is given twice at once".to_owned()
    })?;
    for (fence, lease) in &facts.leases {
        let agent = facts.agents.get(&lease.agent);
        let is_local = agent.is_some_and(|agent| agent.spec.host != HostKind::Remote);
        // Work of a process that has ended, or of an agent that has, is not given again but made good.
        let is_held = agent.is_some_and(|agent| {
            let is_earlier =
                is_local && (lease.epoch < facts.epoch || agent.start.is_some_and(|start| *fence < start));
            let is_gone =
                matches!(agent.status, AgentStatus::Stopped | AgentStatus::Failed) && agent.end.is_none();
            !is_earlier && !is_gone
        });
        must(!is_held || given.contains(fence), || {
            format!("fence {fence} is open and was not given again")
        })?;
        let stops = effects
            .iter()
            .any(|effect| matches!(effect, Effect::Stop { fence: known, .. } if known.0 == *fence));
        must(!is_held || stops == lease.stopping.is_some(), || {
            format!(
                "the request to stop fence {fence} is {:?} and was given: {stops}",
                lease.stopping
            )
        })?;
    }
    for fence in given {
        must(facts.leases.contains_key(&fence), || {
            format!("fence {fence} has ended and was given again")
        })?;
    }
    let notified: BTreeSet<u64> = notices(effects).collect();
    must(notified == facts.outbox, || {
        format!("open effects are {:?} and {notified:?} were given", facts.outbox)
    })?;
    for (id, agent) in &facts.agents {
        let ends = effects
            .iter()
            .any(|effect| matches!(effect, Effect::EndAgent { agent, .. } if agent.0 == *id));
        must(ends == agent.end.is_some(), || {
            format!(
                "the end of agent {id} is asked for: {:?}, and given: {ends}",
                agent.end
            )
        })?;
        let starts = effects
            .iter()
            .any(|effect| matches!(effect, Effect::StartAgent { agent, .. } if agent.0 == *id));
        let wanted = agent.start.is_some() && agent.status == AgentStatus::Starting;
        must(starts == wanted, || {
            format!("the start of agent {id} is open: {wanted}, and given: {starts}")
        })?;
    }
    Ok(())
}

fn released(facts: &Facts, first: u64, last: u64, effects: &[Effect]) -> Result<(), String> {
    for fence in runs(effects) {
        must((first..=last).contains(&fence), || {
            format!("fence {fence} is given outside of its step")
        })?;
    }
    let given: BTreeSet<u64> = runs(effects).collect();
    // A grant of this step that still runs as far as the journal goes must have been given with it.
    for (fence, _) in facts.leases.range(first..last + 1) {
        must(given.contains(fence), || {
            format!("fence {fence} was granted and not given")
        })?;
    }
    let is_new = |seq: Option<u64>| seq.is_some_and(|seq| (first..=last).contains(&seq));
    for (fence, _) in facts.leases.iter().filter(|(_, lease)| is_new(lease.stopping)) {
        let is_given = effects
            .iter()
            .any(|effect| matches!(effect, Effect::Stop { fence: known, .. } if known.0 == *fence));
        must(is_given, || {
            format!("fence {fence} is to stop and was not asked to")
        })?;
    }
    for (id, agent) in &facts.agents {
        let is_ended = effects
            .iter()
            .any(|effect| matches!(effect, Effect::EndAgent { agent, .. } if agent.0 == *id));
        must(is_ended || !is_new(agent.end), || {
            format!("agent {id} is to end and was not asked to")
        })?;
        let is_started = effects
            .iter()
            .any(|effect| matches!(effect, Effect::StartAgent { agent, .. } if agent.0 == *id));
        let is_wanted = agent.status == AgentStatus::Starting && is_new(agent.start);
        must(is_started || !is_wanted, || {
            format!("agent {id} is to start and was not asked to")
        })?;
    }
    let notified: BTreeSet<u64> = notices(effects).collect();
    for effect in facts.outbox.range(first..last + 1) {
        must(notified.contains(effect), || {
            format!("effect {effect} was opened and not given")
        })?;
    }
    Ok(())
}

fn notices(effects: &[Effect]) -> impl Iterator<Item = u64> {
    effects.iter().filter_map(|effect| match effect {
        Effect::Notify { effect, .. } => Some(effect.0),
        _ => None,
    })
}

fn runs(effects: &[Effect]) -> impl Iterator<Item = u64> {
    effects.iter().filter_map(|effect| match effect {
        Effect::Run { fence, .. } => Some(fence.0),
        _ => None,
    })
}

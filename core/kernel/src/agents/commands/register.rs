use crate::agents::{AgentError, AgentEvent, AgentSpec};
use crate::bounds;
use crate::refusal::Refusal;
use crate::state::{Sink, State};
use crate::text::is_name;

/// A known key is attached again: the same agent on a new node, perhaps with new abilities.
pub(crate) fn decide(state: &State<'_>, spec: &AgentSpec, sink: &mut Sink) -> Result<(), Refusal> {
    if let Some(rule) = broken_rule(spec) {
        return Err(AgentError::Invalid {
            key: spec.key.clone(),
            rule,
        }
        .into());
    }
    let agents = &state.durable.agents;
    match agents.by_key(&spec.key) {
        Some(agent) => {
            sink.emit(AgentEvent::AgentAttached {
                agent,
                spec: spec.clone(),
            });
            sink.answer(agent.0);
        }
        None if agents.len() >= bounds::AGENTS => {
            return Err(AgentError::Limit {
                limit: bounds::AGENTS,
            }
            .into());
        }
        None => sink.emit(AgentEvent::AgentRegistered { spec: spec.clone() }),
    }
    Ok(())
}

fn broken_rule(spec: &AgentSpec) -> Option<&'static str> {
    let rules = [
        (
            is_name(&spec.key),
            "the key must have 1 to 256 bytes without control characters",
        ),
        (
            is_name(&spec.agent_type),
            "the type must have 1 to 256 bytes without control characters",
        ),
        (
            spec.capabilities.len() <= bounds::CAPABILITIES,
            "at most 64 capabilities",
        ),
        (
            spec.capabilities.iter().all(|name| is_name(name)),
            "a capability must have 1 to 256 bytes",
        ),
        (
            spec.capabilities.is_sorted_by(|a, b| a < b),
            "capabilities must be sorted, without repeats",
        ),
        (
            (1..=1_000_000).contains(&spec.max_load),
            "the greatest load must be 1 to 1,000,000",
        ),
        (
            spec.version.len() <= bounds::NAME_BYTES,
            "the version must have at most 256 bytes",
        ),
    ];
    rules.iter().find(|(kept, _)| !kept).map(|(_, rule)| *rule)
}

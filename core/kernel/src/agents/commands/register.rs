use super::start_deadline;
use crate::agents::select::ADDRESS;
use crate::agents::{AgentError, AgentEvent, AgentSpec, catalog};
use crate::bounds;
use crate::refusal::Refusal;
use crate::state::{Sink, State};
use crate::text::is_name;

/// Longest distance of heartbeats: a day.
const HEARTBEAT_MS: u64 = 86_400_000;

/// A known key is attached again: the same agent on a new node, perhaps with new abilities.
pub(super) fn decide(state: &State<'_>, spec: &AgentSpec, sink: &mut Sink) -> Result<(), Refusal> {
    let invalid = |rule| AgentError::Invalid {
        key: spec.key.clone(),
        rule,
    };
    if let Some(rule) = broken_rule(spec) {
        return Err(invalid(rule).into());
    }
    let agents = &state.durable.agents;
    let known = agents
        .by_key(&spec.key)
        .and_then(|id| Some((id, agents.get(id)?)));
    if spec.pool != known.and_then(|(_, agent)| agent.spec.pool) {
        return Err(invalid("only a pool makes agents of the pool, and they stay in it").into());
    }
    let spec = named(spec, &spec.key);
    match known {
        Some((agent, _)) => {
            let until_ms = start_deadline(state);
            sink.emit(AgentEvent::AgentAttached {
                agent,
                spec,
                until_ms,
            });
            sink.answer(agent.0);
        }
        None if agents.len() >= bounds::AGENTS => {
            return Err(AgentError::Limit {
                limit: bounds::AGENTS,
            }
            .into());
        }
        None => sink.emit(AgentEvent::AgentRegistered { spec }),
    }
    Ok(())
}

/// The description under another key, made whole: an agent of a well-known type that names no capabilities has those of
/// its type.
pub(in crate::agents) fn named(spec: &AgentSpec, key: &str) -> AgentSpec {
    let mut spec = spec.clone();
    key.clone_into(&mut spec.key);
    if spec.capabilities.is_empty() {
        spec.capabilities = catalog::defaults(&spec.agent_type);
    }
    spec
}

/// The first rule an agent's description breaks.
pub(in crate::agents) fn broken_rule(spec: &AgentSpec) -> Option<&'static str> {
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
            "a capability must have 1 to 256 bytes without control characters",
        ),
        (
            !spec.capabilities.iter().any(|name| name.starts_with(ADDRESS)),
            "a capability must not begin with @, which addresses one agent",
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
        (
            spec.heartbeat_ms <= HEARTBEAT_MS,
            "heartbeats must be at most a day apart",
        ),
    ];
    rules.iter().find(|(kept, _)| !kept).map(|(_, rule)| *rule)
}

//! An agent has failed: what is written down, and whether it is started again.

use polyphon_policies::Backoff;

use super::end_deadline;
use crate::agents::{Agent, AgentEvent, AgentSettings, AgentStatus};
use crate::id::AgentId;
use crate::state::{Sink, State};

/// It broke. `ended` says whether its host has seen the end of it.
pub(in crate::agents) fn failed(
    state: &State<'_>,
    id: AgentId,
    agent: &Agent,
    error: &str,
    ended: bool,
    sink: &mut Sink,
) {
    sink.emit(AgentEvent::AgentFailed {
        agent: id,
        error: crate::text::clip(error),
        end_by_ms: (!ended).then(|| end_deadline(state)),
    });
    follow(state, id, agent, sink);
}

/// It was silent for too long.
pub(in crate::agents) fn lost(
    state: &State<'_>,
    id: AgentId,
    agent: &Agent,
    phi_milli: u64,
    silence_ms: u64,
    sink: &mut Sink,
) {
    let settings = &state.durable.settings().agents;
    let remembered_ms = settings.remove_ms.saturating_sub(settings.unresponsive_ms).max(1);
    sink.emit(AgentEvent::AgentLost {
        agent: id,
        phi_milli,
        silence_ms,
        remove_at_ms: state.now_ms.saturating_add(remembered_ms),
    });
    follow(state, id, agent, sink);
}

/// A local agent that was not about to end is started again, a bounded number of times in a row.
fn follow(state: &State<'_>, id: AgentId, agent: &Agent, sink: &mut Sink) {
    if !agent.is_local() || agent.status == AgentStatus::Draining {
        return;
    }
    let settings = &state.durable.settings().agents;
    let served_ms = agent
        .started_ms
        .map_or(0, |started_ms| state.now_ms.saturating_sub(started_ms));
    let before = if served_ms >= settings.restart_reset_ms {
        0
    } else {
        agent.restarts
    };
    if before >= settings.restart_max {
        sink.emit(AgentEvent::AgentGivenUp {
            agent: id,
            restarts: before,
        });
        return;
    }
    let restart = before + 1;
    let delay_ms = backoff(settings).delay_ms(restart, state.durable.draw(id.0));
    sink.emit(AgentEvent::AgentRestarting {
        agent: id,
        restart,
        at_ms: state.now_ms.saturating_add(delay_ms),
    });
}

fn backoff(settings: &AgentSettings) -> Backoff {
    Backoff {
        initial_ms: settings.restart_delay_ms,
        max_ms: settings.restart_delay_max_ms,
        multiplier_ppm: 2_000_000,
        jitter_ppm: settings.restart_jitter_ppm,
    }
}

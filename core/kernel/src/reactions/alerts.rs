//! Attempts begin and end, sessions end, agents are lost and come back → alerts are raised and cleared.

use crate::agents::AgentEvent;
use crate::alerts::{AlertCondition, cleared, raised, session_conditions, threshold, total_conditions};
use crate::event::Event;
use crate::id::{AgentId, SessionId};
use crate::sessions::SessionEvent;
use crate::state::{Sink, State};
use crate::tasks::TaskEvent;

pub(super) fn react(state: &State<'_>, event: &Event, sink: &mut Sink) {
    match event {
        Event::Task(TaskEvent::TaskGranted { .. }) => total_conditions(state, sink),
        Event::Task(
            TaskEvent::TaskCompleted { session, .. } | TaskEvent::TaskAttemptFailed { session, .. },
        ) => {
            total_conditions(state, sink);
            if let Some(plan) = state.durable.tasks.plan(*session).filter(|plan| !plan.is_over()) {
                session_conditions(state, *session, plan, sink);
            }
        }
        Event::Session(SessionEvent::SessionEnded { session, .. }) => {
            for condition in [AlertCondition::FailureRate, AlertCondition::Slowdown] {
                clear(state, condition, Some(*session), None, sink);
            }
        }
        Event::Agent(AgentEvent::AgentLost {
            agent, silence_ms, ..
        }) => lost(state, *agent, *silence_ms, sink),
        Event::Agent(AgentEvent::AgentStarted { agent } | AgentEvent::AgentDeregistered { agent, .. }) => {
            clear(state, AlertCondition::AgentSilence, None, Some(*agent), sink);
        }
        _ => {}
    }
}

fn lost(state: &State<'_>, agent: AgentId, silence_ms: u64, sink: &mut Sink) {
    let condition = AlertCondition::AgentSilence;
    let last = state.durable.alerts.last(condition, None, Some(agent));
    // One whose pool replaced it early has not been silent for as long as the rule says.
    if last.is_some_and(|(_, alert)| alert.is_raised()) || silence_ms < threshold(state, condition) {
        return;
    }
    let details = format!("silent for {silence_ms} ms");
    if let Some(alert) = raised(state, condition, None, Some(agent), silence_ms, details) {
        sink.emit(alert);
    }
}

fn clear(
    state: &State<'_>,
    condition: AlertCondition,
    session: Option<SessionId>,
    agent: Option<AgentId>,
    sink: &mut Sink,
) {
    let last = state.durable.alerts.last(condition, session, agent);
    if let Some((id, alert)) = last.filter(|(_, alert)| alert.is_raised()) {
        sink.emit(cleared(id, alert, 0));
    }
}

//! Looks at conditions.

use super::{Alert, AlertAction, AlertCondition, AlertEvent, AlertRule};
use crate::gather::Gather;
use crate::id::{AgentId, AlertId, SessionId};
use crate::state::{Sink, State};
use crate::tasks::Plan;

/// Tasks that are named as bottlenecks.
const SLOWEST: usize = 5;

/// Conditions of one session, after an attempt of it ended.
pub(crate) fn session_conditions(state: &State<'_>, session: SessionId, plan: &Plan, sink: &mut Sink) {
    for rule in &state.durable.settings().alerts {
        let value = match rule.condition {
            AlertCondition::FailureRate => {
                (plan.outcomes.ended >= rule.min_samples).then(|| plan.outcomes.failure_ppm())
            }
            AlertCondition::Slowdown => {
                let known = plan
                    .durations
                    .iter()
                    .filter(|durations| durations.count > u64::from(rule.min_samples));
                known.filter_map(crate::tasks::Durations::slowdown_ppm).max()
            }
            AlertCondition::MemoryUsage | AlertCondition::AgentSilence => None,
        };
        if let Some(value) = value {
            compare(state, rule, Some(session), value, sink);
        }
    }
}

/// Conditions of the whole partition, after what is reserved changed.
pub(crate) fn total_conditions(state: &State<'_>, sink: &mut Sink) {
    let settings = state.durable.settings();
    let total = settings.totals.map_or(0, |totals| totals.memory_mb);
    let reserved = state.durable.leases.reserved().memory_mb;
    let Some(value) = reserved.saturating_mul(1_000_000).checked_div(total) else {
        return;
    };
    if let Some(rule) = rule_of(state, AlertCondition::MemoryUsage) {
        compare(state, rule, None, value, sink);
    }
}

/// Memory that may be reserved while an alert reduces it; `None` while none does.
pub(crate) fn memory_limit(state: &State<'_>) -> Option<u64> {
    let (_, alert) = state
        .durable
        .alerts
        .last(AlertCondition::MemoryUsage, None, None)?;
    let total = state.durable.settings().totals?.memory_mb;
    let reduces = alert.is_raised() && alert.action == AlertAction::ReduceParallelTasks;
    reduces.then(|| {
        let limit = u128::from(total) * u128::from(alert.threshold) / 1_000_000;
        u64::try_from(limit).unwrap_or(u64::MAX)
    })
}

/// The event that raises an alert of `condition`; `None` when no rule is about it.
pub(crate) fn raised(
    state: &State<'_>,
    condition: AlertCondition,
    session: Option<SessionId>,
    agent: Option<AgentId>,
    value: u64,
    details: String,
) -> Option<AlertEvent> {
    let rule = rule_of(state, condition)?;
    Some(AlertEvent::AlertRaised {
        rule: rule.name.clone(),
        condition,
        session,
        agent,
        severity: rule.severity,
        action: rule.action,
        value,
        threshold: rule.threshold,
        details,
    })
}

/// Above what an alert of `condition` is raised; beyond everything when no rule is about it.
pub(crate) fn threshold(state: &State<'_>, condition: AlertCondition) -> u64 {
    rule_of(state, condition).map_or(u64::MAX, |rule| rule.threshold)
}

/// The event that clears `alert`.
pub(crate) fn cleared(id: AlertId, alert: &Alert, value: u64) -> AlertEvent {
    AlertEvent::AlertCleared {
        alert: id,
        session: alert.session,
        agent: alert.agent,
        value,
    }
}

fn rule_of<'a>(state: &State<'a>, condition: AlertCondition) -> Option<&'a AlertRule> {
    let mut rules = state.durable.settings().alerts.iter();
    rules.find(|rule| rule.condition == condition)
}

fn compare(state: &State<'_>, rule: &AlertRule, session: Option<SessionId>, value: u64, sink: &mut Sink) {
    let last = state.durable.alerts.last(rule.condition, session, None);
    let raised_now = last.filter(|(_, alert)| alert.is_raised());
    let is_crossed = match raised_now {
        Some(_) => value <= rule.clear,
        None => value > rule.threshold,
    };
    if !is_crossed {
        return;
    }
    let changed_ms = last.map(|(_, alert)| alert.cleared_ms.unwrap_or(alert.raised_ms));
    if changed_ms.is_some_and(|changed| state.now_ms < changed.saturating_add(rule.interval_ms)) {
        return;
    }
    match raised_now {
        Some((id, alert)) => sink.emit(cleared(id, alert, value)),
        None => {
            let details = details(state, rule, session, value);
            if let Some(event) = raised(state, rule.condition, session, None, value, details) {
                sink.emit(event);
            }
        }
    }
}

fn details(state: &State<'_>, rule: &AlertRule, session: Option<SessionId>, value: u64) -> String {
    let percent = |ppm: u64| format!("{}.{} %", ppm / 10_000, ppm / 1_000 % 10);
    match rule.condition {
        AlertCondition::FailureRate => format!("{} of the last attempts failed", percent(value)),
        AlertCondition::MemoryUsage => format!("{} of the memory is reserved", percent(value)),
        AlertCondition::AgentSilence => format!("silent for {value} ms"),
        AlertCondition::Slowdown => {
            let slowest = session.map(|session| slowest(state, session)).unwrap_or_default();
            format!(
                "attempts take {} of what the first took; slowest: {slowest}",
                percent(value)
            )
        }
    }
}

/// Keys of the tasks of a session that took longest, longest first.
fn slowest(state: &State<'_>, session: SessionId) -> String {
    let tasks = &state.durable.tasks;
    let ended = tasks
        .of(session)
        .iter()
        .filter_map(|id| tasks.get(*id))
        .filter(|task| !task.is_group());
    let times: Vec<(u64, &str)> = ended
        .filter_map(|task| {
            let until_ms = task.course.ended_ms.unwrap_or(state.now_ms);
            Some((
                until_ms.saturating_sub(task.course.started_ms?),
                task.spec.key.as_str(),
            ))
        })
        .gather();
    let times = crate::order::by(times, |(ms, _)| [u64::MAX - ms, 0, 0]);
    let named: Vec<String> = times
        .iter()
        .take(SLOWEST)
        .map(|(ms, key)| format!("{key} ({ms} ms)"))
        .gather();
    named.join(", ")
}

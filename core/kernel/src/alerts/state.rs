use polyphon_sorted::SortedMap;

use polyphon_wire::wire;

use super::{AlertAction, AlertCondition, AlertEvent};
use crate::gather::Gather;
use crate::id::{AgentId, AlertId, SessionId};
use crate::severity::Severity;
use crate::state::Table;

wire! {
    /// The last alert of a rule about one session, one agent, or the partition.
    pub struct Alert {
        rule: String,
        condition: AlertCondition,
        session: Option<SessionId>,
        agent: Option<AgentId>,
        severity: Severity,
        action: AlertAction,
        /// In the unit of the condition, when it was raised.
        value: u64,
        threshold: u64,
        details: String,
        raised_ms: u64,
        cleared_ms: Option<u64>,
    }
}

/// What an alert is about.
type Scope = (AlertCondition, Option<SessionId>, Option<AgentId>);

/// Alerts that are raised, and the last of those that are not, while what they are about is in memory.
#[derive(Clone, Debug, Default)]
pub struct Alerts {
    pub(crate) table: Table<AlertId, Alert>,
    /// The last of each scope; derived.
    last: SortedMap<Scope, AlertId>,
}

impl Alert {
    /// Whether its condition holds.
    pub fn is_raised(&self) -> bool {
        self.cleared_ms.is_none()
    }
}

impl Alerts {
    /// One alert.
    pub fn get(&self, alert: AlertId) -> Option<&Alert> {
        self.table.get(alert)
    }

    /// Every alert that is in memory, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = (AlertId, &Alert)> {
        self.table.iter()
    }

    /// The last alert of a condition about a session, an agent, or, with neither, the partition.
    pub fn last(
        &self,
        condition: AlertCondition,
        session: Option<SessionId>,
        agent: Option<AgentId>,
    ) -> Option<(AlertId, &Alert)> {
        if self.last.is_empty() {
            return None;
        }
        let id = *self.last.get(&(condition, session, agent))?;
        Some((id, self.table.get(id)?))
    }

    /// Whether `alert` is the only one that holds new tasks of `session` back.
    pub(crate) fn alone_pauses(&self, alert: AlertId, session: SessionId) -> bool {
        let raised = AlertCondition::ALL
            .iter()
            .filter_map(|condition| self.last(*condition, Some(session), None))
            .filter(|(_, known)| known.is_raised() && known.action == AlertAction::PauseNewTasks);
        raised.map(|(id, _)| id).eq([alert])
    }

    pub(crate) fn evolve(&mut self, seq: u64, now_ms: u64, event: &AlertEvent) {
        match event {
            AlertEvent::AlertRaised {
                rule,
                condition,
                session,
                agent,
                severity,
                action,
                value,
                threshold,
                details,
            } => {
                let id = AlertId(seq);
                if let Some(before) = self.last.insert((*condition, *session, *agent), id) {
                    self.table.remove(before);
                }
                let alert = Alert {
                    rule: rule.clone(),
                    condition: *condition,
                    session: *session,
                    agent: *agent,
                    severity: *severity,
                    action: *action,
                    value: *value,
                    threshold: *threshold,
                    details: details.clone(),
                    raised_ms: now_ms,
                    cleared_ms: None,
                };
                self.table.insert(id, alert);
            }
            AlertEvent::AlertCleared { alert, .. } => {
                // That an agent was silent once says nothing about the next time.
                let scope = self
                    .table
                    .get(*alert)
                    .and_then(|known| known.agent.map(|agent| (known.condition, None, Some(agent))));
                if let Some(scope) = scope {
                    self.forget(scope);
                } else if let Some(entry) = self.table.get_mut(*alert) {
                    entry.cleared_ms = Some(now_ms);
                }
            }
        }
    }

    /// A session left memory, and its alerts with it.
    pub(crate) fn forget_session(&mut self, session: SessionId) {
        for condition in AlertCondition::ALL {
            self.forget((*condition, Some(session), None));
        }
    }

    pub(crate) fn rebuild(&mut self) {
        self.last = self
            .table
            .iter()
            .map(|(id, alert)| ((alert.condition, alert.session, alert.agent), id))
            .gather();
    }

    fn forget(&mut self, scope: Scope) {
        if let Some(alert) = self.last.remove(&scope) {
            self.table.remove(alert);
        }
    }
}

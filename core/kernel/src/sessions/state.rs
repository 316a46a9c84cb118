use polyphon_sorted::{SortedMap, SortedSet};

use super::{Locks, Session, SessionEvent, SessionStatus, Value, Values};
use crate::countdown::Countdown;
use crate::gather::Gather;
use crate::id::SessionId;
use crate::leases::Leases;
use crate::state::Table;

/// Every session that is in memory.
#[derive(Clone, Debug, Default)]
pub struct Sessions {
    pub(crate) table: Table<SessionId, Session>,
    /// Ended ones, oldest end first; derived.
    ended: SortedSet<(u64, SessionId)>,
    /// Drafts, for their bound; derived.
    drafts: SortedSet<SessionId>,
    /// What their agents share.
    pub values: Values,
    /// What their agents hold.
    pub locks: Locks,
}

impl Sessions {
    /// One session.
    pub fn get(&self, session: SessionId) -> Option<&Session> {
        self.table.get(session)
    }

    /// Every session, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = (SessionId, &Session)> {
        self.table.iter()
    }

    /// How many have not ended.
    pub fn live(&self) -> usize {
        self.table.len() - self.ended.len()
    }

    /// How many have ended and are still in memory.
    pub fn over(&self) -> usize {
        self.ended.len()
    }

    /// How many are drafts.
    pub fn drafts(&self) -> usize {
        self.drafts.len()
    }

    /// Ended ones that are still in memory, oldest end first.
    pub fn ended(&self) -> impl Iterator<Item = SessionId> {
        self.ended.iter().map(|(_, session)| *session)
    }

    pub(crate) fn evolve(&mut self, seq: u64, now_ms: u64, event: &SessionEvent) {
        match event {
            SessionEvent::SessionOpened { draft, .. } => {
                if *draft {
                    self.drafts.insert(SessionId(seq));
                }
                if let Some(session) = opened(now_ms, event) {
                    self.table.insert(SessionId(seq), session);
                }
            }
            SessionEvent::PlanPartAdded {
                session, until_ms, ..
            } => {
                if let Some(entry) = self.table.get_mut(*session) {
                    entry.clock.deadline_ms = Some(*until_ms);
                }
            }
            SessionEvent::SessionPaused { session, reason } => {
                self.set(*session, SessionStatus::Paused, reason);
                self.hold(*session, now_ms);
            }
            SessionEvent::SessionResumed { session } => {
                if self
                    .get(*session)
                    .is_some_and(|entry| entry.status == SessionStatus::Paused)
                {
                    self.set(*session, SessionStatus::Running, "");
                    self.release(*session, now_ms);
                }
            }
            SessionEvent::SessionCancelRequested { session, reason } => {
                self.take_back(*session, reason, false);
            }
            SessionEvent::SessionTimedOut { session } => {
                let limit_ms = self.get(*session).map_or(0, |entry| entry.timeout_ms);
                let reason = format!("the {limit_ms} ms of the session are over");
                self.take_back(*session, &reason, true);
            }
            SessionEvent::SessionEnded {
                session,
                status,
                evict,
                reason,
            } => {
                self.end(*session, seq, now_ms, *status, reason);
                self.locks.close(*session);
                evict.iter().for_each(|session| self.forget(*session));
            }
            SessionEvent::ContextUpdated { session, entries } => {
                if let Some(entry) = self.table.get_mut(*session) {
                    for (name, value) in entries {
                        match value {
                            Some(value) => drop(entry.context.insert(name.clone(), value.clone())),
                            None => drop(entry.context.remove(name)),
                        }
                    }
                }
            }
            SessionEvent::ValueWritten {
                session,
                key,
                payload,
                expires_ms,
                ..
            } => {
                let values = &mut self.values;
                let before = values.write(seq, *session, key, payload.as_ref(), *expires_ms);
                let after = values.table.get(seq).map(Value::weight);
                if let Some(entry) = self.table.get_mut(*session) {
                    let freed = before.as_ref().map(Value::weight);
                    entry.values = entry.values + u64::from(after.is_some()) - u64::from(freed.is_some());
                    entry.value_bytes = entry.value_bytes + after.unwrap_or(0) - freed.unwrap_or(0);
                }
            }
            SessionEvent::LockQueued { .. }
            | SessionEvent::LockGranted { .. }
            | SessionEvent::LockExtended { .. }
            | SessionEvent::LockEnded { .. } => self.locks.evolve(seq, now_ms, event),
            SessionEvent::FactsRecorded { session, facts } => {
                if let Some(entry) = self.table.get_mut(*session) {
                    entry.facts.extend(facts.iter().cloned());
                }
            }
        }
    }

    /// A draft became a plan.
    pub(crate) fn start(&mut self, session: SessionId, now_ms: u64) {
        self.drafts.remove(&session);
        if let Some(entry) = self.table.get_mut(session) {
            entry.status = SessionStatus::Running;
            entry.clock.start(now_ms, entry.timeout_ms);
        }
    }

    /// The clock of a session stands still.
    pub(crate) fn hold(&mut self, session: SessionId, now_ms: u64) {
        if let Some(entry) = self.table.get_mut(session) {
            entry.clock.hold(now_ms);
        }
    }

    /// One reason less for the clock of a session to stand still.
    pub(crate) fn release(&mut self, session: SessionId, now_ms: u64) {
        if let Some(entry) = self.table.get_mut(session) {
            entry.clock.release(now_ms);
        }
    }

    /// Time during which no node was there does not count.
    pub(crate) fn shift_clocks(&mut self, by_ms: u64) {
        let live: Vec<SessionId> = self
            .table
            .iter()
            .filter(|(_, session)| session.clock.deadline_ms.is_some())
            .map(|(id, _)| id)
            .gather();
        for session in live {
            if let Some(entry) = self.table.get_mut(session) {
                entry.clock.shift(by_ms);
            }
        }
    }

    pub(crate) fn rebuild(&mut self, leases: &Leases) {
        self.values.rebuild();
        self.locks.rebuild(leases);
        let ended = |(id, session): (SessionId, &Session)| session.ended_seq.map(|seq| (seq, id));
        self.ended = self.table.iter().filter_map(ended).gather();
        let drafts = self
            .table
            .iter()
            .filter(|(_, session)| session.status == SessionStatus::Planning);
        self.drafts = drafts.map(|(id, _)| id).gather();
    }

    /// Every value and lock counts as changed, for the timers.
    pub(crate) fn touch_all(&mut self) {
        let values = self.values.table.iter().map(|(version, _)| version);
        self.values.touched = values.gather();
        let holds = self.locks.holds.table.iter().map(|(fence, _)| fence.0);
        let waits = self.locks.waits.iter().map(|(handle, _)| handle);
        self.locks.touched = holds.chain(waits).gather();
    }

    fn set(&mut self, session: SessionId, status: SessionStatus, reason: &str) {
        if let Some(entry) = self.table.get_mut(session) {
            entry.status = status;
            entry.reason = reason.to_owned();
        }
    }

    fn take_back(&mut self, session: SessionId, reason: &str, timed_out: bool) {
        self.drafts.remove(&session);
        self.set(session, SessionStatus::Cancelling, reason);
        if let Some(entry) = self.table.get_mut(session) {
            entry.timed_out = timed_out;
            entry.clock.stop();
        }
    }

    fn end(&mut self, session: SessionId, seq: u64, now_ms: u64, status: SessionStatus, reason: &str) {
        self.drafts.remove(&session);
        self.set(session, status, reason);
        if let Some(entry) = self.table.get_mut(session) {
            entry.clock.stop();
            entry.ended_ms = Some(now_ms);
            entry.ended_seq = Some(seq);
            self.ended.insert((seq, session));
        }
    }

    fn forget(&mut self, session: SessionId) {
        self.values.forget(session);
        if let Some(Session {
            ended_seq: Some(ended),
            ..
        }) = self.table.remove(session)
        {
            self.ended.remove(&(ended, session));
        }
    }
}

fn opened(now_ms: u64, event: &SessionEvent) -> Option<Session> {
    let SessionEvent::SessionOpened {
        plan,
        draft,
        input,
        actor,
        tenant,
        until_ms,
        ..
    } = event
    else {
        return None;
    };
    let mut clock = Countdown::default();
    if *draft {
        clock.deadline_ms = *until_ms;
    } else {
        clock.start(now_ms, plan.timeout_ms);
    }
    Some(Session {
        name: plan.name.clone(),
        status: if *draft {
            SessionStatus::Planning
        } else {
            SessionStatus::Running
        },
        actor: actor.clone(),
        tenant: tenant.clone(),
        config_hash: plan.config_hash,
        input: input.clone(),
        context: SortedMap::new(),
        opened_ms: now_ms,
        timeout_ms: plan.timeout_ms,
        clock,
        timed_out: false,
        ended_ms: None,
        ended_seq: None,
        reason: String::new(),
        facts: Vec::new(),
        values: 0,
        value_bytes: 0,
    })
}

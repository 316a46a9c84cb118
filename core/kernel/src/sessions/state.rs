use std::collections::{BTreeMap, BTreeSet};

use polyphon_wire::wire;

use super::SessionEvent;
use crate::id::SessionId;
use crate::payload::Payload;
use crate::state::Table;

wire! {
    /// Where a session is.
    pub choice SessionStatus {
        /// Its plan is being handed in.
        0 => Planning,
        /// Its tasks run.
        1 => Running,
        /// Nothing new is granted.
        2 => Paused,
        /// It is being taken back.
        3 => Cancelling,
        /// Every task completed.
        4 => Completed,
        /// A task did not.
        5 => Failed,
        /// It was taken back.
        6 => Cancelled,
    }
}

wire! {
    /// One orchestration.
    pub struct Session {
        name: String,
        status: SessionStatus,
        actor: String,
        tenant: String,
        config_hash: [u8; 32],
        input: Option<Payload>,
        /// Values agents share, by name.
        context: BTreeMap<String, Payload>,
        opened_ms: u64,
        /// Kernel time at which the whole session is over.
        deadline_ms: u64,
        ended_ms: Option<u64>,
        /// Sequence of the end, for the order in which ended sessions leave memory.
        ended_seq: Option<u64>,
    }
}

impl SessionStatus {
    /// Whether nothing happens to the session any more.
    pub fn is_terminal(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Cancelled)
    }
}

/// Every session that is in memory.
#[derive(Clone, Debug, Default)]
pub struct Sessions {
    pub(crate) table: Table<SessionId, Session>,
    /// Ended ones, oldest end first; derived.
    ended: BTreeSet<(u64, SessionId)>,
    /// Drafts, for their bound; derived.
    drafts: BTreeSet<SessionId>,
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

    /// How many are drafts.
    pub fn drafts(&self) -> usize {
        self.drafts.len()
    }

    /// Ended sessions beyond the newest `keep`, oldest first.
    pub(crate) fn beyond(&self, keep: usize) -> impl Iterator<Item = SessionId> {
        self.ended
            .iter()
            .take(self.ended.len().saturating_sub(keep))
            .map(|(_, session)| *session)
    }

    pub(crate) fn evolve(&mut self, seq: u64, now_ms: u64, event: &SessionEvent) {
        match event {
            SessionEvent::SessionOpened {
                plan,
                draft,
                input,
                actor,
                tenant,
                ..
            } => {
                let id = SessionId(seq);
                if *draft {
                    self.drafts.insert(id);
                }
                let session = Session {
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
                    context: BTreeMap::new(),
                    opened_ms: now_ms,
                    deadline_ms: now_ms.saturating_add(plan.timeout_ms),
                    ended_ms: None,
                    ended_seq: None,
                };
                self.table.insert(id, session);
            }
            SessionEvent::SessionPaused { session, .. } => self.set(*session, SessionStatus::Paused),
            SessionEvent::SessionResumed { session } => self.set(*session, SessionStatus::Running),
            SessionEvent::SessionCancelRequested { session, .. } => {
                self.drafts.remove(session);
                self.set(*session, SessionStatus::Cancelling);
            }
            SessionEvent::SessionEnded {
                session,
                status,
                evict,
            } => {
                self.set(*session, *status);
                self.drafts.remove(session);
                if let Some(entry) = self.table.get_mut(*session) {
                    entry.ended_ms = Some(now_ms);
                    entry.ended_seq = Some(seq);
                    self.ended.insert((seq, *session));
                }
                for session in evict {
                    if let Some(Session {
                        ended_seq: Some(ended),
                        ..
                    }) = self.table.remove(*session)
                    {
                        self.ended.remove(&(ended, *session));
                    }
                }
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
        }
    }

    /// A draft became a plan.
    pub(crate) fn start(&mut self, session: SessionId) {
        self.drafts.remove(&session);
        self.set(session, SessionStatus::Running);
    }

    pub(crate) fn rebuild(&mut self) {
        let ended = |(id, session): (SessionId, &Session)| session.ended_seq.map(|seq| (seq, id));
        self.ended = self.table.iter().filter_map(ended).collect();
        let drafts = self
            .table
            .iter()
            .filter(|(_, session)| session.status == SessionStatus::Planning);
        self.drafts = drafts.map(|(id, _)| id).collect();
    }

    fn set(&mut self, session: SessionId, status: SessionStatus) {
        if let Some(entry) = self.table.get_mut(session) {
            entry.status = status;
        }
    }
}

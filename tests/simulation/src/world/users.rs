//! Users: they hand in plans, change their minds, and ask again when they hear nothing.

use std::collections::{BTreeMap, VecDeque};

use polyphon_kernel::agents::commands::AgentCommand;
use polyphon_kernel::journal::JournalCommand;
use polyphon_kernel::sessions::commands::SessionCommand;
use polyphon_kernel::sessions::{Fact, FactKind, SessionStatus};
use polyphon_kernel::tasks::TaskSpec;
use polyphon_kernel::{Command, Payload, Request, SessionId};
use polyphon_wire::Bytes;

use super::{Step, World, pick_key, settings};
use crate::plans;
use crate::random::Random;

/// Sessions that live at once.
const SESSIONS: usize = 25;
/// Calls with a key that are kept for repeats.
const KEYED: usize = 20;

/// What users remember.
#[derive(Debug, Default)]
pub(super) struct Users {
    /// Calls made so far.
    pub(super) tags: u64,
    keys: u64,
    /// Question that was decided last.
    pub(super) decided: Option<u64>,
    keyed: VecDeque<(String, Command)>,
    /// Tasks of plans that are being begun, by the tag of the call.
    beginning: BTreeMap<u64, Vec<TaskSpec>>,
    drafts: BTreeMap<u64, Draft>,
}

#[derive(Debug)]
struct Draft {
    left: Vec<TaskSpec>,
    /// Call that waits, and tasks it handed in.
    calling: Option<(u64, usize)>,
}

impl Users {
    fn next_key(&mut self) -> String {
        self.keys += 1;
        format!("key-{}", self.keys)
    }

    /// Drafts whose state nobody knows any more.
    pub(super) fn forget_calls(&mut self) {
        self.beginning.clear();
        self.drafts.retain(|_, draft| draft.calling.is_none());
    }
}

impl World {
    /// A client hears of its call.
    pub(super) fn heard(&mut self, tag: u64, answer: Result<u64, &str>, request: &Request) {
        let users = &mut self.users;
        match (&request.command, answer) {
            (Command::Session(SessionCommand::BeginPlan { .. }), Ok(entity)) => {
                if let Some(left) = users.beginning.remove(&tag) {
                    users.drafts.insert(entity, Draft { left, calling: None });
                }
            }
            (Command::Session(SessionCommand::BeginPlan { .. }), Err(_)) => {
                drop(users.beginning.remove(&tag))
            }
            (Command::Session(SessionCommand::AddTasks { session, .. }), answer) => {
                let Some(draft) = users.drafts.get_mut(&session.0) else {
                    return;
                };
                let Some((_, count)) = draft.calling.take_if(|(known, _)| *known == tag) else {
                    return;
                };
                match answer {
                    Ok(_) => drop(draft.left.drain(..count)),
                    Err("STORE_IO") => {}
                    Err(_) => drop(users.drafts.remove(&session.0)),
                }
            }
            (Command::Session(SessionCommand::CommitPlan { session }), answer)
                if answer != Err("STORE_IO") =>
            {
                users.drafts.remove(&session.0);
            }
            (Command::Session(SessionCommand::CommitPlan { session }), _) => {
                if let Some(draft) = users.drafts.get_mut(&session.0) {
                    draft.calling = None;
                }
            }
            (Command::Task(command), answer) => self.team.heard(command, answer.err()),
            _ => {}
        }
    }

    pub(super) fn hand_in(&mut self, draw: &mut Random) -> Step {
        if self.facts.sessions.len() >= SESSIONS {
            return Ok(());
        }
        let key = draw.percent(40).then(|| self.users.next_key());
        let name = key.clone().unwrap_or_else(|| "plan".to_owned());
        let (plan, tasks) = plans::random(draw, name);
        let input = draw.percent(10).then(|| Payload::Inline {
            bytes: Bytes(vec![1, 2, 3]),
        });
        let command = SessionCommand::Orchestrate {
            plan,
            tasks: plans::shared(tasks),
            input,
        };
        self.call_keyed(command.into(), key)
    }

    /// A call whose key is kept for repeats.
    fn call_keyed(&mut self, command: Command, key: Option<String>) -> Step {
        if let Some(key) = &key {
            self.users.keyed.push_back((key.clone(), command.clone()));
            if self.users.keyed.len() > KEYED {
                self.users.keyed.pop_front();
            }
        }
        self.call(command, key)
    }

    pub(super) fn go_on_with_draft(&mut self, draw: &mut Random) -> Step {
        let session = pick_key(draw, &self.users.drafts).filter(|_| draw.percent(80));
        let Some(session) = session else {
            if self.users.drafts.len() >= 5 || self.facts.sessions.len() >= SESSIONS {
                return Ok(());
            }
            let (plan, tasks) = plans::random(draw, "draft".to_owned());
            let expected = tasks.len() as u32;
            self.users.beginning.insert(self.users.tags + 1, tasks);
            let input = None;
            return self.call(
                SessionCommand::BeginPlan {
                    plan,
                    expected,
                    input,
                }
                .into(),
                None,
            );
        };
        if draw.percent(8) {
            self.counters.count("user: plan abandoned midway");
            self.users.drafts.remove(&session);
            return Ok(());
        }
        let tag = self.users.tags + 1;
        let Some(draft) = self.users.drafts.get_mut(&session) else {
            return Ok(());
        };
        if draft.calling.is_some() {
            return Ok(());
        }
        let count = draw.within(1, 6).min(draft.left.len() as u64) as usize;
        let tasks = draft.left[..count].to_vec();
        draft.calling = Some((tag, count));
        let session = SessionId(session);
        let command = match count {
            0 => SessionCommand::CommitPlan { session },
            _ => SessionCommand::AddTasks {
                session,
                tasks: plans::shared(tasks),
            },
        };
        self.call(command.into(), None)
    }

    pub(super) fn repeat(&mut self, draw: &mut Random) -> Step {
        let index = draw.below(self.users.keyed.len() as u64) as usize;
        let Some((key, command)) = self.users.keyed.get(index).cloned() else {
            return Ok(());
        };
        let mut command = command;
        if draw.percent(30) {
            self.counters.count("user: same key, other body");
            match &mut command {
                Command::Session(SessionCommand::Orchestrate { plan, .. }) => plan.timeout_ms += 1,
                _ => {
                    let reason = format!("instead of {key}");
                    command = AgentCommand::StopAll { reason }.into();
                }
            }
        } else {
            self.counters.count("user: same key, same body");
        }
        self.call(command, Some(key))
    }

    pub(super) fn cancel(&mut self, draw: &mut Random) -> Step {
        let Some(session) = pick_key(draw, &self.facts.sessions) else {
            return Ok(());
        };
        self.counters.count("user: cancelled");
        let (session, reason) = (SessionId(session), "no longer wanted".to_owned());
        let key = draw.percent(20).then(|| self.users.next_key());
        self.call_keyed(SessionCommand::CancelSession { session, reason }.into(), key)
    }

    pub(super) fn cancel_session(&mut self, session: u64) -> Step {
        let (session, reason) = (SessionId(session), "no longer wanted".to_owned());
        self.call(SessionCommand::CancelSession { session, reason }.into(), None)
    }

    pub(super) fn pause(&mut self, draw: &mut Random) -> Step {
        let Some(session) = pick_key(draw, &self.facts.sessions).map(SessionId) else {
            return Ok(());
        };
        self.counters.count("user: paused");
        let reason = "wait".to_owned();
        self.call(SessionCommand::PauseSession { session, reason }.into(), None)
    }

    pub(super) fn resume(&mut self, draw: &mut Random) -> Step {
        let paused: Vec<u64> = self.paused().collect();
        let Some(session) = draw.pick(&paused).copied().map(SessionId) else {
            return Ok(());
        };
        self.counters.count("user: resumed");
        self.call(SessionCommand::ResumeSession { session }.into(), None)
    }

    /// Sessions that a user or an alert holds back, as far as the journal says.
    pub(super) fn paused(&self) -> impl Iterator<Item = u64> {
        let sessions = self.facts.sessions.iter();
        let is_held = |id: &u64| self.facts.holds.values().any(|held| held == id);
        sessions
            .filter(move |(id, session)| session.status == SessionStatus::Paused || is_held(id))
            .map(|(id, _)| *id)
    }

    pub(super) fn change_context(&mut self, draw: &mut Random) -> Step {
        let Some(session) = pick_key(draw, &self.facts.sessions).map(SessionId) else {
            return Ok(());
        };
        let value = draw.percent(70).then(|| Payload::Inline {
            bytes: Bytes(draw.next().to_le_bytes().to_vec()),
        });
        let entries = vec![(format!("name-{}", draw.below(5)), value)];
        let key = draw.percent(20).then(|| self.users.next_key());
        self.call_keyed(SessionCommand::UpdateContext { session, entries }.into(), key)
    }

    pub(super) fn record_facts(&mut self, draw: &mut Random) -> Step {
        let Some(session) = pick_key(draw, &self.facts.sessions).map(SessionId) else {
            return Ok(());
        };
        let kind = draw.pick(FactKind::ALL).copied().unwrap_or(FactKind::Guess);
        let facts = (0..draw.below(3)).map(|number| Fact {
            kind,
            text: format!("fact {number}"),
            source: "somebody".to_owned(),
        });
        let facts = facts.collect();
        let key = draw.percent(20).then(|| self.users.next_key());
        self.call_keyed(SessionCommand::RecordFacts { session, facts }.into(), key)
    }

    pub(super) fn configure(&mut self, draw: &mut Random) -> Step {
        let settings = settings::random(draw);
        self.call(JournalCommand::Configure { settings }.into(), None)
    }
}

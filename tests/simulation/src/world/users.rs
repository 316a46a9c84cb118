//! Users: they hand in plans, change their minds, and ask again when they hear nothing.

use std::collections::{BTreeMap, VecDeque};

use polyphon_kernel::journal::JournalCommand;
use polyphon_kernel::sessions::SessionStatus;
use polyphon_kernel::sessions::commands::SessionCommand;
use polyphon_kernel::tasks::TaskSpec;
use polyphon_kernel::{Command, Payload, Request, Resources, SessionId, Settings};
use polyphon_wire::Bytes;

use super::{Step, World, pick_key};
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
    keyed: VecDeque<(String, SessionCommand)>,
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
        let key = draw.percent(40).then(|| {
            self.users.keys += 1;
            format!("key-{}", self.users.keys)
        });
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
        if let Some(key) = &key {
            self.users.keyed.push_back((key.clone(), command.clone()));
            if self.users.keyed.len() > KEYED {
                self.users.keyed.pop_front();
            }
        }
        self.call(command.into(), key)
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
            if let SessionCommand::Orchestrate { plan, .. } = &mut command {
                plan.timeout_ms += 1;
            }
        } else {
            self.counters.count("user: same key, same body");
        }
        self.call(command.into(), Some(key))
    }

    pub(super) fn cancel(&mut self, draw: &mut Random) -> Step {
        let Some(session) = pick_key(draw, &self.facts.sessions) else {
            return Ok(());
        };
        self.counters.count("user: cancelled");
        self.cancel_session(session)
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
        self.call(SessionCommand::UpdateContext { session, entries }.into(), None)
    }

    pub(super) fn configure(&mut self, draw: &mut Random) -> Step {
        let totals = draw.percent(80).then(|| Resources {
            memory_mb: plans::TOTALS.memory_mb - draw.below(500),
            ..plans::TOTALS
        });
        let mut settings = Settings {
            totals,
            ageing_ms: draw.within(1, 60_000),
            ..Settings::default()
        };
        settings.starvation_ms = draw.below(200_000);
        settings.shutdown_ms = draw.below(30_000);
        settings.escalations.notify = draw.percent(50);
        settings.escalations.deadline_ms = draw.percent(30).then(|| draw.within(1_000, 600_000));
        settings.agents.restart_max = draw.below(4) as u32;
        self.call(JournalCommand::Configure { settings }.into(), None)
    }
}

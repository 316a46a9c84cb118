//! What agents and others share in sessions: values, transactions, locks.

use polyphon_kernel::leases::LockWish;
use polyphon_kernel::sessions::commands::{SessionCommand, StateChange, ValueWrite};
use polyphon_kernel::sessions::{Scope, SessionStatus, ValueKey};
use polyphon_kernel::tasks::PlanSpec;
use polyphon_kernel::{Fence, Payload, SessionId};
use polyphon_wire::Bytes;

use super::{Step, World, pick_key};
use crate::facts::place;
use crate::plans;
use crate::random::Random;

const NAMES: &[&str] = &["plan", "draft", "notes"];
const OWNERS: &[&str] = &["ann", "ben", "cem"];

impl World {
    /// A session without tasks is opened, or closed.
    pub(super) fn open_session(&mut self, draw: &mut Random) -> Step {
        let sessions = self.facts.sessions.iter();
        let open = sessions.filter(|(_, session)| session.expected == 0 && !session.status.is_terminal());
        let open: Vec<u64> = open.map(|(id, _)| *id).collect();
        if open.len() > 3
            && let Some(session) = draw.pick(&open).copied()
        {
            let session = SessionId(session);
            return self.call(SessionCommand::CommitPlan { session }.into(), None);
        }
        let (plan, _) = plans::random(draw, "shared".to_owned());
        // Now and then for longer than a session may take.
        let timeout_ms = if draw.percent(10) {
            u64::MAX
        } else {
            plan.timeout_ms
        };
        let (phases, input) = (Vec::new(), None);
        let plan = PlanSpec {
            phases,
            timeout_ms,
            ..plan
        };
        self.call(SessionCommand::OpenSession { plan, input }.into(), None)
    }

    fn some_session(&self, draw: &mut Random) -> SessionId {
        let sessions = self.facts.sessions.iter();
        let live = sessions.filter(|(_, session)| session.status == SessionStatus::Running);
        // Few of them, so that they meet.
        let mut live: Vec<u64> = live.map(|(id, _)| *id).collect();
        live.sort_by_key(|id| (self.facts.sessions[id].expected > 0, *id));
        live.truncate(3);
        let some = draw.pick(&live).copied();
        SessionId(match draw.percent(3) {
            true => pick_key(draw, &self.facts.sessions).unwrap_or_default(),
            false => some.unwrap_or_default(),
        })
    }

    /// An attempt of the session, or nobody in particular.
    fn some_attempt(&self, session: SessionId, draw: &mut Random) -> Option<Fence> {
        if draw.percent(60) {
            return None;
        }
        let leases = self.facts.leases.iter();
        let of = |task: u64| self.facts.tasks.get(&task).map(|task| task.session);
        let own = leases.filter(|(_, lease)| of(lease.task) == Some(session.0));
        let own: Vec<u64> = own.map(|(fence, _)| *fence).collect();
        let stale = self.facts.seq.saturating_sub(draw.below(50));
        let fence = draw.pick(&own).copied().filter(|_| !draw.percent(10));
        fence.or_else(|| draw.percent(10).then_some(stale)).map(Fence)
    }

    /// Somebody writes values, alone or with locks, on top of what was there, or of what was there once.
    pub(super) fn share(&mut self, draw: &mut Random) -> Step {
        let session = self.some_session(draw);
        let attempt = self.some_attempt(session, draw);
        let mut writes: Vec<ValueWrite> = Vec::new();
        for scope in [Scope::Shared, Scope::Temporary] {
            for name in NAMES {
                if draw.percent(40) {
                    writes.push(value(scope, name, draw));
                }
            }
        }
        writes.sort_by_key(|write| (write.key.scope.tag(), write.key.name.clone()));
        if draw.percent(2) {
            writes.reverse();
        }
        let values = &self.facts.shared.values;
        let version = |write: &ValueWrite| values.get(&place(session.0, &write.key)).copied();
        let stale = draw.percent(20);
        let checks = writes.iter().filter(|_| draw.percent(50)).map(|write| {
            let version = version(write).unwrap_or(0);
            (write.key.clone(), version.saturating_sub(u64::from(stale)))
        });
        let checks = checks.collect();
        let mut held = self.some_fences(session, draw, 30);
        let release = self.some_fences(session, draw, 10);
        held.truncate(1);
        let acquire = match draw.percent(10) {
            true => vec![wish(draw)],
            false => Vec::new(),
        };
        let change = StateChange {
            why: "it was so".to_owned(),
            checks,
            writes,
            held,
            release,
            acquire,
        };
        let command = SessionCommand::ChangeState {
            session,
            attempt,
            change,
        };
        self.call(command.into(), None)
    }

    /// Fences of locks of the session, now and then old ones.
    fn some_fences(&self, session: SessionId, draw: &mut Random, percent: u64) -> Vec<Fence> {
        let holds = self.facts.shared.holds.iter();
        let mut own = holds.filter(|(_, hold)| hold.session == session.0);
        let fence = own
            .next()
            .map(|(fence, _)| *fence)
            .filter(|_| draw.percent(percent));
        let stale = self
            .facts
            .shared
            .fences
            .values()
            .copied()
            .max()
            .unwrap_or_default();
        let fence = fence.or_else(|| draw.percent(2).then_some(stale));
        fence.map(Fence).into_iter().collect()
    }

    /// Somebody takes a lock, asks for more time or gives it back.
    pub(super) fn lock(&mut self, draw: &mut Random) -> Step {
        let some = pick_key(draw, &self.facts.shared.holds);
        let waits = pick_key(draw, &self.facts.shared.waits).filter(|_| draw.percent(20));
        let what = draw.below(10);
        if what < 5 {
            let session = self.some_session(draw);
            let attempt = self.some_attempt(session, draw);
            let wait_ms = draw.percent(80).then(|| draw.below(2) * draw.within(1, 20_000));
            let command = SessionCommand::AcquireLock {
                session,
                attempt,
                wish: wish(draw),
                wait_ms,
                force: draw.percent(4),
            };
            return self.call(command.into(), None);
        }
        let lock = waits.or(some).unwrap_or_default();
        let holds = &self.facts.shared.holds;
        let hold = holds.get(&lock).map(|hold| hold.session);
        let wait = self.facts.shared.waits.get(&lock).map(|(session, _)| *session);
        let session = SessionId(hold.or(wait).unwrap_or_default());
        let command = match what < 7 {
            true => SessionCommand::ExtendLock {
                session,
                fence: Fence(lock),
                length_ms: draw.within(0, 30_000),
            },
            false => SessionCommand::ReleaseLock { session, lock },
        };
        self.call(command.into(), None)
    }
}

fn value(scope: Scope, name: &str, draw: &mut Random) -> ValueWrite {
    let key = ValueKey {
        scope,
        owner: String::new(),
        name: name.to_owned(),
    };
    let payload = match draw.below(50) {
        0..=5 => None,
        6 => Some(Payload::Ref {
            hash: [0; 32],
            bytes: 2 << 20,
            key: "too long".to_owned(),
        }),
        _ => Some(Payload::Inline {
            bytes: Bytes(vec![0; draw.below(20) as usize]),
        }),
    };
    let lasts = scope == Scope::Temporary && payload.is_some();
    let ttl_ms = lasts.then(|| draw.within(1, 20_000));
    ValueWrite { key, payload, ttl_ms }
}

fn wish(draw: &mut Random) -> LockWish {
    let owner = match draw.percent(2) {
        true => String::new(),
        false => draw.pick(OWNERS).copied().unwrap_or_default().to_owned(),
    };
    LockWish {
        name: draw.pick(NAMES).copied().unwrap_or_default().to_owned(),
        shared: draw.percent(40),
        owner,
        attempt: None,
        length_ms: draw.within(1, 60_000),
    }
}

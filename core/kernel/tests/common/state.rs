//! Short ways to write values and to take locks.

use polyphon_kernel::leases::LockWish;
use polyphon_kernel::sessions::commands::{SessionCommand, StateChange, ValueWrite};
use polyphon_kernel::sessions::{Scope, ValueKey};
use polyphon_kernel::{Fence, SessionId};

use super::sessions::text;
use super::{Lab, plan};

/// A session without tasks.
pub fn open(lab: &mut Lab) -> SessionId {
    SessionId(lab.accept(SessionCommand::OpenSession {
        plan: plan(),
        input: None,
    }))
}

pub fn shared(name: &str) -> ValueKey {
    key(Scope::Shared, "", name)
}

pub fn key(scope: Scope, owner: &str, name: &str) -> ValueKey {
    ValueKey {
        scope,
        owner: owner.to_owned(),
        name: name.to_owned(),
    }
}

/// A write; what is empty deletes.
pub fn write(key: ValueKey, value: &str) -> ValueWrite {
    ValueWrite {
        key,
        payload: (!value.is_empty()).then(|| text(value)),
        ttl_ms: None,
    }
}

pub fn nothing() -> StateChange {
    StateChange {
        why: String::new(),
        checks: Vec::new(),
        writes: Vec::new(),
        held: Vec::new(),
        release: Vec::new(),
        acquire: Vec::new(),
    }
}

pub fn change(session: SessionId, change: StateChange) -> SessionCommand {
    SessionCommand::ChangeState {
        session,
        attempt: None,
        change,
    }
}

/// Writes one shared value.
pub fn set(session: SessionId, name: &str, value: &str) -> SessionCommand {
    let writes = vec![write(shared(name), value)];
    change(session, StateChange { writes, ..nothing() })
}

pub fn wish(name: &str, owner: &str) -> LockWish {
    LockWish {
        name: name.to_owned(),
        shared: false,
        owner: owner.to_owned(),
        attempt: None,
        length_ms: 10_000,
    }
}

/// Takes a lock alone, or waits for it without end.
pub fn lock(session: SessionId, name: &str, owner: &str) -> SessionCommand {
    SessionCommand::AcquireLock {
        session,
        attempt: None,
        wish: wish(name, owner),
        wait_ms: Some(0),
        force: false,
    }
}

pub fn unlock(session: SessionId, lock: u64) -> SessionCommand {
    SessionCommand::ReleaseLock { session, lock }
}

impl Lab {
    /// Fences and owners of those who hold a lock.
    pub fn holders(&self, name: &str) -> Vec<(u64, String)> {
        let holds = self.kernel.durable().sessions.locks.holds();
        let held = holds.iter().filter(|(_, hold)| hold.wish.name == name);
        held.map(|(fence, hold)| (fence.0, hold.wish.owner.clone()))
            .collect()
    }

    /// Version and text of a value.
    pub fn value(&self, session: SessionId, key: &ValueKey) -> Option<(u64, String)> {
        let values = &self.kernel.durable().sessions.values;
        let (version, value) = values.get(session, key, self.kernel.durable().last_ms())?;
        let polyphon_kernel::Payload::Inline { bytes } = &value.payload else {
            return None;
        };
        Some((version, String::from_utf8_lossy(&bytes.0).into_owned()))
    }

    pub fn hold_until(&self, fence: Fence) -> Option<u64> {
        let holds = self.kernel.durable().sessions.locks.holds();
        holds
            .iter()
            .find(|(known, _)| *known == fence)
            .map(|(_, hold)| hold.deadline_ms)
    }
}

//! Values that agents of a session share, or keep to themselves, in one order of writes.

use polyphon_sorted::SortedMap;

use polyphon_wire::wire;

use crate::gather::Gather;
use crate::id::SessionId;
use crate::payload::Payload;
use crate::state::Table;

wire! {
    /// Whom a value is for.
    pub choice Scope {
        /// Every agent of the session.
        0 => Shared,
        /// One agent.
        1 => Private,
        /// Every agent, for a while.
        2 => Temporary,
    }
}

impl Scope {
    /// Lower-case name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Shared => "shared",
            Self::Private => "private",
            Self::Temporary => "temporary",
        }
    }
}

wire! {
    /// What names a value within its session.
    pub struct ValueKey {
        scope: Scope,
        /// Name of the agent a private value is of; empty otherwise.
        owner: String,
        name: String,
    }
}

impl ValueKey {
    /// The key as one text; names have no control characters in them.
    fn place(&self, session: SessionId) -> (u64, String) {
        let Self { scope, owner, name } = self;
        let mut place = String::with_capacity(owner.len() + name.len() + 2);
        place.push(char::from(scope.tag() as u8));
        place.push_str(owner);
        place.push('\n');
        place.push_str(name);
        (session.0, place)
    }
}

wire! {
    /// One value; its version is the sequence of the event that wrote it.
    pub struct Value {
        session: SessionId,
        key: ValueKey,
        payload: Payload,
        /// Kernel time at which it is gone.
        expires_ms: Option<u64>,
    }
}

wire! {
    /// What a session's values may take.
    #[derive(Copy)]
    pub struct ValueSettings {
        /// Values of one session.
        keys: u64,
        /// Bytes of all values of one session, their names among them.
        bytes: u64,
        /// Bytes of one value, its name among them.
        value_bytes: u64,
    }
}

impl Default for ValueSettings {
    fn default() -> Self {
        Self {
            keys: 10_000,
            bytes: 64 << 20,
            value_bytes: 1 << 20,
        }
    }
}

impl Value {
    /// What it takes of its session's quota.
    pub(crate) fn weight(&self) -> u64 {
        weight(&self.key, &self.payload)
    }
}

/// What a value takes of its session's quota, in bytes.
pub(crate) fn weight(key: &ValueKey, payload: &Payload) -> u64 {
    let bytes = match payload {
        Payload::Inline { bytes } => bytes.0.len() as u64,
        Payload::Ref { bytes, .. } => *bytes,
    };
    bytes.saturating_add((key.owner.len() + key.name.len()) as u64)
}

/// Every value of the sessions in memory.
#[derive(Clone, Debug, Default)]
pub struct Values {
    pub(crate) table: Table<u64, Value>,
    /// Versions by key; derived.
    by_key: SortedMap<(u64, String), u64>,
    /// Versions that came or went with the last event, for their timers.
    pub(crate) touched: Vec<u64>,
}

impl Values {
    /// The version of a value and the value, unless its time is over.
    pub fn get(&self, session: SessionId, key: &ValueKey, now_ms: u64) -> Option<(u64, &Value)> {
        let version = *self.by_key.get(&key.place(session))?;
        let value = self.table.get(version)?;
        let is_over = value.expires_ms.is_some_and(|at_ms| at_ms <= now_ms);
        (!is_over).then_some((version, value))
    }

    /// Every value, the longest unchanged first.
    pub fn iter(&self) -> impl Iterator<Item = (u64, &Value)> {
        self.table.iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    /// Enters a value or takes one out; answers what was there before.
    pub(super) fn write(
        &mut self,
        seq: u64,
        session: SessionId,
        key: &ValueKey,
        payload: Option<&Payload>,
        expires_ms: Option<u64>,
    ) -> Option<Value> {
        let place = key.place(session);
        let before = match payload {
            Some(payload) => {
                let value = Value {
                    session,
                    key: key.clone(),
                    payload: payload.clone(),
                    expires_ms,
                };
                self.table.insert(seq, value);
                self.touched.push(seq);
                self.by_key.insert(place, seq)
            }
            None => self.by_key.remove(&place),
        };
        let version = before?;
        self.touched.push(version);
        self.table.remove(version)
    }

    /// Its session leaves memory.
    pub(super) fn forget(&mut self, session: SessionId) {
        let first = (session.0, String::new());
        let places = self.by_key.range_from(&first);
        let places: Vec<((u64, String), u64)> = places
            .take_while(|((of, _), _)| *of == session.0)
            .map(|(place, version)| (place.clone(), *version))
            .gather();
        for (place, version) in places {
            self.by_key.remove(&place);
            self.table.remove(version);
            self.touched.push(version);
        }
    }

    pub(super) fn rebuild(&mut self) {
        let places = self
            .table
            .iter()
            .map(|(version, value)| (value.key.place(value.session), version));
        self.by_key = places.gather();
    }
}

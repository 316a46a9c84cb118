//! What agents keep for themselves from one attempt to the next.

use polyphon_sorted::SortedSet;

use polyphon_wire::wire;

use super::{Agent, AgentSpec, Agents};
use crate::gather::Gather;
use crate::id::{AgentId, Fence, PoolId};
use crate::payload::Payload;
use crate::state::Table;

wire! {
    /// What an agent saved last.
    pub struct AgentState {
        /// Name of the agent: who registers under it has the state.
        key: String,
        /// Its pool: an agent that takes its place there has the state.
        pool: Option<PoolId>,
        payload: Payload,
        /// The attempt that saved it.
        fence: Fence,
        saved_ms: u64,
    }
}

/// The states of all agents.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    pub(crate) table: Table<AgentId, AgentState>,
    /// Keys of rows nothing needs any more, by the event since which that is so.
    pub(crate) discarded: Table<u64, String>,
    /// States whose agent was forgotten but not by its owner; derived.
    left: SortedSet<AgentId>,
}

impl Memory {
    /// What an agent saved last.
    pub fn get(&self, agent: AgentId) -> Option<&AgentState> {
        self.table.get(agent)
    }

    /// How many states there are, those that wait for an heir included.
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    /// States that wait for an heir.
    pub(crate) fn left(&self) -> impl Iterator<Item = (AgentId, &AgentState)> {
        self.left
            .iter()
            .filter_map(|id| Some((*id, self.table.get(*id)?)))
    }

    pub(super) fn save(&mut self, seq: u64, agent: AgentId, state: Option<AgentState>) {
        let before = self.table.remove(agent);
        self.left.remove(&agent);
        if let Some(state) = state {
            self.table.insert(agent, state);
        }
        if let Some(Payload::Ref { key, .. }) = before.map(|state| state.payload) {
            self.discarded.insert(seq, key);
        }
    }

    pub(super) fn inherit(&mut self, agent: AgentId, spec: &AgentSpec, from: AgentId) {
        self.left.remove(&from);
        if let Some(state) = self.table.remove(from) {
            let (key, pool) = (spec.key.clone(), spec.pool);
            self.table.insert(agent, AgentState { key, pool, ..state });
        }
    }

    pub(super) fn leave(&mut self, agent: AgentId) {
        if self.table.get(agent).is_some() {
            self.left.insert(agent);
        }
    }

    pub(super) fn erased(&mut self, discards: &[u64]) {
        discards.iter().for_each(|seq| drop(self.discarded.remove(*seq)));
    }

    pub(super) fn rebuild(&mut self, agents: &Table<AgentId, Agent>) {
        let left = self.table.iter().filter(|(id, _)| agents.get(*id).is_none());
        self.left = left.map(|(id, _)| id).gather();
    }
}

impl Agents {
    pub(super) fn remember(
        &mut self,
        seq: u64,
        now_ms: u64,
        id: AgentId,
        fence: Fence,
        state: Option<&Payload>,
    ) {
        let Some(agent) = self.table.get(id) else { return };
        let state = state.map(|payload| AgentState {
            key: agent.spec.key.clone(),
            pool: agent.spec.pool,
            payload: payload.clone(),
            fence,
            saved_ms: now_ms,
        });
        self.memory.save(seq, id, state);
    }
}

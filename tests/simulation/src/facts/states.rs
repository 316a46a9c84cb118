//! What agents have saved, as the journal tells it.

use std::collections::{BTreeMap, BTreeSet};

use polyphon_kernel::Payload;
use polyphon_kernel::agents::AgentEvent;

#[derive(Debug)]
pub(crate) struct StateFact {
    pub(crate) key: String,
    pub(crate) pool: Option<u64>,
    pub(crate) payload: Payload,
    /// Sequence of the event that took its agent away and left the state.
    pub(crate) left: Option<u64>,
}

#[derive(Debug, Default)]
pub(crate) struct StateFacts {
    pub(crate) table: BTreeMap<u64, StateFact>,
    /// Events since which a row is to be erased.
    pub(crate) rows: BTreeSet<u64>,
    /// Agents that have, or had, a state.
    pub(crate) had: BTreeSet<u64>,
}

impl StateFacts {
    /// `name` is the key and the pool of the agent of the event.
    pub(super) fn apply(&mut self, seq: u64, event: &AgentEvent, name: Option<(String, Option<u64>)>) {
        match event {
            AgentEvent::AgentStateSaved { agent, state, .. } => {
                self.drop_row(seq, agent.0);
                self.had.insert(agent.0);
                if let Some((payload, (key, pool))) = state.clone().zip(name) {
                    let left = None;
                    self.table.insert(
                        agent.0,
                        StateFact {
                            key,
                            pool,
                            payload,
                            left,
                        },
                    );
                }
            }
            AgentEvent::AgentStateInherited { agent, from } => {
                self.had.insert(agent.0);
                if let Some((mut state, (key, pool))) = self.table.remove(&from.0).zip(name) {
                    (state.key, state.pool, state.left) = (key, pool, None);
                    self.table.insert(agent.0, state);
                }
            }
            AgentEvent::AgentStateErased { agent } => self.drop_row(seq, agent.0),
            AgentEvent::AgentStateRowsErased { discards } => {
                self.rows.retain(|row| !discards.contains(row));
            }
            AgentEvent::AgentDeregistered { agent, .. } => {
                if let Some(state) = self.table.get_mut(&agent.0) {
                    state.left = Some(seq);
                }
            }
            _ => {}
        }
    }

    fn drop_row(&mut self, seq: u64, agent: u64) {
        if let Some(Payload::Ref { .. }) = self.table.remove(&agent).map(|state| state.payload) {
            self.rows.insert(seq);
        }
    }
}

use polyphon_sorted::{SortedMap, SortedSet};

use super::lifecycle;
use super::pools::{Pools, Share};
use super::rank::{Ranking, Standing};
use super::unserved::Unserved;
use super::{Agent, AgentStatus, Intent, Memory};
use crate::gather::Gather;
use crate::id::AgentId;
use crate::settings::Settings;
use crate::state::Table;

/// Every agent.
#[derive(Clone, Debug, Default)]
pub struct Agents {
    pub(crate) table: Table<AgentId, Agent>,
    /// Pools of agents.
    pub pools: Pools,
    /// What agents saved.
    pub memory: Memory,
    /// Demands nobody can meet.
    pub unserved: Unserved,
    by_key: SortedMap<String, AgentId>,
    ranking: Ranking,
    /// Those that have room, the one to be offered a task first first; derived.
    room: SortedSet<Standing>,
    /// Those that were asked to stop together; derived, and worked off step by step.
    pub(super) stopping: SortedSet<AgentId>,
}

impl Agents {
    /// The agent with this id.
    pub fn get(&self, agent: AgentId) -> Option<&Agent> {
        self.table.get(agent)
    }

    /// The agent of this name.
    pub fn by_key(&self, key: &str) -> Option<AgentId> {
        self.by_key.get(key).copied()
    }

    /// Every agent in order of registration.
    pub fn iter(&self) -> impl Iterator<Item = (AgentId, &Agent)> {
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

    /// Those that have room, in the order in which they are offered a task.
    pub(crate) fn with_room(&self) -> impl Iterator<Item = (AgentId, &Agent)> {
        let entry = |standing: &Standing| Some((standing.agent, self.table.get(standing.agent)?));
        self.room.iter().filter_map(entry)
    }

    /// Another way to choose came into force.
    pub(crate) fn rank_by(&mut self, settings: &Settings) {
        self.ranking = Ranking::of(settings);
        let standing = |(id, agent): (AgentId, &Agent)| self.ranking.standing(id, agent);
        self.room = self.table.iter().filter_map(standing).gather();
    }

    /// Derives what is derived, after the tables were filled.
    pub(crate) fn rebuild(&mut self, settings: &Settings) {
        let key = |(id, agent): (AgentId, &Agent)| (agent.spec.key.clone(), id);
        self.by_key = self.table.iter().map(key).gather();
        let stopping = self
            .table
            .iter()
            .filter(|(_, agent)| agent.intent == Intent::Stop);
        self.stopping = stopping.map(|(id, _)| id).gather();
        self.rank_by(settings);
        self.unserved.rebuild();
        self.memory.rebuild(&self.table);
        self.pools.rebuild(self.table.iter());
    }

    pub(super) fn enter(&mut self, id: AgentId, agent: Agent) {
        self.by_key.insert(agent.spec.key.clone(), id);
        self.pools.enter(id, &agent);
        self.table.insert(id, agent);
    }

    pub(super) fn leave(&mut self, id: AgentId) {
        // Out of the derived sets first.
        self.change(id, |agent| {
            agent.status = AgentStatus::Stopped;
            agent.intent = Intent::Stay;
        });
        if let Some(agent) = self.table.remove(id) {
            self.by_key.remove(&agent.spec.key);
            self.pools.leave(id, &agent);
            self.memory.leave(id);
        }
    }

    /// The one way to change an agent: keeps everything that is derived in step.
    pub(super) fn change(&mut self, id: AgentId, with: impl FnOnce(&mut Agent)) {
        let mut with = Some(with);
        self.change_by(id, &mut |agent| {
            if let Some(with) = with.take() {
                with(agent);
            }
        });
    }

    /// One copy for every kind of change, which keeps the wasm small.
    fn change_by(&mut self, id: AgentId, with: &mut dyn FnMut(&mut Agent)) {
        let Some(agent) = self.table.get_mut(id) else {
            return;
        };
        let (standing, share) = (
            self.ranking.standing(id, agent),
            agent.spec.pool.map(|_| Share::of(agent)),
        );
        let (status, was_stopping) = (agent.status, agent.intent == Intent::Stop);
        with(agent);
        debug_assert!(
            lifecycle::allows(status, agent.status),
            "{status:?} → {:?} is no transition",
            agent.status
        );
        let after = self.ranking.standing(id, agent);
        if standing != after {
            if let Some(standing) = standing {
                self.room.remove(&standing);
            }
            self.room.extend(after);
        }
        if let Some((pool, share)) = agent.spec.pool.zip(share) {
            self.pools.recount(pool, share, Share::of(agent));
        }
        if was_stopping != (agent.intent == Intent::Stop) {
            match was_stopping {
                true => self.stopping.remove(&id),
                false => self.stopping.insert(id),
            };
        }
    }
}

use polyphon_sorted::{SortedMap, SortedSet};

use polyphon_wire::wire;

use super::{PoolSpec, Share, Tally};
use crate::agents::{Agent, AgentEvent};
use crate::gather::Gather;
use crate::id::{AgentId, PoolId};
use crate::state::Table;

wire! {
    /// One pool.
    pub struct Pool {
        spec: PoolSpec,
        /// Agents it shall have.
        target: u32,
        /// Everything was asked to stop: it starts nothing before it is defined anew or a node starts.
        suspended: bool,
        /// It ends its agents and then itself.
        closing: bool,
    }
}

wire! {
    /// A pool and its agents.
    pub struct PoolView {
        pool: Pool,
        /// Agents at work, being started, or about to be started again.
        live: u32,
        /// Agents that finish their work or are being ended.
        ending: u32,
        /// Tasks the live ones work on.
        load: u64,
        /// Every agent, ended ones that may be started again included.
        members: Vec<AgentId>,
    }
}

/// Every pool.
#[derive(Clone, Debug, Default)]
pub struct Pools {
    pub(crate) table: Table<PoolId, Pool>,
    by_key: SortedMap<String, PoolId>,
    members: SortedMap<PoolId, SortedSet<AgentId>>,
    tallies: SortedMap<PoolId, Tally>,
}

impl Pools {
    /// The pool with this id.
    pub fn get(&self, pool: PoolId) -> Option<&Pool> {
        self.table.get(pool)
    }

    /// The pool of this name.
    pub fn by_key(&self, key: &str) -> Option<PoolId> {
        self.by_key.get(key).copied()
    }

    /// Every pool in order of definition.
    pub fn iter(&self) -> impl Iterator<Item = (PoolId, &Pool)> {
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

    /// The agents of a pool in order of their making, ended ones that may be started again included.
    pub fn members(&self, pool: PoolId) -> impl Iterator<Item = AgentId> {
        self.members.get(&pool).into_iter().flatten().copied()
    }

    /// How many agents a pool has, ended ones that may be started again included.
    pub fn size(&self, pool: PoolId) -> usize {
        self.members.get(&pool).map_or(0, SortedSet::len)
    }

    /// What the agents of a pool add up to.
    pub fn tally(&self, pool: PoolId) -> Tally {
        self.tallies.get(&pool).copied().unwrap_or_default()
    }

    pub(crate) fn view(&self, id: PoolId) -> Option<PoolView> {
        let pool = self.get(id)?.clone();
        let Tally { live, ending, load } = self.tally(id);
        Some(PoolView {
            pool,
            live,
            ending,
            load,
            members: self.members(id).gather(),
        })
    }

    pub(crate) fn evolve(&mut self, seq: u64, event: &AgentEvent) {
        match event {
            AgentEvent::PoolDefined { spec } => {
                self.by_key.insert(spec.key.clone(), PoolId(seq));
                let pool = Pool {
                    target: spec.min,
                    spec: spec.clone(),
                    suspended: false,
                    closing: false,
                };
                self.table.insert(PoolId(seq), pool);
            }
            AgentEvent::PoolRedefined { pool, spec } => self.change(*pool, |pool| {
                pool.target = pool.target.clamp(spec.min, spec.max.max(spec.min));
                pool.spec = spec.clone();
                pool.suspended = false;
                pool.closing = false;
            }),
            AgentEvent::PoolScaled { pool, to, .. } => self.change(*pool, |pool| pool.target = *to),
            AgentEvent::PoolClosing { pool, .. } => self.change(*pool, |pool| {
                pool.closing = true;
                pool.target = 0;
            }),
            AgentEvent::PoolRemoved { pool } => {
                if let Some(gone) = self.table.remove(*pool) {
                    self.by_key.remove(&gone.spec.key);
                }
            }
            _ => {}
        }
    }

    /// Agents of the node before ended with it; as many as must be there are started anew.
    pub(crate) fn start_node(&mut self) {
        self.change_all(|pool| {
            pool.suspended = false;
            pool.target = if pool.closing { 0 } else { pool.spec.min };
        });
    }

    pub(crate) fn suspend(&mut self) {
        self.change_all(|pool| {
            pool.suspended = true;
            pool.target = 0;
        });
    }

    pub(crate) fn enter(&mut self, id: AgentId, agent: &Agent) {
        let Some(pool) = agent.spec.pool else { return };
        self.members.get_or_default(pool).insert(id);
        self.tallies.get_or_default(pool).add(Share::of(agent));
    }

    pub(crate) fn leave(&mut self, id: AgentId, agent: &Agent) {
        let Some(pool) = agent.spec.pool else { return };
        if let Some(tally) = self.tallies.get_mut(&pool) {
            tally.take(Share::of(agent));
        }
        let is_last = self.members.get_mut(&pool).is_some_and(|members| {
            members.remove(&id);
            members.is_empty()
        });
        if is_last {
            self.members.remove(&pool);
            self.tallies.remove(&pool);
        }
    }

    pub(crate) fn recount(&mut self, pool: PoolId, before: Share, after: Share) {
        if before != after {
            let tally = self.tallies.get_or_default(pool);
            tally.take(before);
            tally.add(after);
        }
    }

    pub(crate) fn rebuild<'a>(&mut self, agents: impl Iterator<Item = (AgentId, &'a Agent)>) {
        self.by_key = self
            .table
            .iter()
            .map(|(id, pool)| (pool.spec.key.clone(), id))
            .gather();
        self.members.clear();
        self.tallies.clear();
        agents.for_each(|(id, agent)| self.enter(id, agent));
    }

    fn change(&mut self, pool: PoolId, with: impl FnOnce(&mut Pool)) {
        if let Some(pool) = self.table.get_mut(pool) {
            with(pool);
        }
    }

    fn change_all(&mut self, with: impl Fn(&mut Pool)) {
        let ids: Vec<PoolId> = self.table.iter().map(|(id, _)| id).gather();
        ids.into_iter().for_each(|id| self.change(id, &with));
    }
}

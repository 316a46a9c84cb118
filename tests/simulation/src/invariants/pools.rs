use std::collections::BTreeMap;

use polyphon_kernel::Event;
use polyphon_kernel::agents::{AgentEvent, PoolSpec};

use super::{At, Invariant, Seeing, must};
use crate::facts::Facts;

/// A pool stays within its bounds, makes agents only while it is open, and is forgotten only when it is empty.
#[derive(Default)]
pub(super) struct Pools {
    known: BTreeMap<u64, Pool>,
}

struct Pool {
    spec: PoolSpec,
    is_closing: bool,
}

impl Invariant for Pools {
    fn name(&self) -> &'static str {
        "pools stay within their bounds"
    }

    fn see(&mut self, facts: &Facts, what: &Seeing<'_>) -> Result<(), String> {
        match what {
            Seeing::Event(at, Event::Agent(event)) => self.agent(facts, *at, event),
            Seeing::Healed => {
                let closing = self.known.iter().find(|(_, pool)| pool.is_closing);
                must(closing.is_none(), || {
                    format!(
                        "pool {:?} is to end and never does",
                        closing.map(|(pool, _)| *pool)
                    )
                })
            }
            _ => Ok(()),
        }
    }
}

impl Pools {
    fn agent(&mut self, facts: &Facts, at: At, event: &AgentEvent) -> Result<(), String> {
        let size = |pool: u64| {
            let members = facts.agents.values();
            members
                .filter(|agent| agent.spec.pool.is_some_and(|of| of.0 == pool))
                .count()
        };
        match event {
            AgentEvent::PoolDefined { spec } => self.open(at.seq, spec),
            AgentEvent::PoolRedefined { pool, spec } => {
                must(self.known.contains_key(&pool.0), || {
                    format!("{pool} changes at {} and is not known", at.seq)
                })?;
                self.open(pool.0, spec)
            }
            AgentEvent::PoolClosing { pool, .. } => {
                let known = self.known.get_mut(&pool.0).filter(|pool| !pool.is_closing);
                known
                    .map(|known| known.is_closing = true)
                    .ok_or_else(|| format!("{pool} is to end at {} and is not open", at.seq))
            }
            AgentEvent::PoolRemoved { pool } => {
                let known = self.known.remove(&pool.0);
                must(known.is_some_and(|known| known.is_closing), || {
                    format!("{pool} is forgotten at {} and was not to end", at.seq)
                })?;
                must(size(pool.0) == 0, || {
                    format!("{pool} is forgotten at {} with {} agents", at.seq, size(pool.0))
                })
            }
            AgentEvent::PoolScaled { pool, from, to, .. } => {
                let spec = self.known.get(&pool.0).map(|known| &known.spec);
                let fits = spec.is_some_and(|spec| (spec.min..=spec.max).contains(to) && from != to);
                must(fits, || {
                    format!("{pool} is scaled from {from} to {to} at {} of {spec:?}", at.seq)
                })
            }
            AgentEvent::AgentProvisioned { spec, .. } => {
                let Some(pool) = spec.pool else {
                    return Err(format!("{} is made at {} for no pool", spec.key, at.seq));
                };
                let known = self.known.get(&pool.0).filter(|known| !known.is_closing);
                let has_room = known.is_some_and(|known| size(pool.0) < known.spec.max as usize);
                must(has_room, || {
                    format!(
                        "{} is made at {} for {pool}, which has {} agents and is open: {}",
                        spec.key,
                        at.seq,
                        size(pool.0),
                        known.is_some()
                    )
                })
            }
            _ => Ok(()),
        }
    }

    fn open(&mut self, pool: u64, spec: &PoolSpec) -> Result<(), String> {
        let spec = spec.clone();
        let is_closing = false;
        self.known.insert(pool, Pool { spec, is_closing });
        Ok(())
    }
}

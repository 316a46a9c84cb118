//! Ready tasks in the order they should run. Derived from tasks: rebuilt after restore, never hashed.

use std::collections::{BTreeMap, BTreeSet};

use super::spec::{Demand, Priority};
use crate::id::{SessionId, TaskId};

/// What makes tasks interchangeable for the dispatcher: if one finds no room, neither does the next.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct LaneKey {
    pub(crate) demand: Demand,
    /// Class limits count per session; a task without a class shares its lane with all others.
    pub(crate) class: Option<(SessionId, u32)>,
}

/// Tasks of one lane by priority, each first come first served.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lane {
    by_priority: [BTreeSet<(u64, TaskId)>; 4],
}

/// Emptied lanes that are kept for the next task like the last one.
const EMPTY_LANES: usize = 64;

/// Every ready task.
#[derive(Clone, Debug, Default)]
pub(crate) struct ReadyQueue {
    lanes: BTreeMap<LaneKey, Lane>,
    empty: usize,
    len: usize,
}

/// A task that waits, and how urgent it is by now.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Head {
    pub(crate) task: TaskId,
    pub(crate) urgency: u64,
    pub(crate) ready_ms: u64,
}

impl ReadyQueue {
    pub(crate) fn insert(&mut self, key: LaneKey, priority: Priority, ready_ms: u64, task: TaskId) {
        let lane = match self.lanes.get_mut(&key) {
            Some(lane) => {
                self.empty -= usize::from(lane.is_empty());
                lane
            }
            None => self.lanes.entry(key).or_default(),
        };
        self.len += usize::from(lane.by_priority[priority as usize].insert((ready_ms, task)));
    }

    pub(crate) fn remove(&mut self, key: &LaneKey, priority: Priority, ready_ms: u64, task: TaskId) {
        let Some(lane) = self.lanes.get_mut(key) else {
            return;
        };
        if !lane.by_priority[priority as usize].remove(&(ready_ms, task)) {
            return;
        }
        self.len -= 1;
        if lane.is_empty() {
            if self.empty < EMPTY_LANES {
                self.empty += 1;
            } else {
                self.lanes.remove(key);
            }
        }
    }

    /// The lanes that hold tasks, in a fixed order.
    pub(crate) fn lanes(&self) -> impl Iterator<Item = (&LaneKey, &Lane)> {
        self.lanes.iter().filter(|(_, lane)| !lane.is_empty())
    }

    /// How many tasks each lane holds.
    pub(crate) fn lengths(&self) -> impl Iterator<Item = (&LaneKey, u64)> {
        let len = |lane: &Lane| lane.by_priority.iter().map(|tasks| tasks.len() as u64).sum();
        self.lanes().map(move |(key, lane)| (key, len(lane)))
    }

    /// Since when the oldest task of each lane is ready.
    pub(crate) fn oldest(&self) -> impl Iterator<Item = (&LaneKey, u64)> {
        let ready = |lane: &Lane| {
            lane.by_priority
                .iter()
                .filter_map(|tasks| Some(tasks.first()?.0))
                .min()
        };
        self.lanes()
            .filter_map(move |(key, lane)| Some((key, ready(lane)?)))
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }
}

impl Lane {
    pub(crate) fn is_empty(&self) -> bool {
        self.by_priority.iter().all(BTreeSet::is_empty)
    }

    /// The most urgent task: strict by priority, but each `ageing_ms` of waiting lifts a task by one priority.
    pub(crate) fn head(&self, now_ms: u64, ageing_ms: u64) -> Option<Head> {
        let heads = self
            .by_priority
            .iter()
            .zip(0u64..)
            .filter_map(|(tasks, priority)| {
                let (ready_ms, task) = *tasks.first()?;
                let urgency = priority + now_ms.saturating_sub(ready_ms) / ageing_ms.max(1);
                Some(Head {
                    task,
                    urgency,
                    ready_ms,
                })
            });
        heads.min_by_key(Head::order)
    }
}

impl Head {
    /// Smaller runs earlier.
    pub(crate) fn order(&self) -> (std::cmp::Reverse<u64>, u64, TaskId) {
        (std::cmp::Reverse(self.urgency), self.ready_ms, self.task)
    }
}

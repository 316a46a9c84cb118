//! Ready tasks in the order they should run. Derived from tasks: rebuilt after restore, never hashed.
//!
//! Tasks with the same demand and class are interchangeable for the dispatcher: if one finds no room, neither does the
//! next. They form a lane, and only the first of each lane is looked at.

use polyphon_sorted::{SortedMap, SortedSet};
use std::sync::Arc;

use super::spec::Demand;
use super::task::Task;
use crate::id::{SessionId, TaskId};

/// What makes tasks interchangeable for the dispatcher.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Lane {
    /// Number of the demand in this queue.
    pub(crate) demand: u32,
    /// Class limits count per session; a task without a class shares its lane with all others.
    pub(crate) class: Option<Class>,
}

/// A class of a session's plan.
type Class = (SessionId, u32);

/// What a lane looks like from outside.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line<'a> {
    pub(crate) demand: &'a Demand,
    pub(crate) class: Option<Class>,
    /// Tasks in it.
    pub(crate) len: u64,
    /// Since when its first task is ready.
    pub(crate) ready_ms: u64,
}

/// Where a task stands: the smallest goes first.
///
/// Priority is strict, but each `ageing_ms` of waiting weighs as much as one priority. Both together are the time at
/// which the task became ready, moved back by `ageing_ms` for each priority, so that the order never changes by itself.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Place {
    due_ms: i64,
    ready_ms: u64,
    pub(crate) task: TaskId,
}

/// Every ready task.
#[derive(Clone, Debug, Default)]
pub(crate) struct ReadyQueue {
    ageing_ms: u64,
    lanes: SortedMap<Lane, SortedSet<Place>>,
    /// The first of each lane that may run: those of full classes are left out.
    heads: SortedMap<Place, Lane>,
    /// Classes that let no more task run.
    full: SortedSet<Class>,
    /// Demands of each class that has lanes.
    by_class: SortedMap<Class, SortedSet<u32>>,
    numbers: SortedMap<Arc<Demand>, u32>,
    demands: SortedMap<u32, Known>,
    next_number: u32,
    len: usize,
}

#[derive(Clone, Debug)]
struct Known {
    demand: Arc<Demand>,
    /// Lanes that exist for it.
    lanes: usize,
}

/// Demands without tasks that are kept for the next task like the last one.
const SPARE: usize = 64;

impl Place {
    fn of(task: &Task, id: TaskId, ageing_ms: u64) -> Self {
        let head_start = ageing_ms.saturating_mul(task.spec.priority.tag());
        Self {
            due_ms: signed(task.ready_ms).saturating_sub(signed(head_start)),
            ready_ms: task.ready_ms,
            task: id,
        }
    }

    /// Time the task has waited.
    pub(crate) fn waited_ms(&self, now_ms: u64) -> u64 {
        now_ms.saturating_sub(self.ready_ms)
    }
}

impl ReadyQueue {
    /// An empty queue in which a task gains a priority every `ageing_ms`.
    pub(crate) fn new(ageing_ms: u64) -> Self {
        Self {
            ageing_ms: ageing_ms.max(1),
            ..Self::default()
        }
    }

    pub(crate) fn insert(&mut self, task: &Task, id: TaskId) {
        let lane = Lane {
            demand: self.number(task.demand()),
            class: class_of(task),
        };
        let place = Place::of(task, id, self.ageing_ms);
        let tasks = match self.lanes.get_mut(&lane) {
            Some(tasks) => tasks,
            None => {
                if let Some(known) = self.demands.get_mut(&lane.demand) {
                    known.lanes += 1;
                }
                if let Some(class) = lane.class {
                    self.by_class.get_or_default(class).insert(lane.demand);
                }
                self.lanes.get_or_default(lane)
            }
        };
        let head = tasks.first().copied();
        if !tasks.insert(place) {
            return;
        }
        self.len += 1;
        if head.is_none_or(|head| place < head) && !self.is_full(lane) {
            if let Some(head) = head {
                self.heads.remove(&head);
            }
            self.heads.insert(place, lane);
        }
    }

    pub(crate) fn remove(&mut self, task: &Task, id: TaskId) {
        let Some(demand) = self.numbers.get(task.demand()).copied() else {
            return;
        };
        let lane = Lane {
            demand,
            class: class_of(task),
        };
        let place = Place::of(task, id, self.ageing_ms);
        let Some(tasks) = self.lanes.get_mut(&lane) else {
            return;
        };
        if !tasks.remove(&place) {
            return;
        }
        self.len -= 1;
        let next = tasks.first().copied();
        if self.heads.remove(&place).is_some()
            && let Some(next) = next
        {
            self.heads.insert(next, lane);
        }
        if next.is_none() {
            self.lanes.remove(&lane);
            self.lose_lane(lane);
        }
    }

    /// A class lets no more task run, or lets them again.
    pub(crate) fn set_full(&mut self, session: SessionId, class: u32, is_full: bool) {
        let key = (session, class);
        let changed = if is_full {
            self.full.insert(key)
        } else {
            self.full.remove(&key)
        };
        if !changed {
            return;
        }
        for demand in self.by_class.get(&key).into_iter().flatten() {
            let lane = Lane {
                demand: *demand,
                class: Some(key),
            };
            let Some(head) = self.lanes.get(&lane).and_then(SortedSet::first) else {
                continue;
            };
            if is_full {
                self.heads.remove(head);
            } else {
                self.heads.insert(*head, lane);
            }
        }
    }

    /// A session left memory.
    pub(crate) fn forget(&mut self, session: SessionId) {
        let classes = self
            .full
            .range_from(&(session, 0))
            .take_while(|(of, _)| *of == session);
        let classes: Vec<Class> = classes.copied().collect();
        for key in classes {
            self.full.remove(&key);
        }
    }

    /// The first task of each lane that may run, most urgent first.
    pub(crate) fn heads(&self) -> impl Iterator<Item = (&Place, Lane)> {
        self.heads.iter().map(|(place, lane)| (place, *lane))
    }

    /// Every lane, by demand and class.
    pub(crate) fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        self.numbers.iter().flat_map(|(demand, number)| {
            let first = Lane {
                demand: *number,
                class: None,
            };
            let lanes = self.lanes.range_from(&first);
            lanes
                .take_while(|(lane, _)| lane.demand == *number)
                .filter_map(|(lane, tasks)| {
                    Some(Line {
                        demand,
                        class: lane.class,
                        len: tasks.len() as u64,
                        ready_ms: tasks.first()?.ready_ms,
                    })
                })
        })
    }

    /// Whether a task with this demand is ready.
    pub(crate) fn demands(&self, demand: &Demand) -> bool {
        let number = self.numbers.get(demand);
        let known = number.and_then(|number| self.demands.get(number));
        known.is_some_and(|known| known.lanes > 0)
    }

    /// The demand of a lane.
    pub(crate) fn demand(&self, lane: Lane) -> Option<&Arc<Demand>> {
        self.demands.get(&lane.demand).map(|known| &known.demand)
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    fn is_full(&self, lane: Lane) -> bool {
        lane.class.is_some_and(|class| self.full.contains(&class))
    }

    fn number(&mut self, demand: &Arc<Demand>) -> u32 {
        if let Some(number) = self.numbers.get(demand) {
            return *number;
        }
        // Numbers of forgotten demands are not used again before all others were.
        while self.demands.contains_key(&self.next_number) {
            self.next_number = self.next_number.wrapping_add(1);
        }
        let number = self.next_number;
        self.next_number = number.wrapping_add(1);
        self.numbers.insert(demand.clone(), number);
        let demand = demand.clone();
        self.demands.insert(number, Known { demand, lanes: 0 });
        number
    }

    fn lose_lane(&mut self, lane: Lane) {
        let Lane { demand, class } = lane;
        if let Some(class) = class
            && let Some(demands) = self.by_class.get_mut(&class)
        {
            demands.remove(&demand);
            if demands.is_empty() {
                self.by_class.remove(&class);
            }
        }
        let Some(known) = self.demands.get_mut(&demand) else {
            return;
        };
        known.lanes = known.lanes.saturating_sub(1);
        if known.lanes == 0
            && self.demands.len() > SPARE
            && let Some(known) = self.demands.remove(&demand)
        {
            self.numbers.remove(&known.demand);
        }
    }
}

fn signed(ms: u64) -> i64 {
    i64::try_from(ms).unwrap_or(i64::MAX)
}

fn class_of(task: &Task) -> Option<(SessionId, u32)> {
    task.spec.class.map(|class| (task.session, class))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tasks::spec::{Priority, tests::spec};

    const AGEING_MS: u64 = 1_000;

    fn task(priority: Priority, ready_ms: u64, class: Option<u32>) -> Task {
        let mut spec = spec("task");
        spec.priority = priority;
        spec.class = class;
        let mut task = Task::new(SessionId(1), 0, spec.into());
        task.ready_ms = ready_ms;
        task
    }

    fn order(queue: &ReadyQueue) -> Vec<u64> {
        queue.heads().map(|(place, _)| place.task.0).collect()
    }

    #[test]
    fn priority_is_strict_until_waiting_outweighs_it() {
        let mut queue = ReadyQueue::new(AGEING_MS);
        let low = task(Priority::Low, 0, None);
        queue.insert(&low, TaskId(1));
        queue.insert(&task(Priority::High, 1_999, None), TaskId(2));
        assert_eq!(order(&queue), [2], "2 priorities are worth 2,000 ms");
        queue.insert(&task(Priority::High, 2_001, None), TaskId(3));
        queue.remove(&task(Priority::High, 1_999, None), TaskId(2));
        assert_eq!(order(&queue), [1]);
        queue.remove(&low, TaskId(1));
        assert_eq!(order(&queue), [3]);
        assert_eq!(queue.len(), 1);
    }

    #[test]
    fn a_full_class_shows_no_task_until_it_has_room() {
        let mut queue = ReadyQueue::new(AGEING_MS);
        queue.set_full(SessionId(1), 0, true);
        queue.insert(&task(Priority::Low, 5, Some(0)), TaskId(1));
        queue.insert(&task(Priority::Low, 6, Some(1)), TaskId(2));
        assert_eq!(order(&queue), [2]);
        queue.set_full(SessionId(1), 0, false);
        assert_eq!(order(&queue), [1, 2]);
        queue.set_full(SessionId(1), 0, true);
        queue.remove(&task(Priority::Low, 5, Some(0)), TaskId(1));
        queue.set_full(SessionId(1), 0, false);
        assert_eq!(order(&queue), [2]);
    }

    #[test]
    fn demands_that_nobody_has_any_more_are_forgotten() {
        let mut queue = ReadyQueue::new(AGEING_MS);
        for memory_mb in 0..1_000 {
            let mut task = task(Priority::Low, 0, None);
            let demand = task.course.demand.insert(task.spec.demand.clone());
            Arc::make_mut(demand).resources.memory_mb = memory_mb;
            queue.insert(&task, TaskId(memory_mb));
            queue.remove(&task, TaskId(memory_mb));
        }
        assert!(queue.demands.len() <= SPARE + 1, "{}", queue.demands.len());
        assert_eq!(queue.numbers.len(), queue.demands.len());
        assert!(queue.lanes.is_empty() && queue.heads.is_empty());
    }
}

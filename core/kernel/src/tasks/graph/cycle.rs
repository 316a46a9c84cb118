use crate::tasks::{PhaseMode, PhaseSpec, TaskError, TaskSpec};

/// Moments of a plan between which there is an order: a task begins and ends, a phase opens.
///
/// A task ends after it began and after its parts ended; a part begins after its parent began; a task begins after what
/// it needs has ended; a phase opens when all tasks of the one before have ended.
struct Moments<'a> {
    tasks: &'a [&'a TaskSpec],
    /// What must come right before each moment.
    before: Vec<Vec<u32>>,
}

/// # Errors
/// [`TaskError::Cycle`] with the keys along one circle.
pub(super) fn check(phases: &[&PhaseSpec], tasks: &[&TaskSpec]) -> Result<(), TaskError> {
    if phases.is_empty()
        && tasks
            .iter()
            .all(|task| task.after.is_empty() && task.parent.is_none())
    {
        return Ok(());
    }
    let moments = Moments::of(phases, tasks);
    match moments.circle() {
        Some(circle) => Err(TaskError::Cycle {
            path: moments.keys(&circle),
        }),
        None => Ok(()),
    }
}

impl<'a> Moments<'a> {
    fn of(phases: &[&PhaseSpec], tasks: &'a [&'a TaskSpec]) -> Self {
        let begin = |task: u32| task * 2;
        let end = |task: u32| task * 2 + 1;
        let open = |phase: usize| (tasks.len() * 2 + phase) as u32;
        let mut before = vec![Vec::new(); tasks.len() * 2 + phases.len()];
        for (task, index) in tasks.iter().zip(0u32..) {
            before[end(index) as usize].push(begin(index));
            before[begin(index) as usize].extend(task.after.iter().map(|other| end(*other)));
            if let Some(parent) = task.parent {
                before[begin(index) as usize].push(begin(parent));
                before[end(parent) as usize].push(end(index));
            }
        }
        for (number, phase) in phases.iter().enumerate() {
            phase
                .tasks
                .iter()
                .for_each(|task| before[begin(*task) as usize].push(open(number)));
            if phase.mode != PhaseMode::Parallel {
                phase
                    .tasks
                    .windows(2)
                    .for_each(|pair| before[begin(pair[1]) as usize].push(end(pair[0])));
            }
            if let Some(next) = before
                .get_mut(open(number + 1) as usize)
                .filter(|_| number + 1 < phases.len())
            {
                next.extend(phase.tasks.iter().map(|task| end(*task)));
                next.push(open(number));
            }
        }
        Self { tasks, before }
    }

    /// One circle of moments, if there is any: an iterative depth-first search, so that a long plan needs no stack.
    fn circle(&self) -> Option<Vec<u32>> {
        const NEW: u8 = 0;
        const OPEN: u8 = 1;
        const DONE: u8 = 2;
        let mut seen = vec![NEW; self.before.len()];
        for start in 0..self.before.len() as u32 {
            if seen[start as usize] != NEW {
                continue;
            }
            let mut path: Vec<(u32, usize)> = vec![(start, 0)];
            seen[start as usize] = OPEN;
            while let Some((moment, next)) = path.last_mut() {
                let Some(other) = self.before[*moment as usize].get(*next).copied() else {
                    seen[*moment as usize] = DONE;
                    path.pop();
                    continue;
                };
                *next += 1;
                match seen[other as usize] {
                    NEW => {
                        seen[other as usize] = OPEN;
                        path.push((other, 0));
                    }
                    OPEN => {
                        let from = path.iter().position(|(moment, _)| *moment == other).unwrap_or(0);
                        return Some(path[from..].iter().map(|(moment, _)| *moment).collect());
                    }
                    _ => {}
                }
            }
        }
        None
    }

    /// Keys of the tasks along a circle, each once, in the order in which one waits for the next.
    fn keys(&self, circle: &[u32]) -> Vec<String> {
        let mut keys: Vec<String> = Vec::new();
        for moment in circle {
            let key = self.tasks.get(*moment as usize / 2).map(|task| task.key.as_str());
            if let Some(key) = key.filter(|key| keys.last().map(String::as_str) != Some(*key)) {
                keys.push(key.to_owned());
            }
        }
        if keys.len() > 1 && keys.first() == keys.last() {
            keys.pop();
        }
        keys.extend(keys.first().cloned());
        keys
    }
}

//! Leaves out of a failing seed what is not needed for it to fail.

use std::time::{Duration, Instant};

use crate::decision::Decision;
use crate::run::{self, Failure, Options};

/// Longest time spent on it.
const PATIENCE: Duration = Duration::from_secs(20);

/// Numbers of steps that together fail in the same way; delta debugging within a bounded time.
pub(crate) fn shrink(options: &Options, failure: &Failure, list: &[Decision]) -> Vec<u64> {
    let all = 1..=failure.at;
    let mut kept: Vec<u64> = match &options.only {
        Some(only) => only.iter().copied().collect(),
        None => all.collect(),
    };
    let started = Instant::now();
    let fails = |numbers: &[u64]| {
        let decisions: Vec<Decision> = numbers
            .iter()
            .filter_map(|number| list.get(*number as usize - 1).copied())
            .collect();
        let (_, found) = run::seed(failure.seed, &decisions, options.canary);
        found.filter(|found| found.violation.invariant == failure.violation.invariant)
    };
    let mut parts = 2;
    while kept.len() >= 2 && started.elapsed() < PATIENCE {
        let size = kept.len().div_ceil(parts);
        let mut smaller = None;
        for start in (0..kept.len()).step_by(size) {
            if started.elapsed() > PATIENCE {
                break;
            }
            let end = (start + size).min(kept.len());
            let rest: Vec<u64> = kept[..start].iter().chain(&kept[end..]).copied().collect();
            if let Some(found) = fails(&rest) {
                smaller = Some(rest[..(found.at as usize).min(rest.len())].to_vec());
                break;
            }
        }
        match smaller {
            Some(rest) => {
                kept = rest;
                parts = parts.saturating_sub(1).max(2);
            }
            None if size == 1 => break,
            None => parts = (parts * 2).min(kept.len()),
        }
    }
    kept
}

//! Runs seeds on every core, and says what came of them.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

use crate::counters::Counters;
use crate::decision::{self, Decision};
use crate::shrink;
use crate::world::{Violation, World};

/// What is to be run.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    pub(crate) first: u64,
    pub(crate) seeds: u64,
    pub(crate) steps: u64,
    pub(crate) jobs: usize,
    pub(crate) canary: bool,
    /// Steps of the one seed that are kept.
    pub(crate) only: Option<BTreeSet<u64>>,
    /// Whether a failure is made small.
    pub(crate) shrink: bool,
}

/// A seed that failed.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    pub(crate) seed: u64,
    /// Steps until it failed.
    pub(crate) at: u64,
    pub(crate) violation: Violation,
}

/// What came of a run.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) counters: Counters,
    pub(crate) steps: u64,
    pub(crate) events: u64,
    pub(crate) failure: Option<Failure>,
    pub(crate) ms: u128,
}

/// One seed from the beginning.
pub(crate) fn seed(seed: u64, list: &[Decision], canary: bool) -> (World, Option<Failure>) {
    let mut world = World::new(seed, canary, false);
    for (decision, at) in list.iter().zip(1..) {
        if let Err(violation) = world.step(*decision) {
            return (world, Some(Failure { seed, at, violation }));
        }
    }
    (world, None)
}

/// Every seed, until one fails.
pub(crate) fn all(options: &Options) -> Outcome {
    let started = Instant::now();
    let (next, failed) = (AtomicU64::new(0), AtomicBool::new(false));
    let outcome = Mutex::new(Outcome::default());
    std::thread::scope(|scope| {
        for _ in 0..options.jobs {
            scope.spawn(|| {
                while !failed.load(Ordering::Relaxed) {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    if index >= options.seeds {
                        return;
                    }
                    let number = options.first.wrapping_add(index);
                    let list = kept(options, decision::decisions(number, options.steps));
                    crate::panics::now(number, options.steps);
                    let (world, failure) = seed(number, &list, options.canary);
                    failed.fetch_or(failure.is_some(), Ordering::Relaxed);
                    if let Ok(mut outcome) = outcome.lock() {
                        outcome.counters.add(&world.counters);
                        outcome.steps += failure.as_ref().map_or(list.len() as u64, |failure| failure.at);
                        outcome.events += world.facts.seq;
                        let is_first =
                            |known: &Failure| failure.as_ref().is_some_and(|it| it.seed < known.seed);
                        if outcome.failure.as_ref().is_none_or(is_first) {
                            outcome.failure = failure.or_else(|| outcome.failure.take());
                        }
                    }
                }
            });
        }
    });
    let mut outcome = outcome.into_inner().unwrap_or_default();
    outcome.ms = started.elapsed().as_millis();
    outcome
}

fn kept(options: &Options, list: Vec<Decision>) -> Vec<Decision> {
    let Some(only) = &options.only else { return list };
    let numbered = list.into_iter().zip(1..);
    numbered
        .filter(|(_, number)| only.contains(number))
        .map(|(decision, _)| decision)
        .collect()
}

/// Says what failed and how to see it again.
pub(crate) fn explain(options: &Options, failure: &Failure) {
    let Failure {
        seed: number,
        at,
        violation,
    } = failure;
    println!("\nseed {number} fails at step {at}: {}", violation.invariant);
    println!("  {}", violation.message);
    let args = format!("--seeds 1 --seed {number} --steps {}", options.steps);
    let canary = if options.canary { " --canary" } else { "" };
    let command = format!("cargo run --release -p polyphon-simulation -- {args}{canary}");
    println!("commit {}", commit());
    println!("again: {command}");
    if !options.shrink {
        return;
    }
    let list = decision::decisions(*number, options.steps);
    let kept = shrink::shrink(options, failure, &list);
    let steps: Vec<String> = kept.iter().map(u64::to_string).collect();
    println!(
        "{} of {at} steps are enough: {command} --only {}",
        kept.len(),
        steps.join(",")
    );
    let mut world = World::new(*number, options.canary, true);
    for step in &kept {
        let Some(decision) = list.get(*step as usize - 1) else {
            continue;
        };
        if let Err(violation) = world.step(*decision) {
            world.story().for_each(|line| println!("  {line}"));
            println!("{}: {}", violation.invariant, violation.message);
            break;
        }
    }
}

fn commit() -> String {
    let output = std::process::Command::new("git")
        .args(["rev-parse", "HEAD"])
        .output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    text.ok()
        .filter(|text| !text.is_empty())
        .unwrap_or_else(|| "unknown".to_owned())
}

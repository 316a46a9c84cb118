//! Drives the kernel and the rules of its runtime through a world of faults, all of it from one seed.
#![forbid(unsafe_code)]

mod corpus;
mod counters;
mod decision;
mod facts;
mod frames;
mod invariants;
mod panics;
mod plans;
mod planted;
mod random;
mod run;
mod scripts;
mod shrink;
mod store;
mod world;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::ExitCode;

use run::Options;

/// Seeds and steps of a run of the default size, in which every counter must count.
const SEEDS: u64 = 100;
const STEPS: u64 = 20_000;

const USAGE: &str = "usage: polyphon-simulation [--seeds N] [--steps M] [--seed S] [--jobs J] [--only STEP,…] \
[--canary] [--planted] [--no-shrink] | --script-hashes N [--dump FILE] | --write-corpus DIR";

struct Arguments {
    options: Options,
    planted: bool,
    script_hashes: Option<u64>,
    dump: Option<PathBuf>,
    corpus: Option<PathBuf>,
}

fn main() -> ExitCode {
    panics::install();
    let arguments = match parse(std::env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(message) => {
            eprintln!("{message}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    if let Some(folder) = &arguments.corpus {
        return done(corpus::write(folder));
    }
    if let Some(count) = arguments.script_hashes {
        return done(scripts::hashes(count, arguments.dump.as_deref()));
    }
    if arguments.planted {
        return find_planted(&arguments.options);
    }
    simulate(&arguments.options)
}

fn done(result: std::io::Result<()>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Arguments, String> {
    let jobs = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let mut parsed = Arguments {
        options: Options {
            first: 1,
            seeds: SEEDS,
            steps: STEPS,
            jobs,
            canary: false,
            only: None,
            shrink: true,
        },
        planted: false,
        script_hashes: None,
        dump: None,
        corpus: None,
    };
    while let Some(name) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| format!("{name} needs a value"));
        let number = |text: String| text.parse::<u64>().map_err(|_| format!("{text} is not a number"));
        match name.as_str() {
            "--seeds" => parsed.options.seeds = number(value()?)?,
            "--steps" => parsed.options.steps = number(value()?)?,
            "--seed" => parsed.options.first = number(value()?)?,
            "--jobs" => parsed.options.jobs = number(value()?)?.max(1) as usize,
            "--only" => {
                let steps: Result<BTreeSet<u64>, String> =
                    value()?.split(',').map(|step| number(step.to_owned())).collect();
                parsed.options.only = Some(steps?);
            }
            "--script-hashes" => parsed.script_hashes = Some(number(value()?)?),
            "--dump" => parsed.dump = Some(value()?.into()),
            "--write-corpus" => parsed.corpus = Some(value()?.into()),
            "--canary" => parsed.options.canary = true,
            "--planted" => parsed.planted = true,
            "--no-shrink" => parsed.options.shrink = false,
            _ => return Err(format!("{name} is not known")),
        }
    }
    Ok(parsed)
}

fn simulate(options: &Options) -> ExitCode {
    let outcome = run::all(options);
    for (name, count) in outcome.counters.iter() {
        println!("{count:>10}  {name}");
    }
    let per_second = u128::from(outcome.steps) * 1_000 / outcome.ms.max(1);
    println!(
        "{} steps, {} events in {} ms: {per_second} steps/s",
        outcome.steps, outcome.events, outcome.ms
    );
    if let Some(failure) = &outcome.failure {
        run::explain(options, failure);
        return ExitCode::FAILURE;
    }
    let missing = outcome.counters.missing();
    let is_default_size = options.seeds * options.steps >= SEEDS * STEPS && options.only.is_none();
    if is_default_size && !missing.is_empty() {
        println!("never happened: {}", missing.join(", "));
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

/// The first seed in which the invariant itself does not hold. Where others see what the defect leads to before, the next
/// seeds are looked at; answers those others, too.
#[cfg(feature = "planted-bugs")]
fn find_own(options: &Options, broken: &str) -> (Option<run::Failure>, Vec<String>) {
    let (end, mut others) = (options.first + options.seeds, Vec::new());
    let mut rest = options.clone();
    while rest.seeds > 0 {
        match run::all(&rest).failure {
            Some(failure) if failure.violation.invariant == broken => return (Some(failure), others),
            Some(failure) => {
                rest.first = failure.seed + 1;
                rest.seeds = end - rest.first;
                others.push(failure.violation.invariant);
            }
            None => break,
        }
    }
    (None, others)
}

#[cfg(feature = "planted-bugs")]
fn find_planted(options: &Options) -> ExitCode {
    let mut lost = 0;
    for (number, name, broken) in planted::ALL {
        polyphon_kernel::planted::choose(*number);
        let (failure, others) = find_own(options, broken);
        let Some(run::Failure { seed, at, violation }) = failure else {
            lost += 1;
            println!("MISSED  {number:>3}  {name}; others saw it: {others:?}");
            continue;
        };
        println!(
            "found   {number:>3}  {name}: seed {seed} step {at}: {}: {}",
            violation.invariant, violation.message
        );
    }
    polyphon_kernel::planted::choose(0);
    let canary = Options {
        canary: true,
        ..options.clone()
    };
    match run::all(&canary).failure {
        Some(failure) => println!("found    canary: seed {} step {}", failure.seed, failure.at),
        None => {
            lost += 1;
            println!("MISSED   canary");
        }
    }
    println!(
        "{} of {} defects found, each by the invariant it breaks",
        planted::ALL.len() + 1 - lost,
        planted::ALL.len() + 1
    );
    if lost == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

#[cfg(not(feature = "planted-bugs"))]
fn find_planted(_options: &Options) -> ExitCode {
    eprintln!("--planted needs a build with --features planted-bugs");
    ExitCode::from(2)
}

//! A panic names the seed it came from.

use std::cell::Cell;

thread_local! {
    static RUNNING: Cell<(u64, u64)> = const { Cell::new((0, 0)) };
}

/// This thread runs this seed now.
pub(crate) fn now(seed: u64, steps: u64) {
    RUNNING.set((seed, steps));
}

/// Says how to see a panic again.
pub(crate) fn install() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        before(info);
        let (seed, steps) = RUNNING.get();
        let args = format!("--seeds 1 --seed {seed} --steps {steps}");
        eprintln!("again: cargo run --release -p polyphon-simulation -- {args}");
    }));
}

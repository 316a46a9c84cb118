//! The circuit breaker: stops calling what keeps failing, and tries again later with few calls.
//!
//! Source of the pattern: M. Nygard, "Release It!", chapter "Stability Patterns". Closed, it counts; when enough calls
//! of a window failed it opens and refuses everything; after a while it is half open and lets probes through, whose
//! outcome closes or opens it.

mod window;

pub use window::{Counts, MAX_SLICES};

use crate::PPM;
use window::Window;

/// When a breaker opens and closes. Times in milliseconds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct BreakerRule {
    /// Least failures within the window that open it; 0 counts as 1.
    pub failures: u64,
    /// Least calls within the window before it opens at all.
    pub volume: u64,
    /// It opens only when more than this share of the window's calls failed, in parts per million.
    pub share_ppm: u64,
    /// How far back failures count.
    pub window_ms: u64,
    /// Parts in which the window is forgotten: a failure counts for `window_ms`, less at most one part.
    pub slices: u32,
    /// How long it stays open before probes are let through.
    pub reset_ms: u64,
    /// Probes that may run at once while it is half open; 0 counts as 1.
    pub probes: u32,
    /// Probes that must succeed, none failing, before it closes; 0 counts as 1.
    pub successes: u32,
    /// Decides as the library opossum does: one probe; calls from before the last change of state are a verdict too;
    /// closing does not empty the window; a probe that is never heard of again keeps it half open.
    pub opossum: bool,
}

/// The states of a breaker.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum BreakerState {
    /// Calls go through and are counted.
    Closed,
    /// Calls are refused.
    Open,
    /// Few calls go through, to see whether it may close.
    HalfOpen,
}

/// What lets one call through. It is handed back with the outcome, once.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Permit {
    /// Number of changes of state before it was given.
    pub era: u64,
    /// Whether the call is a probe.
    pub probe: bool,
}

/// How a call ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum CallOutcome {
    /// It answered.
    Success,
    /// It failed in a way that speaks against whom it called.
    Failure,
    /// Nothing was learned: it was called off.
    Abandoned,
}

/// A breaker. Every call gives the time, in milliseconds from any origin; time that goes back stands still.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Breaker {
    rule: BreakerRule,
    window: Window,
    state: BreakerState,
    era: u64,
    /// When it opened, or when the last probe was let through.
    since_ms: u64,
    running: u32,
    succeeded: u32,
}

impl Breaker {
    /// A closed breaker that has seen nothing.
    pub fn new(rule: BreakerRule, now_ms: u64) -> Self {
        Self {
            window: Window::new(now_ms, rule.window_ms, rule.slices),
            rule,
            state: BreakerState::Closed,
            era: 0,
            since_ms: now_ms,
            running: 0,
            succeeded: 0,
        }
    }

    /// The state at `now_ms`: an open breaker whose time is over is half open.
    pub fn state(&mut self, now_ms: u64) -> BreakerState {
        self.advance(now_ms);
        self.state
    }

    /// What the window holds at `now_ms`.
    pub fn counts(&mut self, now_ms: u64) -> Counts {
        self.advance(now_ms);
        self.window.sum()
    }

    /// Lets a call through, or says after how many milliseconds asking again makes sense; 0 when the end of a probe
    /// decides that.
    ///
    /// # Errors
    /// The wait, when the call is refused.
    pub fn admit(&mut self, now_ms: u64) -> Result<Permit, u64> {
        self.advance(now_ms);
        self.window.call();
        match self.state {
            BreakerState::Closed => Ok(self.permit(false)),
            BreakerState::Open => Err(self.left_ms(now_ms)),
            BreakerState::HalfOpen => self.admit_probe(now_ms),
        }
    }

    /// Takes the outcome of a call that was let through.
    pub fn record(&mut self, permit: Permit, outcome: CallOutcome, now_ms: u64) {
        self.advance(now_ms);
        let current = permit.era == self.era;
        if current && permit.probe {
            self.running = self.running.saturating_sub(1);
        }
        match outcome {
            CallOutcome::Abandoned => {}
            _ if !current && !self.rule.opossum => {}
            CallOutcome::Success => self.succeed(),
            CallOutcome::Failure => self.fail(now_ms),
        }
    }

    /// Counts a call that goes past the breaker.
    pub fn note_call(&mut self, now_ms: u64) {
        self.advance(now_ms);
        self.window.call();
    }

    /// Counts a failure without ever opening a closed breaker: while what is called warms up.
    pub fn note_failure(&mut self, now_ms: u64) {
        self.advance(now_ms);
        self.window.failure();
    }

    /// Opens it, whatever was counted. One that is open stays so for as long as it would have.
    pub fn open(&mut self, now_ms: u64) {
        self.advance(now_ms);
        if self.state != BreakerState::Open {
            self.enter(BreakerState::Open);
            self.since_ms = now_ms;
        }
    }

    /// Closes it, whatever was counted.
    pub fn close(&mut self, now_ms: u64) {
        self.advance(now_ms);
        if self.state != BreakerState::Closed {
            self.enter(BreakerState::Closed);
            if !self.rule.opossum {
                self.window.clear();
            }
        }
    }

    /// Lets the next call be a probe, whatever was counted.
    pub fn half_open(&mut self, now_ms: u64) {
        self.advance(now_ms);
        self.enter(BreakerState::HalfOpen);
    }

    /// What another breaker counted counts here from now on, once: the first thing a breaker hears.
    pub fn restore(&mut self, counts: Counts, now_ms: u64) {
        self.advance(now_ms);
        self.window.add(counts);
    }

    /// Milliseconds until an open breaker lets probes through; 0 when it is not open.
    pub fn opens_for_ms(&mut self, now_ms: u64) -> u64 {
        match self.state(now_ms) {
            BreakerState::Open => self.left_ms(now_ms),
            _ => 0,
        }
    }

    fn advance(&mut self, now_ms: u64) {
        self.window.advance(now_ms);
        if self.state == BreakerState::Open && self.left_ms(now_ms) == 0 {
            self.enter(BreakerState::HalfOpen);
        }
    }

    fn admit_probe(&mut self, now_ms: u64) -> Result<Permit, u64> {
        let most = if self.rule.opossum {
            1
        } else {
            self.rule.probes.max(1)
        };
        let lost = !self.rule.opossum && self.left_ms(now_ms) == 0;
        if self.running >= most && !lost {
            return Err(if self.rule.opossum {
                0
            } else {
                self.left_ms(now_ms)
            });
        }
        if self.running < most {
            self.running += 1;
        }
        self.since_ms = now_ms;
        Ok(self.permit(true))
    }

    fn succeed(&mut self) {
        if self.state != BreakerState::HalfOpen {
            return;
        }
        self.succeeded += 1;
        if self.rule.opossum || self.succeeded >= self.rule.successes.max(1) {
            self.enter(BreakerState::Closed);
            if !self.rule.opossum {
                self.window.clear();
            }
        }
    }

    fn fail(&mut self, now_ms: u64) {
        self.window.failure();
        let opens = match self.state {
            BreakerState::Open => false,
            BreakerState::HalfOpen => true,
            BreakerState::Closed => self.is_too_much(),
        };
        if opens {
            self.enter(BreakerState::Open);
            self.since_ms = now_ms;
        }
    }

    fn is_too_much(&self) -> bool {
        let Counts { calls, failures } = self.window.sum();
        let share =
            u128::from(failures) * u128::from(PPM) > u128::from(calls) * u128::from(self.rule.share_ppm);
        failures >= self.rule.failures.max(1) && calls >= self.rule.volume && share
    }

    fn enter(&mut self, state: BreakerState) {
        self.state = state;
        self.era += 1;
        self.running = 0;
        self.succeeded = 0;
    }

    fn permit(&self, probe: bool) -> Permit {
        Permit { era: self.era, probe }
    }

    fn left_ms(&self, now_ms: u64) -> u64 {
        self.since_ms
            .saturating_add(self.rule.reset_ms)
            .saturating_sub(now_ms)
    }
}

#[cfg(test)]
mod tests;

//! What follows a failed attempt: three levels by the decision matrix in the settings.
//!
//! 1. The agent tries the strategy of the row, once for each error type. One that repairs something is tried at once,
//!    because the next attempt differs from the last; any other waits for the plan's delay.
//! 2. The orchestrator tries its strategy after the plan's delay, until the plan's retries are used up. A row without
//!    one repeats its first strategy instead.
//! 3. A human decides: at once where the row says always; when the failures of the task reach the plan's escalation
//!    threshold, unless the row says never; when the strategies are used up and the row's condition holds; and when an
//!    increased allocation would not fit into the totals.
//!
//! Otherwise the task fails for good.

mod matrix;
mod strategy;

pub use matrix::{AskHuman, Increase, OTHER, RecoveryRule, RecoverySettings};
pub use strategy::Strategy;

use std::sync::Arc;

use polyphon_policies::Backoff;

use super::{AttemptError, Demand, Next, Task};
use crate::bounds;
use crate::state::State;

/// One failed attempt and everything the decision looks at.
struct Failure<'a> {
    state: &'a State<'a>,
    task: &'a Task,
    error: &'a AttemptError,
    duration_ms: u64,
    settings: &'a RecoverySettings,
}

/// What follows an attempt of `task` that took `duration_ms` and failed with `error`.
pub(crate) fn after_failure(state: &State<'_>, task: &Task, error: &AttemptError, duration_ms: u64) -> Next {
    let settings = &state.durable.settings().recovery;
    let failure = Failure {
        state,
        task,
        error,
        duration_ms,
        settings,
    };
    let next = failure.next();
    match next {
        Next::Escalate { .. } if state.durable.escalations.open() >= bounds::OPEN_ESCALATIONS => {
            fail("as many escalations are open as may be")
        }
        next => next,
    }
}

impl Failure<'_> {
    fn next(&self) -> Next {
        let policy = self
            .state
            .durable
            .tasks
            .plan(self.task.session)
            .map(|plan| plan.policy);
        let (Some(policy), Some(rule)) = (policy, self.settings.rule(&self.error.error_type)) else {
            return fail("nothing says how to recover");
        };
        let failures = self.task.course.failures + 1;
        if rule.human == AskHuman::Always {
            return escalate("this type of error is for a human");
        }
        if failures >= policy.escalation_threshold.max(1) && rule.human != AskHuman::Never {
            return escalate(&format!("it failed {failures} times"));
        }
        if failures <= policy.max_retries + u32::from(crate::planted::is(10)) {
            let first = rule.agent.filter(|_| !self.has_tried(1));
            // Without a strategy of its own the orchestrator lets the agent try again.
            let again = rule.orchestrator.map(|strategy| (2, strategy));
            let again = again.or_else(|| rule.agent.map(|strategy| (1, strategy)));
            if let Some((level, strategy)) = first.map(|strategy| (1, strategy)).or(again) {
                return self.retry(level, strategy, policy.retry_delay_ms);
            }
        }
        match self.reason_to_ask(rule.human) {
            Some(reason) => escalate(&reason),
            None => fail("its recovery strategies are used up"),
        }
    }

    fn has_tried(&self, level: u32) -> bool {
        let mut tried = self.task.course.recoveries.iter();
        tried.any(|recovery| recovery.level == level && recovery.error_type == self.error.error_type)
    }

    fn reason_to_ask(&self, human: AskHuman) -> Option<String> {
        match human {
            AskHuman::IfPersistent => {
                let mut tried = self.task.course.recoveries.iter();
                tried
                    .any(|recovery| recovery.error_type == self.error.error_type)
                    .then(|| "the error came back after recovery".to_owned())
            }
            AskHuman::IfExceedsTwice => (self.duration_ms >= self.task.spec.timeout_ms.saturating_mul(2))
                .then(|| format!("it took {} ms, twice its time and more", self.duration_ms)),
            AskHuman::IfWidespread => {
                let alike = self.state.durable.tasks.failing_alike(&self.error.error_type);
                let others = alike.filter(|id| Some(*id) != self.own_id());
                let tasks = others.take(self.settings.widespread_tasks as usize).count() + 1;
                (tasks >= self.settings.widespread_tasks as usize)
                    .then(|| format!("{tasks} tasks fail alike"))
            }
            AskHuman::Always | AskHuman::Never => None,
        }
    }

    fn own_id(&self) -> Option<crate::id::TaskId> {
        let members = self.state.durable.tasks.of(self.task.session);
        members.get(self.task.index as usize).copied()
    }

    fn retry(&self, level: u32, strategy: Strategy, delay_ms: u64) -> Next {
        let (demand, timeout_ms) = self.adjusted(strategy);
        let totals = self.state.durable.settings().totals;
        let fits = totals.is_none_or(|totals| demand.resources.fits(&totals));
        if strategy == Strategy::IncreaseAllocation && !fits {
            return escalate("the increased allocation would not fit into the totals");
        }
        Next::Retry {
            level,
            action: strategy.name().to_owned(),
            at_ms: self.state.now_ms.saturating_add(self.wait_ms(strategy, delay_ms)),
            demand,
            timeout_ms,
        }
    }

    /// Demand and time of the next attempt.
    fn adjusted(&self, strategy: Strategy) -> (Arc<Demand>, u64) {
        let increase = &self.settings.increase;
        let mut demand = (**self.task.demand()).clone();
        let mut timeout_ms = self.task.timeout_ms();
        let more_time = scale(timeout_ms, increase.timeout_ppm).min(super::graph::LONGEST_MS);
        match strategy {
            Strategy::ExtendTimeout => timeout_ms = more_time,
            Strategy::IncreaseAllocation => {
                let cpu = demand.resources.cpu_milli;
                demand.resources.memory_mb = scale(demand.resources.memory_mb, increase.memory_ppm);
                demand.resources.cpu_milli =
                    scale(cpu, increase.cpu_ppm).min(increase.cpu_max_milli).max(cpu);
                timeout_ms = more_time;
            }
            _ => {}
        }
        demand.avoid = self.task.course.agent.filter(|_| strategy.leaves_agent());
        (Arc::new(demand), timeout_ms)
    }

    fn wait_ms(&self, strategy: Strategy, delay_ms: u64) -> u64 {
        let tried = self.task.course.recoveries.iter();
        let tried = tried
            .filter(|recovery| recovery.action == strategy.name())
            .count() as u32;
        if strategy.repairs() && tried == 0 {
            return 0;
        }
        if strategy != Strategy::RetryWithBackoff {
            return delay_ms;
        }
        let backoff = Backoff {
            initial_ms: delay_ms,
            max_ms: self.settings.backoff_max_ms.max(delay_ms),
            multiplier_ppm: 2_000_000,
            jitter_ppm: 0,
        };
        backoff.delay_ms(tried + 1, 0)
    }
}

fn scale(value: u64, ppm: u32) -> u64 {
    u64::try_from(u128::from(value) * u128::from(ppm) / 1_000_000).unwrap_or(u64::MAX)
}

fn escalate(reason: &str) -> Next {
    Next::Escalate {
        reason: reason.to_owned(),
    }
}

fn fail(reason: &str) -> Next {
    Next::Fail {
        reason: reason.to_owned(),
    }
}

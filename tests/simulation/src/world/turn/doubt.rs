//! An append that failed: nothing is let go, the journal is read back and asked what of it is there.

use std::collections::BTreeSet;

use polyphon_kernel::{Answer, StepOutput};

use super::super::{Step, Violation, World, broken};
use super::Who;
use crate::counters::{EFFECT_AGAIN, IN_DOUBT_AND_LOST, IN_DOUBT_AND_WRITTEN};
use crate::frames;
use crate::invariants::Seeing;
use crate::planted;
use crate::random::Random;
use crate::store::Append;

impl World {
    /// The store answers its oldest append.
    pub(in crate::world) fn written(&mut self, how: Append, draw: &mut Random) -> Step {
        if !self.store.is_writing() {
            return Ok(());
        }
        let is_done = self.store.answer(how);
        let Some(runtime) = &mut self.runtime else {
            return Ok(());
        };
        if is_done {
            let flight = runtime.flights.iter_mut().find(|flight| !flight.is_written);
            if let Some(flight) = flight {
                flight.is_written = true;
            }
            self.look_at_disk()?;
            return self.let_go();
        }
        if planted::is(planted::DOUBT_IS_YES) {
            runtime
                .flights
                .iter_mut()
                .for_each(|flight| flight.is_written = true);
            self.look_at_disk()?;
            return self.let_go();
        }
        // Nobody knows what is on the disk: nothing is let go, and the journal is asked.
        self.store.settle(draw, false);
        runtime.closed = Some(std::mem::take(&mut runtime.flights));
        runtime.deadline_ms = None;
        self.reopen()
    }

    /// Reads back what is durable; it is all that counts.
    pub(super) fn reopen(&mut self) -> Step {
        if self.store.refusals > 0 {
            self.store.refusals -= 1;
            self.counters.count("fault: reopening fails");
            return Ok(());
        }
        self.look_at_disk()?;
        let (epoch, _) = self.store.open();
        let kernel = self.recover(epoch)?;
        let released = self.runtime.as_ref().map_or(0, |runtime| runtime.released);
        let found = self.find(released)?;
        let Some(runtime) = &mut self.runtime else {
            return Ok(());
        };
        let flights = runtime.closed.take().unwrap_or_default();
        if !planted::is(planted::OLD_KERNEL_KEPT) {
            runtime.kernel = kernel;
        }
        runtime.is_due = true;
        runtime.deadline_ms = None;
        runtime.released = self.store.last_seq();
        let fences: Vec<u64> = runtime.running.iter().copied().collect();
        for fence in fences
            .into_iter()
            .filter(|fence| !self.facts.leases.contains_key(fence))
        {
            runtime.running.remove(&fence);
        }
        let mut again = Vec::new();
        for flight in flights {
            for waiting in flight.waiting {
                let id = waiting.request.id;
                let is_found = found.contains(&id) && !planted::is(planted::DOUBT_IS_NO);
                let fate = if is_found {
                    IN_DOUBT_AND_WRITTEN
                } else {
                    IN_DOUBT_AND_LOST
                };
                self.counters.command(&waiting.request.command, fate);
                if is_found {
                    self.counters.count("recovery: doubtful request found");
                    // What the kernel said holds: it is the frame the request was in.
                    self.answer(std::slice::from_ref(&waiting), &said(&flight.output, id))?;
                } else if waiting.request.quiet || waiting.who == Who::Node {
                    self.counters.count("recovery: report sent again");
                    again.push(waiting);
                } else {
                    self.counters.count("recovery: doubtful request not found");
                    self.refused(&waiting, "STORE_IO")?;
                }
            }
        }
        let Some(runtime) = &mut self.runtime else {
            return Ok(());
        };
        for waiting in again.into_iter().rev() {
            runtime.queue.push_front(waiting);
        }
        // Before the journal is taken over, what is open is the dead process's.
        if runtime.is_starting {
            return Ok(());
        }
        self.consume_again();
        // Whoever keeps its kernel takes it that nothing was lost.
        if planted::is(planted::OLD_KERNEL_KEPT) {
            return Ok(());
        }
        self.give_open_effects()
    }

    /// Gives every open effect again.
    pub(in crate::world) fn give_open_effects(&mut self) -> Step {
        let Some(runtime) = &mut self.runtime else {
            return Ok(());
        };
        let effects = match planted::is(planted::EFFECTS_NOT_GIVEN_AGAIN) {
            true => Vec::new(),
            false => runtime.kernel.open_effects(),
        };
        self.see(&Seeing::Reopened { effects: &effects })?;
        for effect in &effects {
            self.counters.count("recovery: effect given again");
            self.counters.of(EFFECT_AGAIN, effect.name());
        }
        self.act(&effects)
    }

    /// Ids of the requests in frames this process was not told of.
    pub(super) fn find(&self, released: u64) -> Result<BTreeSet<u64>, Violation> {
        let mut found = BTreeSet::new();
        for bytes in self.store.behind(released) {
            let frame =
                frames::read(bytes).map_err(|message| broken("a frame on the disk is whole", message))?;
            found.extend(frame.commands.iter().map(|request| request.id));
        }
        Ok(found)
    }
}

/// What a step answered to one request.
fn said(output: &StepOutput, id: u64) -> Vec<Answer> {
    let answers = output.answers.iter().filter(|answer| answer.id == id);
    answers.cloned().collect()
}

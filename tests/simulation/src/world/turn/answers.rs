//! What is durable leaves, in order: callers are answered, and what the kernel asks for is done.

use polyphon_kernel::{Answer, Effect, Outcome};

use super::super::{Step, World, broken};
use super::{Flight, Waiting, Who};
use crate::counters::{ACCEPTED, EFFECT, REFUSED};
use crate::invariants::Seeing;

impl World {
    /// Lets go of what is durable, in order.
    pub(super) fn let_go(&mut self) -> Step {
        loop {
            let Some(runtime) = &mut self.runtime else {
                return Ok(());
            };
            if !runtime.flights.front().is_some_and(|flight| flight.is_written) {
                return Ok(());
            }
            let Some(flight) = runtime.flights.pop_front() else {
                return Ok(());
            };
            self.release(flight)?;
        }
    }

    pub(super) fn release(&mut self, flight: Flight) -> Step {
        let durable = self.store.last_seq();
        if let Some(runtime) = &mut self.runtime {
            runtime.released = runtime.released.max(flight.output.last_seq);
        }
        self.see(&Seeing::Released {
            output: &flight.output,
            durable,
        })?;
        if let Some(runtime) = &mut self.runtime {
            let facts = &self.facts;
            runtime.running.retain(|fence| facts.leases.contains_key(fence));
        }
        self.answer(&flight.waiting, &flight.output.answers)?;
        for effect in &flight.output.effects {
            self.counters.of(EFFECT, effect.name());
        }
        self.act(&flight.output.effects)
    }

    pub(super) fn answer(&mut self, waiting: &[Waiting], answers: &[Answer]) -> Step {
        let mut answers = answers.iter().peekable();
        for asked in waiting {
            let answer = answers.next_if(|answer| answer.id == asked.request.id);
            match answer.map(|answer| &answer.outcome) {
                Some(Outcome::Accepted { entity }) => {
                    self.counters.command(&asked.request.command, ACCEPTED);
                    self.accepted(asked, *entity)?;
                }
                Some(Outcome::Refused { refusal }) => {
                    self.counters.command(&asked.request.command, REFUSED);
                    self.counters.refused(&refusal.code);
                    self.refused(asked, &refusal.code)?;
                }
                None if asked.request.quiet => self.counters.command(&asked.request.command, ACCEPTED),
                None => {
                    let message = format!("request {} was not answered", asked.request.id);
                    return Err(broken("every request is answered", message));
                }
            }
        }
        match answers.next() {
            Some(answer) => Err(broken(
                "every request is answered",
                format!("{} was answered and not asked", answer.id),
            )),
            None => Ok(()),
        }
    }

    pub(super) fn accepted(&mut self, waiting: &Waiting, entity: u64) -> Step {
        match waiting.who {
            Who::Client { tag } => {
                self.say(|| format!("  call {tag} is answered with {entity}"));
                self.see(&Seeing::Accepted { tag, entity })?;
                self.heard(tag, Ok(entity), &waiting.request);
            }
            Who::Node => {
                self.counters.count("recovery: node started");
                if let Some(runtime) = &mut self.runtime {
                    runtime.is_starting = false;
                }
                return self.give_open_effects();
            }
            Who::Arrival { member } => self.arrived(member, entity),
            Who::Host => {}
        }
        Ok(())
    }

    pub(super) fn refused(&mut self, waiting: &Waiting, code: &str) -> Step {
        self.say(|| format!("  {:?} is refused: {code}", waiting.who));
        match waiting.who {
            Who::Client { tag } => {
                self.see(&Seeing::Refused { tag })?;
                self.heard(tag, Err(code), &waiting.request);
            }
            Who::Arrival { member } => self.turned_away(member),
            Who::Node | Who::Host => {}
        }
        Ok(())
    }

    /// Does what the kernel asks for. Whatever runs already goes on.
    pub(super) fn act(&mut self, effects: &[Effect]) -> Step {
        for effect in effects {
            self.do_effect(effect)?;
        }
        Ok(())
    }
}

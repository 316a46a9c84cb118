//! Faults end; everything must heal: every plan that was started ends, and nothing stays reserved.

use polyphon_kernel::escalations::Decision;
use polyphon_kernel::escalations::commands::EscalationCommand;
use polyphon_kernel::journal::JournalCommand;
use polyphon_kernel::outbox::commands::OutboxCommand;
use polyphon_kernel::{EffectId, EscalationId, Settings};

use super::turn::{Runtime, Who};
use super::{Step, World, broken, pick_key};
use crate::invariants::Seeing;
use crate::plans;
use crate::random::Random;
use crate::store::Append;

/// Rounds until everything must have ended.
const ROUNDS: u32 = 5_000;

impl World {
    pub(super) fn calm_down(&mut self, draw: &mut Random) -> Step {
        self.calm = true;
        self.store.full = false;
        self.store.slow = false;
        self.store.refusals = 0;
        self.settle(draw)?;
        let settings = Settings {
            totals: Some(plans::TOTALS),
            ..Settings::default()
        };
        self.call(JournalCommand::Configure { settings }.into(), None)?;
        for round in 0.. {
            self.settle(draw)?;
            if self.has_ended() {
                break;
            }
            if round > ROUNDS {
                self.see(&Seeing::Healed)?;
                return Err(broken(
                    "everything comes to rest",
                    format!("not after {ROUNDS} rounds"),
                ));
            }
            self.round(round, draw)?;
        }
        self.see(&Seeing::Healed)?;
        self.check_state()?;
        self.check_snapshot()?;
        self.calm = false;
        Ok(())
    }

    fn round(&mut self, round: u32, draw: &mut Random) -> Step {
        let paused: Vec<u64> = self.paused().collect();
        for session in paused {
            let session = polyphon_kernel::SessionId(session);
            let command = polyphon_kernel::sessions::commands::SessionCommand::ResumeSession { session };
            self.call(command.into(), None)?;
        }
        let drafts = self.facts.sessions.iter().filter(|(_, session)| session.draft);
        let drafts: Vec<u64> = drafts.map(|(id, _)| *id).collect();
        for session in drafts {
            self.cancel_session(session)?;
        }
        self.register_all();
        self.answer_questions(draw)?;
        self.settle(draw)?;
        self.work_well(draw)?;
        self.consume_well(draw)?;
        self.erase_states(draw);
        self.heartbeats()?;
        self.settle(draw)?;
        if round > 2 {
            let wait_ms = self.runtime.as_ref().and_then(Runtime::wait_ms).unwrap_or(1_000);
            self.clock.pass(wait_ms.clamp(1, 1_000));
        }
        Ok(())
    }

    /// Everything that waits for the disk or the kernel is done.
    fn settle(&mut self, draw: &mut Random) -> Step {
        for _ in 0..10_000 {
            if self.runtime.is_none() {
                self.start_process(draw)?;
            }
            self.turns()?;
            while self.store.is_writing() {
                self.written(Append::Done, draw)?;
            }
            if self.runtime.as_ref().is_some_and(Runtime::is_idle) {
                return Ok(());
            }
        }
        Err(broken(
            "everything comes to rest",
            "the runtime is never idle".to_owned(),
        ))
    }

    fn has_ended(&self) -> bool {
        let is_live = self
            .facts
            .sessions
            .values()
            .any(|session| session.committed || session.draft);
        !is_live
            && self.facts.leases.is_empty()
            && self.facts.outbox.is_empty()
            && self.facts.states.rows.is_empty()
            && self.facts.closing.is_empty()
            && self.facts.queues.have_ended()
            && self.facts.queues.rows.values().all(|left| *left > 0)
    }

    /// Humans decide everything that waits for them.
    fn answer_questions(&mut self, draw: &mut Random) -> Step {
        let open: Vec<u64> = self.facts.questions.keys().copied().collect();
        for escalation in open {
            let decision = if draw.percent(50) {
                Decision::Approve
            } else {
                Decision::Abort
            };
            self.decide(escalation, decision)?;
        }
        while let Some(effect) = self.team.outbox.first().copied() {
            self.finish(effect)?;
        }
        Ok(())
    }

    pub(super) fn answer_question(&mut self, draw: &mut Random) -> Step {
        let decision = match draw.below(3) {
            0 => Decision::Approve,
            1 => Decision::Abort,
            _ => Decision::Retry,
        };
        // Now and then a question that is closed, or never was.
        let escalation = match draw.below(20) {
            0 => Some(draw.below(self.facts.seq + 1_000)),
            1 => self.users.decided,
            _ => pick_key(draw, &self.facts.questions),
        };
        match escalation {
            Some(escalation) => self.decide(escalation, decision),
            None => Ok(()),
        }
    }

    fn decide(&mut self, escalation: u64, decision: Decision) -> Step {
        self.counters.count("user: human decides");
        self.users.decided = Some(escalation);
        let (escalation, note) = (EscalationId(escalation), String::new());
        let command = EscalationCommand::ResolveEscalation {
            escalation,
            decision,
            note,
        };
        self.call(command.into(), None)
    }

    /// A webhook was told, or could not be.
    pub(super) fn finish_effect(&mut self, draw: &mut Random) -> Step {
        if draw.percent(5) {
            return self.finish(draw.below(self.facts.seq + 1));
        }
        match self.team.outbox.first().copied() {
            Some(effect) => self.finish(effect),
            None => Ok(()),
        }
    }

    fn finish(&mut self, effect: u64) -> Step {
        self.team.outbox.remove(&effect);
        let (effect, ok, detail) = (EffectId(effect), true, String::new());
        self.tell(OutboxCommand::FinishEffect { effect, ok, detail }, Who::Host);
        Ok(())
    }
}

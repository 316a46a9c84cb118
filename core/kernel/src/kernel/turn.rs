use polyphon_wire::{Reader, Wire};
use xxhash_rust::xxh3::xxh3_128;

use super::{Answer, Effect, Kernel, Outcome, Request, malformed, room, salvage_id};
use crate::agents::commands::AgentCommand;
use crate::agents::{self, health};
use crate::bounds;
use crate::command::Command;
use crate::effect;
use crate::escalations;
use crate::event::Event;
use crate::journal::{self, FrameWriter, JournalEvent};
use crate::outbox;
use crate::queues;
use crate::reactions;
use crate::refusal::Refusal;
use crate::sessions;
use crate::state::{Origin, Sink, Volatile};
use crate::tasks::{self, dispatch, sweep};
use crate::time::DRIFT_MS;

/// One step in the making.
pub(super) struct Turn<'k> {
    kernel: &'k mut Kernel,
    now_ms: u64,
    frame: FrameWriter,
    effects: Vec<Effect>,
    /// Number of the command whose events come, 0 for none.
    command: u32,
    /// Something was left for the next step.
    pending: bool,
    /// Room for events on their way, kept from one decision to the next.
    sink: Sink,
    /// Events nothing has reacted to yet, and room for those that are being reacted to.
    fresh: Vec<Event>,
    spare: Vec<Event>,
}

impl<'k> Turn<'k> {
    /// `bytes` is how much the batch has: what comes of it takes about as much.
    pub(super) fn begin(kernel: &'k mut Kernel, now_ms: u64, bytes: usize) -> Self {
        Self {
            kernel,
            now_ms,
            frame: FrameWriter::with_room(bytes),
            effects: Vec::new(),
            command: 0,
            pending: false,
            sink: Sink::default(),
            fresh: Vec::new(),
            spare: Vec::new(),
        }
    }

    /// Puts the volatile state in step with the durable one after a restore, and forgives everybody's silence while this
    /// node itself was held up.
    pub(super) fn wake_up(&mut self) {
        let Kernel {
            durable, volatile, ..
        } = &mut *self.kernel;
        if !volatile.ready {
            *volatile = Volatile::default();
            volatile.vitals.watch_all(durable, self.now_ms);
            volatile.ready = true;
            return;
        }
        let late_ms = volatile
            .asked_for_ms
            .map_or(0, |at_ms| self.now_ms.saturating_sub(at_ms));
        if late_ms > bounds::HELD_UP_MS {
            volatile.vitals.forgive(durable, late_ms, self.now_ms);
        }
    }

    /// Writes down when wall time has moved against kernel time.
    pub(super) fn adjust_clock(&mut self, wall_ms: u64) {
        let Some(node) = self.kernel.durable.node.get(0) else {
            return;
        };
        let offset_ms = wall_ms as i64 - self.now_ms as i64;
        if offset_ms.abs_diff(node.offset_ms) > DRIFT_MS {
            self.apply(JournalEvent::ClockAdjusted { offset_ms }.into());
        }
    }

    /// Fires what is due, a bounded number of timers, as long as there is room for what follows. Nothing is due before the node has started: while none was there
    /// nobody could work, and the start gives back the time.
    pub(super) fn let_time_pass(&mut self) {
        // A kernel that was rebuilt within its process is not started again: time stands still for its first step only.
        let is_first = self.kernel.volatile.asked_for_ms.is_none();
        if is_first && self.kernel.durable.epoch() < self.kernel.epoch {
            return;
        }
        for _ in 0..bounds::STEP_TIMERS {
            if !room::is_left(&self.frame) {
                return;
            }
            let mut sink = Sink::default();
            let is_due = |(at_ms, _): &(u64, _)| *at_ms <= self.now_ms;
            if let Some((_, timer)) = self.kernel.durable.timers.first().filter(is_due) {
                reactions::time_passes::fire(&self.kernel.state(self.now_ms), timer, &mut sink);
                self.absorb(sink);
                continue;
            }
            let is_due = |(at_ms, _): &(u64, _)| *at_ms <= self.now_ms;
            let Some((_, agent)) = self.kernel.volatile.vitals.first().filter(is_due) else {
                return;
            };
            health::check(&self.kernel.state(self.now_ms), agent, &mut sink);
            self.absorb(sink);
            let Kernel {
                durable, volatile, ..
            } = &mut *self.kernel;
            volatile.vitals.arm(durable, agent, self.now_ms);
        }
    }

    /// Takes the requests of the batch, as many as there is room for; answers how many are left.
    pub(super) fn take(&mut self, batch: &[u8]) -> (Vec<Answer>, u32) {
        let mut reader = Reader::new(batch);
        let count = match reader.array() {
            Ok(count) => count,
            Err(_) if batch.is_empty() => return (Vec::new(), 0),
            Err(error) => {
                let (outcome, parts) = (malformed(&error), Vec::new());
                return (
                    vec![Answer {
                        id: 0,
                        outcome,
                        parts,
                    }],
                    0,
                );
            }
        };
        let first = reader.offset();
        let mut answers = Vec::new();
        for before in 0..count as u32 {
            let start = reader.clone();
            let error = match Request::decode(&mut reader) {
                Ok(request) => {
                    let bytes = reader.offset() - first;
                    if !room::is_left_for(&self.frame, &request.command, before, bytes) {
                        return (answers, count as u32 - before);
                    }
                    answers.extend(self.answer(&request, start.offset()..reader.offset(), batch));
                    continue;
                }
                Err(error) => error,
            };
            reader = start.clone();
            let goes_on = reader.skip().is_ok();
            answers.push(Answer {
                id: salvage_id(start),
                outcome: malformed(&error),
                parts: Vec::new(),
            });
            if !goes_on {
                break;
            }
        }
        (answers, 0)
    }

    /// Does what follows without being asked for: left-over work, then grants, up to the bound on events.
    pub(super) fn settle(&mut self) {
        self.command = 0;
        let mut pass = dispatch::Pass::default();
        let mut messages = queues::dispatch::Pass::default();
        loop {
            if !room::is_left(&self.frame) {
                self.pending = true;
                return;
            }
            let mut sink = Sink::default();
            let state = self.kernel.state(self.now_ms);
            if sweep::next(&state, &mut sink)
                || agents::sweep::next(&state, &mut sink)
                || queues::sweep::next(&state, &mut sink)
                || sessions::wake::next(&state, &mut sink)
            {
                self.absorb(sink);
                // What ended may have made room for what found none before.
                pass = dispatch::Pass::default();
                continue;
            }
            if let Some(event) = dispatch::next(&state, &mut pass) {
                self.apply(event);
                continue;
            }
            if messages.is_spent() {
                self.pending = true;
                return;
            }
            if let Some(event) = queues::dispatch::next(&state, &mut messages) {
                self.apply(event);
                continue;
            }
            if self.frame.events() as usize + agents::UPKEEP_EVENTS > bounds::STEP_EVENTS {
                self.pending = true;
                return;
            }
            if !self.keep_up(&mut sink) {
                break;
            }
            self.absorb(sink);
        }
        let timer = self.kernel.durable.timers.first().map(|(at_ms, _)| at_ms);
        let due = [timer, self.kernel.volatile.deadline()]
            .into_iter()
            .flatten()
            .min();
        self.pending = due.is_some_and(|at_ms| at_ms <= self.now_ms);
    }

    /// Looks after pools and unmet demands, when something happened that may concern them.
    fn keep_up(&mut self, sink: &mut Sink) -> bool {
        if !self.kernel.volatile.upkeep.is_due(self.now_ms) {
            return false;
        }
        let state = self.kernel.state(self.now_ms);
        if agents::upkeep::next(&state, sink) {
            return true;
        }
        let check_ms = agents::upkeep::check_ms(&state);
        self.kernel.volatile.upkeep.done(check_ms);
        false
    }

    /// Every so many events a frame says what the state is, for followers to compare. No event: it changes nothing.
    pub(super) fn write_hash(&mut self) {
        let (last, count) = (self.kernel.durable.last_seq(), u64::from(self.frame.events()));
        if count > 0 && last / bounds::HASH_INTERVAL != (last - count) / bounds::HASH_INTERVAL {
            let hash = self.kernel.durable.hash();
            self.frame.state_hash(&hash);
        }
    }

    pub(super) fn finish(self) -> (FrameWriter, Vec<Effect>, bool) {
        (self.frame, self.effects, self.pending)
    }

    fn answer(&mut self, request: &Request, at: std::ops::Range<usize>, batch: &[u8]) -> Option<Answer> {
        let id = request.id;
        if let Some(refusal) = request.too_long(at.len()) {
            let (outcome, parts) = (Outcome::Refused { refusal }, Vec::new());
            return Some(Answer { id, outcome, parts });
        }
        let body = request
            .idempotency_key
            .as_ref()
            .map(|_| command_hash(&request.command));
        if let (Some(key), Some(body)) = (&request.idempotency_key, body)
            && let Some(known) = self.kernel.durable.idempotency.find(key, self.now_ms)
        {
            let outcome = match known.body == body || crate::planted::is(5) {
                true => Outcome::Accepted { entity: known.entity },
                false => Outcome::Refused {
                    refusal: conflict(key),
                },
            };
            return Some(Answer {
                id,
                outcome,
                parts: Vec::new(),
            });
        }
        debug_assert!(at.end <= batch.len());
        let before = self.kernel.durable.last_seq();
        self.command = self.frame.command(at);
        self.listen(&request.command);
        let mut sink = std::mem::take(&mut self.sink);
        let decided = self.decide(request, &mut sink);
        if let Err(refusal) = decided {
            self.frame.forget_command();
            return Some(Answer {
                id,
                outcome: Outcome::Refused { refusal },
                parts: Vec::new(),
            });
        }
        let (named, parts) = (sink.entity(), sink.take_parts());
        self.absorb(sink);
        let made = if self.kernel.durable.last_seq() > before {
            before + 1
        } else {
            0
        };
        let entity = named.unwrap_or(made);
        if let (Some(key), Some(body)) = (&request.idempotency_key, body) {
            self.remember(key, body, entity);
        }
        if self.kernel.durable.last_seq() == before {
            self.frame.forget_command();
        }
        (!request.quiet).then_some(Answer {
            id,
            outcome: Outcome::Accepted { entity },
            parts,
        })
    }

    /// Takes note of signs of life, which decisions then look at.
    fn listen(&mut self, command: &Command) {
        if let Command::Agent(AgentCommand::ReportHeartbeats { beats }) = command
            && agents::commands::are_whole(beats)
        {
            let Kernel {
                durable, volatile, ..
            } = &mut *self.kernel;
            beats
                .iter()
                .for_each(|beat| volatile.vitals.hear(durable, beat, self.now_ms));
        }
        if let Command::Queue(command) = command
            && let Some(heard) = queues::commands::listen(&self.kernel.state(self.now_ms), command)
        {
            queues::commands::heed(&mut self.kernel.volatile, heard);
        }
    }

    fn decide(&self, request: &Request, sink: &mut Sink) -> Result<(), Refusal> {
        let state = self.kernel.state(self.now_ms);
        let origin = Origin {
            actor: &request.actor,
            tenant: &request.tenant,
        };
        match &request.command {
            Command::Journal(command) => journal::decide(&state, command, sink),
            Command::Agent(command) => agents::commands::decide(&state, command, sink),
            Command::Session(command) => sessions::commands::decide(&state, &origin, command, sink),
            Command::Task(command) => tasks::commands::decide(&state, command, sink),
            Command::Escalation(command) => escalations::commands::decide(&state, &origin, command, sink),
            Command::Outbox(command) => outbox::commands::decide(&state, command, sink),
            Command::Queue(command) => queues::commands::decide(&state, command, sink),
        }
    }

    fn remember(&mut self, key: &str, body: [u8; 16], entity: u64) {
        let event = JournalEvent::CommandRemembered {
            key: key.to_owned(),
            body,
            entity,
            until_ms: self.now_ms.saturating_add(bounds::IDEMPOTENCY_MS),
            keep: bounds::IDEMPOTENCY_KEYS as u32,
        };
        self.apply(event.into());
    }

    /// Applies the events of one decision in a row, then lets each be reacted to.
    fn absorb(&mut self, mut sink: Sink) {
        sink.events().for_each(|event| self.record(event));
        sink.hand_over(&mut self.fresh);
        self.sink = sink;
        self.let_react();
    }

    fn apply(&mut self, event: Event) {
        self.record(&event);
        self.fresh.push(event);
        self.let_react();
    }

    /// A reaction's events are applied before the next reaction looks, so that each sees the state as it is. What came
    /// first is reacted to first; events stay where they are meanwhile, for they are large.
    fn let_react(&mut self) {
        let mut sink = std::mem::take(&mut self.sink);
        while !self.fresh.is_empty() {
            let spare = std::mem::take(&mut self.spare);
            let mut events = std::mem::replace(&mut self.fresh, spare);
            for event in &events {
                let mut reaction = 0;
                while reactions::react(&self.kernel.state(self.now_ms), event, reaction, &mut sink) {
                    reaction += 1;
                    sink.events().for_each(|event| self.record(event));
                    sink.hand_over(&mut self.fresh);
                }
            }
            events.clear();
            self.spare = events;
        }
        self.sink = sink;
    }

    fn record(&mut self, event: &Event) {
        let seq = self.kernel.durable.last_seq() + 1;
        self.kernel.durable.evolve(seq, self.now_ms, event);
        let Kernel {
            durable, volatile, ..
        } = &mut *self.kernel;
        volatile.note(durable, event, self.now_ms);
        self.frame.event(self.command, event);
        self.effects
            .extend(effect::of(&self.kernel.durable, seq, self.now_ms, event));
    }
}

fn command_hash(command: &Command) -> [u8; 16] {
    xxh3_128(&polyphon_wire::to_bytes(command)).to_be_bytes()
}

fn conflict(key: &str) -> Refusal {
    Refusal::new(
        "IDEMPOTENCY_CONFLICT",
        format!("the idempotency key {key:?} was used for another call"),
    )
}

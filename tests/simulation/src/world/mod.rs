//! A world in one thread: users, agents, a clock, a disk, and the runtime under test between them.

mod bad;
mod calm;
mod disk;
mod queues;
mod settings;
mod shared;
mod streams;
mod team;
mod turn;
mod users;

use std::collections::{BTreeMap, VecDeque};

use polyphon_kernel::agents::commands::AgentCommand;
use polyphon_kernel::{Durable, Kernel, Now};

use crate::counters::{Counters, EVENT};
use crate::decision::{Decision, Fault, Faults, Kind};
use crate::facts::Facts;
use crate::frames;
use crate::invariants::{self, At, Invariant, Seeing};
use crate::random::Random;
use crate::store::{Append, Store};
use queues::QueueUsers;
use team::Team;
use turn::Runtime;
use users::Users;

/// Something that must hold does not.
#[derive(Clone, Debug)]
pub(crate) struct Violation {
    pub(crate) invariant: String,
    pub(crate) message: String,
}

/// One seed of so many looks at what each event changes.
const TRACED: u64 = 8;

/// What makes somebody say something.
const COMMANDS: &[Kind] = &[
    Kind::Plan,
    Kind::Draft,
    Kind::Draft,
    Kind::Draft,
    Kind::Repeat,
    Kind::Bad,
    Kind::Cancel,
    Kind::Pause,
    Kind::Resume,
    Kind::Context,
    Kind::Facts,
    Kind::Human,
    Kind::Configure,
    Kind::Report,
    Kind::Progress,
    Kind::Extend,
    Kind::Heartbeat,
    Kind::Register,
    Kind::Boot,
    Kind::Stop,
    Kind::Start,
    Kind::Forget,
    Kind::Die,
    Kind::Pool,
    Kind::StopAll,
    Kind::Outbox,
    Kind::Queue,
    Kind::Queue,
    Kind::Publish,
    Kind::Consume,
    Kind::Deal,
    Kind::Deal,
    Kind::Deal,
    Kind::Dead,
    Kind::Dead,
    Kind::Erase,
    Kind::Schedule,
    Kind::Stream,
    Kind::Stream,
    Kind::Save,
    Kind::EraseStates,
    Kind::Share,
    Kind::Lock,
    Kind::Lock,
    Kind::Lock,
    Kind::Open,
];

pub(crate) type Step = Result<(), Violation>;

/// Everything there is.
pub(crate) struct World {
    pub(crate) counters: Counters,
    faults: Faults,
    /// Everything goes well from now on, until the next storm.
    calm: bool,
    clock: Clock,
    store: Store,
    /// Absent between the death of a process and the next start.
    runtime: Option<Runtime>,
    team: Team,
    users: Users,
    queues: QueueUsers,
    pub(crate) facts: Facts,
    invariants: Vec<Box<dyn Invariant>>,
    /// Folds every durable frame from the first on.
    follower: Kernel,
    /// Folds them event by event, in some seeds.
    tracer: Option<Durable>,
    /// Frames of the disk that were looked at.
    looked_at: usize,
    log: Option<VecDeque<String>>,
    /// Every step of the kernel, when it is asked for.
    tape: Option<Vec<Taken>>,
}

/// One step of the kernel, byte for byte.
#[derive(Debug)]
pub(crate) struct Taken {
    pub(crate) mono_ms: u64,
    pub(crate) wall_ms: u64,
    pub(crate) batch: Vec<u8>,
    pub(crate) output: Vec<u8>,
}

#[derive(Clone, Copy, Debug)]
struct Clock {
    mono_ms: u64,
    wall_ms: u64,
}

impl Clock {
    fn pass(&mut self, ms: u64) {
        self.mono_ms += ms;
        self.wall_ms += ms;
    }

    fn now(self) -> Now {
        Now {
            mono_ms: self.mono_ms,
            wall_ms: self.wall_ms,
        }
    }
}

impl World {
    pub(crate) fn new(seed: u64, canary: bool, verbose: bool) -> Self {
        let mut random = Random::new(seed ^ 0x0001_dea5);
        let mut all = invariants::all();
        if canary {
            all.push(invariants::canary());
        }
        let clock = Clock {
            mono_ms: random.below(1 << 40),
            wall_ms: 1_700_000_000_000 + random.below(1 << 36),
        };
        Self {
            counters: Counters::default(),
            faults: Faults::of(seed),
            calm: false,
            clock,
            store: Store::default(),
            runtime: None,
            team: Team::new(&mut random),
            users: Users::default(),
            queues: QueueUsers::default(),
            facts: Facts::default(),
            invariants: all,
            follower: Kernel::new(0, 0),
            tracer: seed.is_multiple_of(TRACED).then(Durable::default),
            looked_at: 0,
            log: verbose.then(VecDeque::new),
            tape: None,
        }
    }

    /// A world without faults that keeps every step of its one kernel.
    pub(crate) fn taped(seed: u64) -> Self {
        Self {
            faults: Faults::none(),
            tape: Some(Vec::new()),
            ..Self::new(seed, false, false)
        }
    }

    /// Every step of the kernel so far.
    pub(crate) fn tape(&self) -> &[Taken] {
        self.tape.as_deref().unwrap_or_default()
    }

    /// A snapshot that was written on the way, with its sequence.
    pub(crate) fn early_snapshot(&self) -> Option<&(u64, Vec<u8>)> {
        self.store.snapshots.first()
    }

    /// Everything the disk holds.
    pub(crate) fn frames(&self) -> &[Vec<u8>] {
        &self.store.frames
    }

    /// The follower's snapshot and state hash.
    pub(crate) fn snapshot(&mut self) -> (Vec<u8>, [u8; 16]) {
        (self.follower.snapshot(), self.follower.state_hash())
    }

    /// What happened last, in words.
    pub(crate) fn story(&self) -> impl Iterator<Item = &String> {
        self.log.iter().flatten()
    }

    /// Lets one thing happen.
    ///
    /// # Errors
    /// The first invariant that does not hold.
    pub(crate) fn step(&mut self, decision: Decision) -> Step {
        let mut random = Random::new(decision.draw);
        let draw = &mut random;
        if self.log.is_some() {
            let at = self.facts.seq;
            self.say(|| {
                format!(
                    "{} (draw {:#x}, disk at {at})",
                    decision.kind.text(),
                    decision.draw
                )
            });
        }
        if self.runtime.is_none() {
            self.start_process(draw)?;
        }
        self.happen(decision.kind, draw)?;
        self.go_on(draw)?;
        self.check_reserved()?;
        self.check_queues()
    }

    fn happen(&mut self, kind: Kind, draw: &mut Random) -> Step {
        match kind {
            Kind::Tick => self.clock.pass(draw.within(0, 200)),
            Kind::Leap => self.leap(draw),
            Kind::Plan => self.hand_in(draw)?,
            Kind::Draft => self.go_on_with_draft(draw)?,
            Kind::Repeat => self.repeat(draw)?,
            Kind::Bad => self.say_something_bad(draw)?,
            Kind::Cancel => self.cancel(draw)?,
            Kind::Pause => self.pause(draw)?,
            Kind::Resume => self.resume(draw)?,
            Kind::Context => self.change_context(draw)?,
            Kind::Facts => self.record_facts(draw)?,
            Kind::Human => self.answer_question(draw)?,
            Kind::Configure => self.configure(draw)?,
            Kind::Report => self.end_attempt(draw)?,
            Kind::Progress => self.progress(draw)?,
            Kind::Extend => self.extend(draw)?,
            Kind::Duplicate => self.report_again(draw)?,
            Kind::Late => self.report_late(draw)?,
            Kind::Heartbeat => self.heartbeats()?,
            Kind::Register => self.register_one(draw)?,
            Kind::Boot => self.boot_one(draw)?,
            Kind::Stop => self.stop_agent(draw)?,
            Kind::Start => self.start_agent(draw)?,
            Kind::Forget => self.forget_agent(draw)?,
            Kind::Die => self.break_agent(draw)?,
            Kind::Pool => self.change_pool(draw)?,
            Kind::StopAll => self.stop_all(draw)?,
            Kind::Write => self.write_one(draw)?,
            Kind::Outbox => self.finish_effect(draw)?,
            Kind::Snapshot => self.write_snapshot(),
            Kind::Crash => self.crash(draw)?,
            Kind::Full => self.fill_disk(draw),
            Kind::Jump => self.jump(draw),
            Kind::Hold => self.hold(draw),
            Kind::Crowd => self.crowd(draw),
            Kind::Queue => self.change_queue(draw)?,
            Kind::Publish => self.publish(draw)?,
            Kind::Consume => self.consume(draw)?,
            Kind::Deal => self.deal(draw)?,
            Kind::Dead => self.tidy_up_dead_letters(draw)?,
            Kind::Erase => self.erase_rows(draw)?,
            Kind::Schedule => self.change_schedule(draw)?,
            Kind::Stream => self.change_stream(draw)?,
            Kind::Save => self.save_state(draw)?,
            Kind::EraseStates => self.erase_states(draw),
            Kind::Share => self.share(draw)?,
            Kind::Lock => self.lock(draw)?,
            Kind::Open => self.open_session(draw)?,
            Kind::Calm => self.calm_down(draw)?,
        }
        Ok(())
    }

    /// One kind of command, each as likely as any other.
    fn say_anything(&mut self, draw: &mut Random) -> Step {
        let kind = draw.pick(COMMANDS).copied().unwrap_or(Kind::Bad);
        if kind != Kind::StopAll {
            return self.happen(kind, draw);
        }
        let reason = "night".to_owned();
        self.call(AgentCommand::StopAll { reason }.into(), None)
    }

    /// The runtime does what it can, and the disk usually keeps up.
    fn go_on(&mut self, draw: &mut Random) -> Step {
        // Somebody makes room before long.
        self.store.full &= !draw.percent(10);
        self.turns()?;
        if self.store.slow && !self.calm {
            return Ok(());
        }
        while self.store.is_writing() && draw.percent(85) {
            let how = if self.store.full {
                Append::Failed
            } else {
                Append::Done
            };
            self.written(how, draw)?;
            self.turns()?;
            if self.store.full {
                break;
            }
        }
        Ok(())
    }

    /// Time passes until the runtime wants to be called.
    fn leap(&mut self, draw: &mut Random) {
        if let Some(at_ms) = self.runtime.as_ref().and_then(Runtime::wait_ms) {
            self.clock.pass(at_ms.min(600_000) + draw.below(2));
        }
    }

    fn hold(&mut self, draw: &mut Random) {
        if self.is_on(Fault::HeldUp) {
            self.counters.count("fault: process held up");
            self.clock.pass(draw.within(3_000, 300_000));
        }
    }

    fn jump(&mut self, draw: &mut Random) {
        if !self.is_on(Fault::WallJump) {
            return;
        }
        let by_ms = draw.within(1, 7_200_000);
        if draw.percent(50) {
            self.counters.count("fault: wall clock jumps ahead");
            self.clock.wall_ms += by_ms;
        } else {
            self.counters.count("fault: wall clock jumps back");
            self.clock.wall_ms -= by_ms;
        }
    }

    fn is_on(&self, fault: Fault) -> bool {
        !self.calm && self.faults.has(fault)
    }

    /// Looks at every frame that reached the disk since it was looked at last.
    fn look_at_disk(&mut self) -> Step {
        while self.looked_at < self.store.frames.len() {
            let bytes = &self.store.frames[self.looked_at];
            let frame =
                frames::read(bytes).map_err(|message| broken("a frame on the disk is whole", message))?;
            let folded = self.follower.replay(bytes);
            self.see(&Seeing::Frame(&frame))?;
            folded.map_err(|error| broken("replay of the journal is the state", error.to_string()))?;
            self.facts.ms = frame.ms;
            self.facts.chain = frame.hash;
            self.facts.frame_epoch = frame.epoch;
            for ((_, event), seq) in frame.events.iter().zip(frame.first_seq..) {
                self.counters.of(EVENT, event.name());
                self.see(&Seeing::Event(At { seq, ms: frame.ms }, event))?;
                if let Some(durable) = &mut self.tracer {
                    let before = durable.hash();
                    durable.evolve(seq, frame.ms, event);
                    if durable.hash() == before {
                        let message = format!("{} at {seq} changes nothing", event.name());
                        return Err(broken("every event leaves a trace in the state", message));
                    }
                }
                self.facts.apply(seq, event);
                if let Some(log) = &mut self.log {
                    log.push_back(format!(
                        "    {seq} at {} {}",
                        frame.ms,
                        shorten(format!("{event:?}"))
                    ));
                }
                self.team.follow(event);
            }
            self.looked_at += 1;
        }
        Ok(())
    }

    fn see(&mut self, what: &Seeing<'_>) -> Step {
        for invariant in &mut self.invariants {
            invariant
                .see(&self.facts, what)
                .map_err(|message| broken(invariant.name(), message))?;
        }
        Ok(())
    }

    fn say(&mut self, what: impl FnOnce() -> String) {
        if let Some(log) = &mut self.log {
            log.push_back(what());
            while log.len() > 100 {
                log.pop_front();
            }
        }
    }
}

fn broken(invariant: &str, message: String) -> Violation {
    Violation {
        invariant: invariant.to_owned(),
        message,
    }
}

/// One of a map's keys.
fn pick_key<V>(draw: &mut Random, map: &BTreeMap<u64, V>) -> Option<u64> {
    let index = draw.below(map.len() as u64) as usize;
    map.keys().nth(index).copied()
}

fn shorten(mut text: String) -> String {
    if let Some((at, _)) = text.char_indices().nth(200) {
        text.truncate(at);
        text.push('…');
    }
    text
}

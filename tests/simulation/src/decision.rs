//! What the world decides, and which faults it knows in a seed.

use crate::random::Random;

macro_rules! kinds {
    ($($(#[doc = $docs:literal])* $name:ident = $weight:literal $text:literal),* $(,)?) => {
        /// What happens next in the world.
        #[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
        pub(crate) enum Kind { $($(#[doc = $docs])* $name),* }

        impl Kind {
            const WEIGHTS: &'static [(Self, u64)] = &[$((Self::$name, $weight)),*];

            pub(crate) fn text(self) -> &'static str {
                match self { $(Self::$name => $text),* }
            }
        }
    };
}

kinds! {
    Tick = 110 "time passes",
    Leap = 50 "time passes until something is due",
    Plan = 40 "a user hands in a plan",
    Draft = 25 "a user goes on with a plan in parts",
    Repeat = 14 "a user repeats a call with its idempotency key",
    Bad = 14 "somebody says something that must be refused",
    Cancel = 5 "a user cancels",
    Pause = 8 "a user pauses",
    Resume = 14 "a user resumes",
    Context = 10 "a user changes the context",
    Facts = 8 "a user adds to the task ledger",
    Human = 20 "a human decides",
    Configure = 4 "the configuration changes",
    Report = 220 "an attempt ends",
    Progress = 40 "an attempt reports progress",
    Extend = 20 "an attempt asks for more time",
    Duplicate = 14 "a report comes twice",
    Late = 14 "a report comes with an old fence",
    Heartbeat = 50 "agents give signs of life",
    Register = 18 "an agent registers",
    Boot = 40 "an agent has started",
    Stop = 5 "an agent is asked to stop",
    Start = 4 "an agent is asked to start",
    Forget = 3 "an agent is deregistered",
    Die = 6 "an agent breaks",
    Pool = 5 "a pool is defined or removed",
    StopAll = 1 "every agent is asked to stop",
    Write = 120 "the store answers",
    Outbox = 10 "a durable effect is done",
    Snapshot = 10 "a follower writes a snapshot",
    Crash = 4 "the process dies",
    Full = 3 "the disk fills up, or has room again",
    Jump = 4 "the wall clock jumps",
    Hold = 3 "the process is held up",
    Crowd = 1 "more is said at once than one step takes",
    Queue = 8 "a queue is defined or removed",
    Publish = 60 "somebody publishes",
    Consume = 20 "a consumer comes or leaves",
    Deal = 160 "a consumer deals with a message",
    Dead = 12 "dead letters are sent back or thrown away",
    Erase = 12 "rows nobody needs are erased",
    Schedule = 12 "a schedule is set or ended",
    Stream = 16 "a group or cursor comes, moves or goes",
    Save = 40 "an attempt saves what its agent keeps",
    EraseStates = 12 "rows with states nobody needs are erased",
    Share = 40 "somebody changes what a session shares",
    Lock = 60 "a lock is taken, extended or given back",
    Open = 8 "a session without tasks is opened or closed",
    Calm = 0 "faults end and everything must heal",
}

/// What can go wrong. Each is off in half of the seeds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Fault {
    AppendFails,
    AppendDoubtful,
    TornTail,
    BitFlip,
    DiskFull,
    SlowStore,
    ReopenFails,
    Crash,
    WallJump,
    HeldUp,
    AttemptError,
    ExecutedButError,
    Duplicate,
    LateReport,
    Silence,
    Unmet,
    AgentDies,
    StartFails,
    Refusal,
}

const FAULTS: u32 = Fault::Refusal as u32 + 1;

/// Which faults a seed knows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Faults(u32);

impl Faults {
    pub(crate) fn of(seed: u64) -> Self {
        let mut random = Random::new(seed ^ 0xfa17);
        Self((0..FAULTS).fold(0, |bits, bit| bits | (u32::from(random.percent(50)) << bit)))
    }

    /// Nothing goes wrong.
    pub(crate) fn none() -> Self {
        Self(0)
    }

    pub(crate) fn has(self, fault: Fault) -> bool {
        self.0 & (1 << fault as u32) != 0
    }
}

/// One thing that happens; `draw` is the seed of every choice within it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Decision {
    pub(crate) kind: Kind,
    pub(crate) draw: u64,
}

/// Steps between two times of calm.
pub(crate) const STORM: u64 = 2_000;

/// Everything that happens in a seed. Does not depend on what comes of it, so that parts can be left out.
pub(crate) fn decisions(seed: u64, steps: u64) -> Vec<Decision> {
    let mut random = Random::new(seed);
    // Some seeds have much of one thing and little of another.
    let weights: Vec<(Kind, u64)> = Kind::WEIGHTS
        .iter()
        .map(|(kind, weight)| (*kind, weight * random.within(1, 4)))
        .collect();
    let total: u64 = weights.iter().map(|(_, weight)| weight).sum();
    let mut list = Vec::with_capacity(steps as usize);
    for step in 1..=steps {
        let mut left = random.below(total);
        let mut kind = Kind::Calm;
        for (candidate, weight) in &weights {
            if left < *weight {
                kind = *candidate;
                break;
            }
            left -= weight;
        }
        if step == steps || step % STORM == 0 {
            kind = Kind::Calm;
        }
        list.push(Decision {
            kind,
            draw: random.next(),
        });
    }
    list
}

//! The runtime's turn: gather commands, step once, append, and let go of answers and effects only after the write.
//! The twin of the loop of the npm package.

mod answers;
mod doubt;

use std::collections::{BTreeSet, VecDeque};

use polyphon_kernel::agents::commands::AgentCommand;
use polyphon_kernel::journal::JournalCommand;
use polyphon_kernel::{Command, Durable, Kernel, Now, Outcome, Request, StepOutput, batch};

use super::{Step, Taken, World, broken};
use crate::counters::{Counters, DIED};
use crate::invariants::Seeing;
use crate::planted;

/// Frames that may be on their way at once.
const FLIGHTS: usize = 2;

/// Who waits for an answer.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Who {
    /// A client that logs its calls.
    Client { tag: u64 },
    /// The process itself, which gives it again until it is written.
    Node,
    /// An agent that comes: its place in the team.
    Arrival { member: usize },
    /// A report of a host.
    Host,
}

#[derive(Clone, Debug)]
pub(super) struct Waiting {
    pub(super) request: Request,
    pub(super) who: Who,
}

#[derive(Debug)]
struct Flight {
    output: StepOutput,
    waiting: Vec<Waiting>,
    is_written: bool,
}

/// One process.
#[derive(Debug)]
pub(super) struct Runtime {
    kernel: Kernel,
    queue: VecDeque<Waiting>,
    flights: VecDeque<Flight>,
    next_id: u64,
    deadline_ms: Option<u64>,
    now_ms: u64,
    mono_ms: u64,
    is_due: bool,
    /// What is durable as far as this process was told.
    released: u64,
    /// Attempts that run here, by fence.
    pub(super) running: BTreeSet<u64>,
    /// The disk could not be read back yet.
    closed: Option<VecDeque<Flight>>,
    /// The journal has not been taken over yet.
    is_starting: bool,
}

impl Runtime {
    pub(super) fn new(kernel: Kernel, now_ms: u64, mono_ms: u64) -> Self {
        let released = kernel.durable().last_seq();
        Self {
            kernel,
            queue: VecDeque::new(),
            flights: VecDeque::new(),
            next_id: 1,
            deadline_ms: None,
            now_ms,
            mono_ms,
            is_due: true,
            released,
            running: BTreeSet::new(),
            closed: None,
            is_starting: false,
        }
    }

    /// Time until it wants to be called; `None` when it waits for others only.
    pub(super) fn wait_ms(&self) -> Option<u64> {
        Some(self.deadline_ms?.saturating_sub(self.now_ms))
    }

    pub(super) fn is_idle(&self) -> bool {
        self.queue.is_empty() && self.flights.is_empty() && self.closed.is_none() && !self.is_due
    }

    pub(super) fn has_flights(&self) -> bool {
        !self.flights.is_empty()
    }

    /// Clients whose calls wait.
    pub(super) fn callers(&self) -> Vec<u64> {
        let tags = self.unanswered().filter_map(|waiting| match waiting.who {
            Who::Client { tag } => Some(tag),
            _ => None,
        });
        tags.collect()
    }

    /// Everything that waits, for the disk or for a turn.
    fn unanswered(&self) -> impl Iterator<Item = &Waiting> {
        let flights = self.flights.iter().chain(self.closed.iter().flatten());
        flights.flat_map(|flight| &flight.waiting).chain(&self.queue)
    }

    /// Counts what dies with the process.
    pub(super) fn count_dead(&self, counters: &mut Counters) {
        self.unanswered()
            .for_each(|waiting| counters.command(&waiting.request.command, DIED));
    }

    fn enqueue(
        &mut self,
        command: Command,
        key: Option<String>,
        trace: Option<String>,
        quiet: bool,
        who: Who,
    ) {
        let request = Request {
            id: self.next_id,
            quiet,
            actor: "somebody".to_owned(),
            tenant: String::new(),
            idempotency_key: key,
            cause: None,
            traceparent: trace,
            command,
        };
        self.next_id += 1;
        self.queue.push_back(Waiting { request, who });
    }
}

impl World {
    /// A client makes a call and logs it.
    pub(super) fn call(&mut self, command: Command, key: Option<String>) -> Step {
        self.users.tags += 1;
        let tag = self.users.tags;
        self.see(&Seeing::Called {
            tag,
            key: key.as_deref(),
            command: &command,
        })?;
        self.say(|| format!("  call {tag} {}", summary(&command)));
        if let Some(runtime) = &mut self.runtime {
            runtime.enqueue(
                command,
                key,
                Some(format!("call-{tag}")),
                false,
                Who::Client { tag },
            );
        }
        Ok(())
    }

    /// Takes the journal over before anything else.
    pub(super) fn take_over(&mut self, epoch: u64, seed: u64) -> Step {
        let is_first = self.facts.seq == 0;
        if planted::is(planted::NODE_NOT_STARTED) && !is_first {
            return self.give_open_effects();
        }
        let node = format!("node-{epoch}");
        self.tell(JournalCommand::StartNode { epoch, seed, node }, Who::Node);
        if let Some(runtime) = &mut self.runtime {
            runtime.is_starting = true;
        }
        Ok(())
    }

    /// Bytes that are not commands.
    pub(super) fn garble(&mut self, bytes: &[u8]) -> Step {
        let Some(runtime) = &mut self.runtime else {
            return Ok(());
        };
        if runtime.closed.is_some() || runtime.is_starting || runtime.flights.len() >= FLIGHTS {
            return Ok(());
        }
        let mut output = runtime.kernel.step(self.clock.now(), bytes);
        if let Some(tape) = &mut self.tape {
            tape.push(keep(self.clock.now(), bytes, &output));
        }
        runtime.now_ms = output.now_ms;
        runtime.mono_ms = self.clock.mono_ms;
        runtime.deadline_ms = output.deadline_ms;
        for answer in std::mem::take(&mut output.answers) {
            match answer.outcome {
                Outcome::Refused { refusal } => self.counters.refused(&refusal.code),
                Outcome::Accepted { .. } => {
                    return Err(broken(
                        "bytes that are no command are refused",
                        format!("{bytes:x?}"),
                    ));
                }
            }
        }
        let Some(runtime) = &mut self.runtime else {
            return Ok(());
        };
        let is_written = output.frame.0.is_empty();
        if !is_written {
            self.store.append(output.frame.0.clone());
        }
        runtime.flights.push_back(Flight {
            output,
            waiting: Vec::new(),
            is_written,
        });
        self.let_go()
    }

    /// The process says something to its kernel.
    pub(super) fn tell(&mut self, command: impl Into<Command>, who: Who) {
        let command = command.into();
        if !matches!(command, Command::Agent(AgentCommand::ReportHeartbeats { .. })) {
            self.say(|| format!("  {who:?} {}", summary(&command)));
        }
        if let Some(runtime) = &mut self.runtime {
            let quiet = who == Who::Host;
            runtime.enqueue(command, None, None, quiet, who);
        }
    }

    /// Takes turns while there is something to do and room for a frame.
    pub(super) fn turns(&mut self) -> Step {
        // A defect may keep a kernel busy for ever.
        for _ in 0..10_000 {
            let Some(runtime) = &mut self.runtime else {
                return Ok(());
            };
            if runtime.closed.is_some() {
                return self.reopen();
            }
            let elapsed = self.clock.mono_ms.saturating_sub(runtime.mono_ms);
            runtime.now_ms += elapsed;
            runtime.mono_ms = self.clock.mono_ms;
            let is_due = runtime.deadline_ms.is_some_and(|at_ms| at_ms <= runtime.now_ms);
            let wants = is_due || runtime.is_due || !runtime.queue.is_empty();
            let most = if runtime.is_starting { 1 } else { FLIGHTS };
            if !wants || runtime.flights.len() >= most {
                return Ok(());
            }
            self.turn()?;
        }
        Err(broken(
            "the kernel comes to rest",
            "it asks for one step after the other".to_owned(),
        ))
    }

    fn turn(&mut self) -> Step {
        let Some(runtime) = &mut self.runtime else {
            return Ok(());
        };
        runtime.is_due = false;
        let most = if runtime.is_starting { 1 } else { usize::MAX };
        let count = runtime.queue.len().min(most);
        let mut taken: Vec<Waiting> = runtime.queue.drain(..count).collect();
        let requests: Vec<Request> = taken.iter().map(|waiting| waiting.request.clone()).collect();
        let bytes = batch(&requests);
        let output = runtime.kernel.step(self.clock.now(), &bytes);
        if let Some(tape) = &mut self.tape {
            tape.push(keep(self.clock.now(), &bytes, &output));
        }
        runtime.now_ms = output.now_ms;
        runtime.deadline_ms = output.deadline_ms;
        if output.left_over > 0 {
            self.counters.count("recovery: commands left for the next step");
            for waiting in taken
                .split_off(count - output.left_over as usize)
                .into_iter()
                .rev()
            {
                runtime.queue.push_front(waiting);
            }
        }
        let is_written = output.frame.0.is_empty();
        if !is_written {
            self.store.append(output.frame.0.clone());
        }
        let flight = Flight {
            output,
            waiting: taken,
            is_written: is_written || planted::is(planted::ANSWERS_BEFORE_WRITE),
        };
        runtime.flights.push_back(flight);
        self.let_go()
    }

    /// Whether the kernel knows what is reserved, once nothing is on its way.
    pub(super) fn check_reserved(&self) -> Step {
        let Some(durable) = self.settled_durable() else {
            return Ok(());
        };
        let (known, meant) = (durable.leases.reserved(), self.facts.reserved());
        if known == meant {
            return Ok(());
        }
        let message = format!("the kernel takes {known:?} for reserved, the journal says {meant:?}");
        Err(broken(
            "grants stay within the totals and are all released",
            message,
        ))
    }

    /// What the kernel knows, once nothing is on its way.
    pub(super) fn settled_durable(&self) -> Option<&Durable> {
        // One that was kept when it should not have been is known by the sequence it writes.
        let runtime = self
            .runtime
            .as_ref()
            .filter(|_| !planted::is(planted::OLD_KERNEL_KEPT))?;
        let is_settled = !runtime.has_flights() && runtime.closed.is_none();
        is_settled.then(|| runtime.kernel.durable())
    }

    /// Whether the rebuilt or live kernel is in the state the journal adds up to, once nothing is on its way.
    pub(super) fn check_state(&mut self) -> Step {
        let Some(runtime) = &mut self.runtime else {
            return Ok(());
        };
        if runtime.has_flights() || runtime.closed.is_some() {
            return Ok(());
        }
        let live = (runtime.kernel.durable().last_seq(), runtime.kernel.state_hash());
        let folded = (self.follower.durable().last_seq(), self.follower.state_hash());
        if live == folded {
            return Ok(());
        }
        let message = format!("the kernel is at {live:x?}, the journal adds up to {folded:x?}");
        Err(broken("replay of the journal is the state", message))
    }
}

fn summary(command: &Command) -> String {
    super::shorten(format!("{command:?}"))
}

fn keep(now: Now, batch: &[u8], output: &StepOutput) -> Taken {
    Taken {
        mono_ms: now.mono_ms,
        wall_ms: now.wall_ms,
        batch: batch.to_vec(),
        output: polyphon_wire::to_bytes(output),
    }
}

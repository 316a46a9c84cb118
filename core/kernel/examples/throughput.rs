//! What the kernel alone does: tasks are created, assigned, report progress and complete while 10,000 others are live.
//!
//! Run: `cargo run --release -p polyphon-kernel --example throughput [-- ROUNDS]`
//! Prints `commands_per_second N`. Assigning is no command: the kernel grants a task in the step that creates it, so
//! three commands a task are counted.

#![expect(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    reason = "the kernel has no clock, who measures it has"
)]

use std::sync::Arc;
use std::time::Instant;

use polyphon_kernel::agents::commands::AgentCommand;
use polyphon_kernel::agents::{AgentKind, AgentSpec, HostKind, Permission};
use polyphon_kernel::journal::JournalCommand;
use polyphon_kernel::sessions::commands::SessionCommand;
use polyphon_kernel::tasks::commands::TaskCommand;
use polyphon_kernel::tasks::{Demand, PlanSpec, Policy, Priority, Report, TaskSpec};
use polyphon_kernel::{AgentId, Command, Effect, Fence, Kernel, Now, Outcome, Request, Resources, batch};

const LIVE: usize = 10_000;
const BATCH: usize = 500;
const ROUNDS: usize = 200;

fn main() {
    let rounds = std::env::args().nth(1).and_then(|rounds| rounds.parse().ok());
    let rounds = rounds.unwrap_or(ROUNDS);
    let mut driver = Driver::new();
    driver.start();
    for _ in 0..LIVE / BATCH {
        driver.step(vec![create(); BATCH]);
    }
    // Requests are encoded before the clock starts: what is measured is the kernel.
    let mut seconds = 0.0;
    for _ in 0..rounds {
        let fences: Vec<Fence> = driver.fences.drain(..BATCH).collect();
        for commands in [
            fences.iter().map(|fence| progress(*fence)).collect(),
            fences.iter().map(|fence| complete(*fence)).collect(),
            vec![create(); BATCH],
        ] {
            seconds += driver.step(commands);
        }
    }
    let commands = (rounds * BATCH * 3) as f64;
    println!("commands_per_second {:.0}", commands / seconds);
}

/// A kernel and what it has handed out.
struct Driver {
    kernel: Kernel,
    fences: Vec<Fence>,
    id: u64,
}

impl Driver {
    fn new() -> Self {
        Self {
            kernel: Kernel::new(0, 1),
            fences: Vec::new(),
            id: 0,
        }
    }

    fn start(&mut self) {
        let node = "bench".to_owned();
        self.step(vec![
            JournalCommand::StartNode {
                epoch: 1,
                seed: 42,
                node,
            }
            .into(),
        ]);
        let spec = AgentSpec {
            key: "bench".to_owned(),
            agent_type: "worker".to_owned(),
            capabilities: Vec::new(),
            permission: Permission::Full,
            kind: AgentKind::Specialized,
            host: HostKind::Function,
            priority: 0,
            max_load: 2 * LIVE as u32,
            version: String::new(),
            pool: None,
            heartbeat_ms: 0,
        };
        self.step(vec![AgentCommand::RegisterAgent { spec }.into()]);
        let agent = AgentId(self.kernel.durable().last_seq());
        self.step(vec![
            AgentCommand::ReportAgentStarted { agent, start: None }.into(),
        ]);
    }

    /// Takes the commands in one step; answers the seconds the kernel took.
    fn step(&mut self, commands: Vec<Command>) -> f64 {
        let requests: Vec<Request> = commands
            .into_iter()
            .map(|command| {
                self.id += 1;
                Request {
                    id: self.id,
                    quiet: false,
                    actor: String::new(),
                    tenant: String::new(),
                    idempotency_key: None,
                    cause: None,
                    traceparent: None,
                    command,
                }
            })
            .collect();
        let bytes = batch(&requests);
        let now = Now {
            mono_ms: self.id,
            wall_ms: 1_700_000_000_000 + self.id,
        };
        let began = Instant::now();
        let output = self.kernel.step(now, &bytes);
        let seconds = began.elapsed().as_secs_f64();
        for answer in &output.answers {
            assert!(matches!(answer.outcome, Outcome::Accepted { .. }), "{answer:?}");
        }
        self.fences
            .extend(output.effects.iter().filter_map(|effect| match effect {
                Effect::Run { fence, .. } => Some(*fence),
                _ => None,
            }));
        seconds
    }
}

fn create() -> Command {
    SessionCommand::Orchestrate {
        plan: PlanSpec {
            name: String::new(),
            phases: Vec::new(),
            classes: Vec::new(),
            policy: Policy {
                max_retries: 2,
                retry_delay_ms: 30_000,
                escalation_threshold: 3,
                grace_ms: 60_000,
            },
            timeout_ms: 7_200_000,
            config_hash: None,
        },
        tasks: vec![Arc::new(TaskSpec {
            key: "noop".to_owned(),
            name: "noop".to_owned(),
            parent: None,
            after: Vec::new(),
            priority: Priority::Medium,
            class: None,
            demand: Arc::new(Demand {
                agent_type: None,
                needs: Vec::new(),
                permission: Permission::Readonly,
                resources: Resources::default(),
                avoid: None,
            }),
            timeout_ms: 600_000,
            criteria: Vec::new(),
            input: None,
            total_timeout_ms: None,
        })],
        input: None,
    }
    .into()
}

fn progress(fence: Fence) -> Command {
    let message = String::new();
    TaskCommand::ReportProgress {
        fence,
        ppm: 500_000,
        message,
    }
    .into()
}

fn complete(fence: Fence) -> Command {
    let report = Report::empty();
    TaskCommand::CompleteTask {
        fence,
        report,
        tolerated: None,
    }
    .into()
}

//! A kernel with a clock and short ways to say things.
#![allow(
    dead_code,
    unreachable_pub,
    missing_docs,
    clippy::unwrap_used,
    reason = "a test ends at what it did not expect, and its names are its words"
)]

pub mod agents;
pub mod pools;
pub mod queues;
pub mod sessions;
pub mod state;
pub mod states;
pub mod tasks;

use std::sync::Arc;

use polyphon_kernel::agents::commands::AgentCommand;
use polyphon_kernel::agents::{AgentKind, AgentSpec, HostKind, Permission};
use polyphon_kernel::journal::JournalCommand;
use polyphon_kernel::sessions::commands::SessionCommand;
use polyphon_kernel::tasks::commands::TaskCommand;
use polyphon_kernel::tasks::{AttemptError, Demand, PlanSpec, Policy, Priority, Report, TaskSpec};
use polyphon_kernel::{
    AgentId, Command, Effect, Event, Fence, Kernel, Now, Outcome, Refusal, Request, Resources, SessionId,
    StepOutput, batch,
};

/// A kernel in the hands of a test.
pub struct Lab {
    pub kernel: Kernel,
    pub now: Now,
    pub frames: Vec<Vec<u8>>,
    pub effects: Vec<Effect>,
    next_id: u64,
}

impl Lab {
    pub fn new() -> Self {
        let now = Now {
            mono_ms: 0,
            wall_ms: 1_700_000_000_000,
        };
        let mut lab = Self {
            kernel: Kernel::new(0, 1),
            now,
            frames: Vec::new(),
            effects: Vec::new(),
            next_id: 1,
        };
        lab.accept(JournalCommand::StartNode {
            epoch: 1,
            seed: 42,
            node: "lab".to_owned(),
        });
        lab
    }

    pub fn step(&mut self, commands: Vec<Command>) -> StepOutput {
        let requests: Vec<Request> = commands
            .into_iter()
            .map(|command| self.request(command))
            .collect();
        self.step_requests(&requests)
    }

    /// Every request, in as many steps as they need; the output is the last one's, with the answers and effects of all.
    pub fn step_requests(&mut self, requests: &[Request]) -> StepOutput {
        let (mut answers, mut effects) = (Vec::new(), Vec::new());
        let mut rest = requests;
        loop {
            let mut output = self.step_once(rest);
            answers.append(&mut output.answers);
            effects.append(&mut output.effects);
            if output.left_over == 0 {
                (output.answers, output.effects) = (answers, effects);
                return output;
            }
            rest = &rest[rest.len() - output.left_over as usize..];
        }
    }

    /// One step, which may leave requests.
    pub fn step_once(&mut self, requests: &[Request]) -> StepOutput {
        let output = self.kernel.step(self.now, &batch(requests));
        if !output.frame.0.is_empty() {
            self.frames.push(output.frame.0.clone());
        }
        self.effects.extend(output.effects.iter().cloned());
        output
    }

    pub fn request(&mut self, command: Command) -> Request {
        self.next_id += 1;
        Request {
            id: self.next_id,
            quiet: false,
            actor: "tester".to_owned(),
            tenant: String::new(),
            idempotency_key: None,
            cause: None,
            traceparent: None,
            command,
        }
    }

    pub fn tell(&mut self, command: impl Into<Command>) -> Outcome {
        let mut output = self.step(vec![command.into()]);
        output.answers.remove(0).outcome
    }

    /// Sends a command that must be accepted; answers the entity it made.
    pub fn accept(&mut self, command: impl Into<Command>) -> u64 {
        match self.tell(command) {
            Outcome::Accepted { entity } => entity,
            Outcome::Refused { refusal } => panic!("refused: {refusal:?}"),
        }
    }

    /// Sends a command that must be refused.
    pub fn refuse(&mut self, command: impl Into<Command>) -> Refusal {
        match self.tell(command) {
            Outcome::Accepted { entity } => panic!("accepted as {entity}"),
            Outcome::Refused { refusal } => refusal,
        }
    }

    /// Lets time pass and steps until nothing more is due.
    pub fn pass(&mut self, ms: u64) {
        self.now.mono_ms += ms;
        self.now.wall_ms += ms;
        self.settle();
    }

    pub fn settle(&mut self) {
        for _ in 0..10_000 {
            let output = self.step(Vec::new());
            if output.deadline_ms.is_none_or(|at| at > output.now_ms) {
                return;
            }
        }
        panic!("the kernel never comes to rest");
    }

    pub fn agent(&mut self, key: &str, max_load: u32) -> AgentId {
        let agent = AgentId(self.accept(AgentCommand::RegisterAgent {
            spec: agent_spec(key, max_load),
        }));
        self.accept(AgentCommand::ReportAgentStarted { agent, start: None });
        agent
    }

    pub fn orchestrate(&mut self, tasks: Vec<TaskSpec>) -> SessionId {
        SessionId(self.accept(SessionCommand::Orchestrate {
            plan: plan(),
            tasks: shared(tasks),
            input: None,
        }))
    }

    /// The newest run effect of a task that still holds its lease.
    pub fn fence(&self, key: &str) -> Fence {
        let fence = self.effects.iter().rev().find_map(|effect| match effect {
            Effect::Run {
                fence, key: known, ..
            } if known == key => Some(*fence),
            _ => None,
        });
        fence.unwrap_or_else(|| panic!("{key} was never started"))
    }

    /// Keys of the tasks that hold a lease.
    pub fn running(&self) -> Vec<String> {
        let durable = self.kernel.durable();
        durable
            .leases
            .iter()
            .filter_map(|(_, lease)| durable.tasks.get(lease.task))
            .map(|task| task.spec.key.clone())
            .collect()
    }

    pub fn complete(&mut self, key: &str) {
        let fence = self.fence(key);
        self.accept(TaskCommand::CompleteTask {
            fence,
            report: Report::empty(),
            tolerated: None,
        });
    }

    pub fn fail(&mut self, key: &str, error_type: &str) {
        let (fence, error) = (self.fence(key), error(error_type));
        self.accept(TaskCommand::FailTask {
            fence,
            error,
            report: Report::empty(),
        });
    }

    /// Every event of the journal in order.
    pub fn events(&self) -> Vec<Event> {
        let frames = self
            .frames
            .iter()
            .map(|frame| polyphon_kernel::journal::Frame::read(frame).unwrap());
        frames.flat_map(|frame| frame.events().unwrap()).collect()
    }

    pub fn event_names(&self) -> Vec<&'static str> {
        self.events().iter().map(Event::name).collect()
    }

    /// Folds the journal from nothing and requires the same state.
    pub fn check_replay(&mut self) {
        let mut replica = Kernel::new(0, 1);
        for frame in &self.frames {
            replica.replay(frame).unwrap();
        }
        assert_eq!(replica.state_hash(), self.kernel.state_hash());
        let snapshot = self.kernel.snapshot();
        let mut restored = Kernel::restore(&snapshot, 1).unwrap();
        assert_eq!(restored.state_hash(), self.kernel.state_hash());
        assert_eq!(restored.snapshot(), snapshot);
    }
}

pub fn agent_spec(key: &str, max_load: u32) -> AgentSpec {
    AgentSpec {
        key: key.to_owned(),
        agent_type: "worker".to_owned(),
        capabilities: Vec::new(),
        permission: Permission::Full,
        kind: AgentKind::Specialized,
        host: HostKind::Function,
        priority: 0,
        max_load,
        version: "1".to_owned(),
        pool: None,
        heartbeat_ms: 0,
    }
}

pub fn plan() -> PlanSpec {
    PlanSpec {
        name: "plan".to_owned(),
        phases: Vec::new(),
        classes: Vec::new(),
        policy: Policy {
            max_retries: 2,
            retry_delay_ms: 1_000,
            escalation_threshold: 3,
            grace_ms: 500,
        },
        timeout_ms: 7_200_000,
        config_hash: None,
    }
}

pub fn task(key: &str, after: &[u32]) -> TaskSpec {
    TaskSpec {
        key: key.to_owned(),
        name: key.to_owned(),
        parent: None,
        after: after.to_vec(),
        priority: Priority::Medium,
        class: None,
        demand: Arc::new(demand()),
        timeout_ms: 10_000,
        criteria: Vec::new(),
        input: None,
        total_timeout_ms: None,
    }
}

/// Tasks as a command takes them.
pub fn shared(tasks: Vec<TaskSpec>) -> Vec<Arc<TaskSpec>> {
    tasks.into_iter().map(Arc::new).collect()
}

pub fn demand() -> Demand {
    Demand {
        agent_type: None,
        needs: Vec::new(),
        permission: Permission::Readonly,
        resources: Resources {
            memory_mb: 0,
            cpu_milli: 0,
            disk_mb: 0,
        },
        avoid: None,
    }
}

pub fn error(error_type: &str) -> AttemptError {
    AttemptError {
        error_type: error_type.to_owned(),
        message: "it broke".to_owned(),
        details: None,
    }
}

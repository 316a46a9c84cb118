//! Short ways to say things about agents, and a host that does what it is told.

use polyphon_kernel::agents::commands::AgentCommand;
use polyphon_kernel::agents::{Agent, AgentSpec, AgentStatus, Health, Heartbeat, HostKind, PoolSpec};
use polyphon_kernel::journal::JournalCommand;
use polyphon_kernel::{AgentId, Effect, Fence, Kernel, PoolId, Settings};

use super::{Lab, agent_spec};

/// Answers requests to start and end agents, each once.
#[derive(Default)]
pub struct TestHost {
    seen: usize,
}

impl TestHost {
    /// Answers everything that is open; answers how much it was.
    pub fn serve(&mut self, lab: &mut Lab) -> usize {
        let mut served = 0;
        while let Some(effect) = lab.effects.get(self.seen).cloned() {
            self.seen += 1;
            let answer = match effect {
                Effect::StartAgent { agent, start, .. } => AgentCommand::ReportAgentStarted {
                    agent,
                    start: Some(start),
                },
                Effect::EndAgent { agent, .. } => AgentCommand::ReportAgentStopped {
                    agent,
                    error: None,
                    start: None,
                },
                _ => continue,
            };
            lab.tell(answer);
            served += 1;
        }
        served
    }
}

impl Lab {
    pub fn register(&mut self, spec: AgentSpec) -> AgentId {
        AgentId(self.accept(AgentCommand::RegisterAgent { spec }))
    }

    pub fn started(&mut self, agent: AgentId) {
        self.accept(AgentCommand::ReportAgentStarted { agent, start: None });
    }

    /// A remote agent that is watched.
    pub fn remote(&mut self, key: &str, heartbeat_ms: u64) -> AgentId {
        let agent = self.register(AgentSpec {
            host: HostKind::Remote,
            heartbeat_ms,
            ..agent_spec(key, 4)
        });
        self.started(agent);
        agent
    }

    pub fn pool(&mut self, spec: PoolSpec) -> PoolId {
        PoolId(self.accept(AgentCommand::DefinePool { spec }))
    }

    pub fn entry(&self, agent: AgentId) -> &Agent {
        self.kernel.durable().agents.get(agent).unwrap()
    }

    pub fn status(&self, agent: AgentId) -> AgentStatus {
        self.entry(agent).status
    }

    pub fn health(&self, agent: AgentId) -> Health {
        self.entry(agent).health
    }

    pub fn beat(&mut self, agent: AgentId) {
        let heartbeat = Heartbeat {
            agent,
            memory_bytes: Some(1 << 20),
            cpu_milli: Some(250),
        };
        self.accept(AgentCommand::ReportHeartbeats {
            beats: vec![heartbeat],
        });
    }

    pub fn stop(&mut self, agent: AgentId) {
        self.accept(AgentCommand::StopAgent {
            agent,
            reason: "enough".to_owned(),
        });
    }

    pub fn crash(&mut self, agent: AgentId) {
        let start = self.entry(agent).start;
        self.accept(AgentCommand::ReportAgentStopped {
            agent,
            error: Some("it crashed".to_owned()),
            start,
        });
    }

    /// Lets time pass as a runtime does: steps at every deadline on the way.
    pub fn live(&mut self, ms: u64) {
        self.live_with(ms, |_| {});
    }

    /// The same, with something done after every step.
    pub fn live_with(&mut self, ms: u64, mut each: impl FnMut(&mut Self)) {
        let end_ms = self.now.mono_ms + ms;
        for _ in 0..100_000 {
            let output = self.step(Vec::new());
            each(self);
            let deadline_ms = self.kernel.deadline().unwrap_or(u64::MAX);
            let wait_ms = deadline_ms
                .saturating_sub(output.now_ms)
                .max(u64::from(deadline_ms > output.now_ms));
            let next_ms = self.now.mono_ms.saturating_add(wait_ms).min(end_ms);
            if next_ms == self.now.mono_ms && deadline_ms > output.now_ms {
                return;
            }
            self.now.wall_ms += next_ms - self.now.mono_ms;
            self.now.mono_ms = next_ms;
        }
        panic!("the kernel never comes to rest");
    }

    pub fn configure(&mut self, change: impl FnOnce(&mut Settings)) {
        let mut settings = self.kernel.durable().settings().clone();
        change(&mut settings);
        self.accept(JournalCommand::Configure { settings });
    }

    /// The node dies and another one takes over from the journal.
    pub fn fail_over(&mut self) {
        let epoch = self.kernel.durable().epoch() + 1;
        let mut revived = Kernel::new(0, epoch);
        self.frames
            .iter()
            .for_each(|frame| revived.replay(frame).unwrap());
        self.kernel = revived;
        self.accept(JournalCommand::StartNode {
            epoch,
            seed: 0,
            node: "heir".to_owned(),
        });
    }

    /// The last request to start an agent.
    pub fn start_request(&self, agent: AgentId) -> Option<Fence> {
        self.effects.iter().rev().find_map(|effect| match effect {
            Effect::StartAgent {
                agent: asked, start, ..
            } if *asked == agent => Some(*start),
            _ => None,
        })
    }

    pub fn count(&self, name: &str) -> usize {
        self.event_names().iter().filter(|known| **known == name).count()
    }
}

/// A pool of process agents that take one task each.
pub fn pool_spec(key: &str, min: u32, max: u32) -> PoolSpec {
    PoolSpec {
        key: key.to_owned(),
        template: AgentSpec {
            host: HostKind::Process,
            ..agent_spec(key, 1)
        },
        min,
        max,
        scale_up_ppm: 800_000,
        scale_down_ppm: 300_000,
        queue_depth: 0,
        idle_timeout_ms: 60_000,
        replace_unhealthy: true,
    }
}

//! Whatever is asked of agents in whatever order: only listed transitions happen, and the journal tells it all.

#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a test ends at what it did not expect, and its names are its words"
)]

mod common;

use std::collections::BTreeMap;

use common::agents::pool_spec;
use common::{Lab, agent_spec, task};
use polyphon_kernel::agents::commands::AgentCommand;
use polyphon_kernel::agents::{AgentSpec, AgentStatus, Heartbeat, HostKind, lifecycle};
use polyphon_kernel::journal::Frame;
use polyphon_kernel::{AgentId, Command, Durable, Effect, Fence, Kernel, PoolId};
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Step {
    Register(u8, bool, bool),
    Started(u8, bool),
    Stopped(u8, bool),
    Stop(u8),
    Start(u8),
    Deregister(u8),
    StopAll,
    Beat(u8),
    Pool(u8, u8),
    RemovePool,
    Work(u8),
    Complete(u8),
    Fail(u8),
    Wait(u32),
    Host,
    FailOver,
    Restore,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        2 => (any::<u8>(), any::<bool>(), any::<bool>()).prop_map(|(who, remote, beats)| Step::Register(who, remote, beats)),
        4 => (any::<u8>(), any::<bool>()).prop_map(|(who, fenced)| Step::Started(who, fenced)),
        2 => (any::<u8>(), any::<bool>()).prop_map(|(who, error)| Step::Stopped(who, error)),
        2 => any::<u8>().prop_map(Step::Stop),
        2 => any::<u8>().prop_map(Step::Start),
        1 => any::<u8>().prop_map(Step::Deregister),
        1 => Just(Step::StopAll),
        2 => any::<u8>().prop_map(Step::Beat),
        1 => (0u8..4, 1u8..5).prop_map(|(min, more)| Step::Pool(min, more)),
        1 => Just(Step::RemovePool),
        4 => (1u8..6).prop_map(Step::Work),
        4 => any::<u8>().prop_map(Step::Complete),
        1 => any::<u8>().prop_map(Step::Fail),
        4 => (0u32..200_000).prop_map(Step::Wait),
        4 => Just(Step::Host),
        1 => Just(Step::FailOver),
        1 => Just(Step::Restore),
    ];
    prop::collection::vec(step, 1..80)
}

struct Life {
    lab: Lab,
    served: usize,
    named: u32,
}

impl Life {
    fn someone(&self, who: u8) -> AgentId {
        let agents: Vec<AgentId> = self
            .lab
            .kernel
            .durable()
            .agents
            .iter()
            .map(|(id, _)| id)
            .collect();
        agents
            .get(usize::from(who) % agents.len().max(1))
            .copied()
            .unwrap_or(AgentId(7))
    }

    fn fence(&self, who: u8) -> Option<Fence> {
        let fences: Vec<Fence> = self
            .lab
            .kernel
            .durable()
            .leases
            .iter()
            .map(|(fence, _)| fence)
            .collect();
        fences.get(usize::from(who) % fences.len().max(1)).copied()
    }

    fn ask(&mut self, command: impl Into<Command>) {
        self.lab.tell(command);
    }

    fn take(&mut self, step: Step) {
        match step {
            Step::Register(who, remote, beats) => self.ask(AgentCommand::RegisterAgent {
                spec: AgentSpec {
                    host: if remote {
                        HostKind::Remote
                    } else {
                        HostKind::Process
                    },
                    heartbeat_ms: if beats { 10_000 } else { 0 },
                    ..agent_spec(&format!("agent{}", who % 5), 1 + u32::from(who) % 3)
                },
            }),
            Step::Started(who, fenced) => {
                let agent = self.someone(who);
                let start = if fenced {
                    self.lab.start_request(agent)
                } else {
                    None
                };
                self.ask(AgentCommand::ReportAgentStarted { agent, start });
            }
            Step::Stopped(who, error) => {
                let agent = self.someone(who);
                let error = error.then(|| "broken".to_owned());
                self.ask(AgentCommand::ReportAgentStopped {
                    agent,
                    error,
                    start: None,
                });
            }
            Step::Stop(who) => {
                let agent = self.someone(who);
                self.ask(AgentCommand::StopAgent {
                    agent,
                    reason: String::new(),
                });
            }
            Step::Start(who) => {
                let agent = self.someone(who);
                self.ask(AgentCommand::StartAgent { agent });
            }
            Step::Deregister(who) => {
                let agent = self.someone(who);
                self.ask(AgentCommand::DeregisterAgent {
                    agent,
                    reason: String::new(),
                });
            }
            Step::StopAll => self.ask(AgentCommand::StopAll {
                reason: String::new(),
            }),
            Step::Beat(who) => {
                let beat = Heartbeat {
                    agent: self.someone(who),
                    memory_bytes: None,
                    cpu_milli: None,
                };
                self.ask(AgentCommand::ReportHeartbeats { beats: vec![beat] });
            }
            Step::Pool(min, more) => {
                let mut spec = pool_spec("crew", u32::from(min), u32::from(min + more));
                spec.template.heartbeat_ms = if more % 2 == 0 { 20_000 } else { 0 };
                self.ask(AgentCommand::DefinePool { spec });
            }
            Step::RemovePool => {
                let pool = self
                    .lab
                    .kernel
                    .durable()
                    .agents
                    .pools
                    .by_key("crew")
                    .unwrap_or(PoolId(3));
                self.ask(AgentCommand::RemovePool {
                    pool,
                    reason: String::new(),
                });
            }
            Step::Work(count) => {
                self.named += 1;
                let tasks = (0..count).map(|number| task(&format!("T{}-{number}", self.named), &[]));
                self.lab.orchestrate(tasks.collect());
            }
            Step::Complete(who) => {
                if let Some(fence) = self.fence(who) {
                    let report = polyphon_kernel::tasks::Report::empty();
                    self.ask(polyphon_kernel::tasks::commands::TaskCommand::CompleteTask {
                        fence,
                        report,
                        tolerated: None,
                    });
                }
            }
            Step::Fail(who) => {
                if let Some(fence) = self.fence(who) {
                    self.ask(polyphon_kernel::tasks::commands::TaskCommand::FailTask {
                        fence,
                        error: common::error("logic_error"),
                        report: polyphon_kernel::tasks::Report::empty(),
                    });
                }
            }
            Step::Wait(ms) => self.lab.live(u64::from(ms)),
            Step::Host => self.serve(),
            Step::FailOver => self.lab.fail_over(),
            Step::Restore => {
                let snapshot = self.lab.kernel.snapshot();
                let epoch = self.lab.kernel.durable().epoch();
                self.lab.kernel = Kernel::restore(&snapshot, epoch).unwrap();
            }
        }
    }

    /// The host answers what is open, as it does after a restore.
    fn serve(&mut self) {
        for effect in self.lab.kernel.open_effects() {
            self.served += 1;
            match effect {
                Effect::StartAgent { agent, start, .. } => {
                    self.ask(AgentCommand::ReportAgentStarted {
                        agent,
                        start: Some(start),
                    });
                }
                Effect::EndAgent { agent, .. } => {
                    self.ask(AgentCommand::ReportAgentStopped {
                        agent,
                        error: None,
                        start: None,
                    });
                }
                _ => {}
            }
        }
    }

    /// What must hold whenever the kernel is at rest.
    fn check(&mut self) {
        let durable = self.lab.kernel.durable();
        let mut loads: BTreeMap<AgentId, u32> = BTreeMap::new();
        for (_, lease) in durable.leases.iter() {
            *loads.entry(lease.agent).or_default() += 1;
        }
        for (id, agent) in durable.agents.iter() {
            assert_eq!(agent.load, loads.remove(&id).unwrap_or(0), "load of {id}");
            let idle = agent.status == AgentStatus::Idle;
            assert!(!idle || agent.load == 0, "{id} is idle with work");
            assert!(
                agent.status != AgentStatus::Busy || agent.load > 0,
                "{id} is busy without work"
            );
            let timed = matches!(agent.status, AgentStatus::Starting) || agent.is_restarting();
            assert!(!timed || agent.wake_ms.is_some(), "{id} may hang");
            assert!(
                agent.end.is_none() || agent.wake_ms.is_some(),
                "{id} may never end"
            );
        }
        assert!(loads.is_empty(), "work in nobody's hands: {loads:?}");
        for (id, pool) in durable.agents.pools.iter() {
            let tally = durable.agents.pools.tally(id);
            assert!(pool.closing || pool.suspended || pool.target >= pool.spec.min);
            assert!(tally.live <= pool.spec.max, "{tally:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn only_listed_transitions_happen(steps in steps()) {
        let mut life = Life { lab: Lab::new(), served: 0, named: 0 };
        for step in steps {
            life.take(step);
            life.lab.settle();
            life.check();
        }
        life.lab.check_replay();
        let mut durable = Durable::default();
        let mut before: BTreeMap<AgentId, AgentStatus> = BTreeMap::new();
        for frame in &life.lab.frames {
            let frame = Frame::read(frame).unwrap();
            for (event, seq) in frame.events().unwrap().iter().zip(frame.head.first_seq..) {
                durable.evolve(seq, frame.head.kernel_ms, event);
                let after: BTreeMap<AgentId, AgentStatus> = durable.agents.iter().map(|(id, agent)| (id, agent.status)).collect();
                for (id, to) in &after {
                    if let Some(from) = before.get(id) {
                        prop_assert!(lifecycle::allows(*from, *to), "{id} went from {from:?} to {to:?} at {seq}");
                    }
                }
                before = after;
            }
        }
    }

    /// A kernel that was restored in the middle decides exactly as the one that ran on.
    #[test]
    fn what_is_derived_is_the_same_after_a_restore(steps in steps(), cut in 0usize..80) {
        let mut life = Life { lab: Lab::new(), served: 0, named: 0 };
        for (number, step) in steps.into_iter().enumerate() {
            // Both twins begin with empty vitals, so that only what is derived from durable state can differ.
            if number == cut {
                let snapshot = life.lab.kernel.snapshot();
                let epoch = life.lab.kernel.durable().epoch();
                let mut twin = Kernel::restore(&snapshot, epoch).unwrap();
                let mut replica = Kernel::new(0, epoch);
                life.lab.frames.iter().for_each(|frame| replica.replay(frame).unwrap());
                let now = life.lab.now;
                let work = polyphon_kernel::batch(&[life.lab.request(polyphon_kernel::sessions::commands::SessionCommand::Orchestrate {
                    plan: common::plan(),
                    tasks: vec![task("X", &[]).into(), task("Y", &[]).into(), task("Z", &[]).into()],
                    input: None,
                }.into())]);
                prop_assert_eq!(twin.step_bytes(now, &work), replica.step_bytes(now, &work));
                prop_assert_eq!(twin.state_hash(), replica.state_hash());
            }
            life.take(step);
            life.lab.settle();
        }
    }
}

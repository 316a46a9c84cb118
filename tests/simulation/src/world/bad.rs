//! What must be refused.

use polyphon_kernel::agents::Heartbeat;
use polyphon_kernel::agents::commands::AgentCommand;
use polyphon_kernel::journal::JournalCommand;
use polyphon_kernel::sessions::commands::SessionCommand;
use polyphon_kernel::sessions::{Fact, FactKind};
use polyphon_kernel::tasks::commands::TaskCommand;
use polyphon_kernel::tasks::{ClassSpec, Report};
use polyphon_kernel::{AgentId, Command, Fence, PoolId, SessionId, Settings, bounds};

use super::turn::Who;
use super::{Step, World, pick_key};
use crate::plans;
use crate::random::Random;

const KINDS: u64 = 24;

impl World {
    pub(super) fn say_something_bad(&mut self, draw: &mut Random) -> Step {
        let kind = draw.below(KINDS);
        if kind == 0 {
            let bytes: Vec<u8> = (0..draw.within(1, 40)).map(|_| draw.next() as u8).collect();
            return self.garble(&bytes);
        }
        // What comes with a command is bounded too.
        let key = (kind == 22).then(|| "x".repeat(bounds::NAME_BYTES + 1));
        match self.bad_command(kind, draw) {
            Some(command) => self.call(command, key),
            None => Ok(()),
        }
    }

    /// So much at once that one step has no room for it, if only to be refused. Seldom, for it takes long.
    pub(super) fn crowd(&mut self, draw: &mut Random) {
        if !draw.percent(5) {
            return;
        }
        let fence = Fence(u64::from(u32::MAX) << 16);
        for _ in 0..=bounds::STEP_COMMANDS {
            let (ppm, message) = (0, String::new());
            self.tell(TaskCommand::ReportProgress { fence, ppm, message }, Who::Host);
        }
    }

    fn bad_command(&self, kind: u64, draw: &mut Random) -> Option<Command> {
        let nobody = u64::from(u32::MAX) << 16;
        let session = SessionId(nobody);
        let pick = |draw: &mut Random| pick_key(draw, &self.facts.sessions).map(SessionId);
        let (mut plan, mut tasks) = plans::random(draw, "bad".to_owned());
        let whole = |plan, tasks| {
            let input = None;
            SessionCommand::Orchestrate {
                plan,
                tasks: plans::shared(tasks),
                input,
            }
            .into()
        };
        Some(match kind {
            1 => SessionCommand::ResumeSession { session }.into(),
            2 => SessionCommand::CommitPlan { session: pick(draw)? }.into(),
            3 => SessionCommand::AddTasks {
                session: pick(draw)?,
                tasks: plans::shared(vec![plans::task(draw, "more", 0); 40]),
            }
            .into(),
            4 => {
                let ended = self.facts.ended.keys().next_back().copied()?;
                let reason = "again".to_owned();
                let session = SessionId(ended);
                SessionCommand::CancelSession { session, reason }.into()
            }
            5 => {
                let entries = vec![(String::new(), None)];
                let session = pick(draw)?;
                SessionCommand::UpdateContext { session, entries }.into()
            }
            6 => {
                let name = "nothing may run".to_owned();
                plan.classes = vec![ClassSpec {
                    name,
                    max_parallel: 0,
                }];
                whole(plan, tasks)
            }
            7 => {
                let (mut first, mut second) = (plans::task(draw, "a", 0), plans::task(draw, "b", 0));
                (first.after, second.after) = (vec![1], vec![0]);
                plan.phases.clear();
                whole(plan, vec![first, second])
            }
            8 => {
                plan.phases.clear();
                whole(plan, vec![plans::task(draw, "a", 0), plans::task(draw, "a", 0)])
            }
            9 => {
                tasks.push(plans::task(draw, "z", 0));
                tasks.last_mut()?.after = vec![1_000];
                whole(plan, tasks)
            }
            10 => {
                let (expected, input) = (100_001, None);
                SessionCommand::BeginPlan {
                    plan,
                    expected,
                    input,
                }
                .into()
            }
            11 => {
                let settings = Settings {
                    ageing_ms: 0,
                    ..Settings::default()
                };
                JournalCommand::Configure { settings }.into()
            }
            12 => {
                let level = if draw.percent(50) { 99 } else { 1 };
                JournalCommand::RaiseFormat { level }.into()
            }
            13 => AgentCommand::StartAgent {
                agent: AgentId(nobody),
            }
            .into(),
            14 => {
                let mut spec = self.team.example();
                spec.max_load = 0;
                AgentCommand::RegisterAgent { spec }.into()
            }
            15 => {
                let beat = Heartbeat {
                    agent: AgentId(1),
                    memory_bytes: None,
                    cpu_milli: None,
                };
                let beats = vec![beat.clone(), beat];
                AgentCommand::ReportHeartbeats { beats }.into()
            }
            16 => {
                let reason = "gone".to_owned();
                let pool = PoolId(nobody);
                AgentCommand::RemovePool { pool, reason }.into()
            }
            17 => {
                let mut spec = self.team.example_pool("broken");
                (spec.min, spec.max) = (3, 1);
                AgentCommand::DefinePool { spec }.into()
            }
            18 => JournalCommand::StartNode {
                epoch: 0,
                seed: 0,
                node: "late".to_owned(),
            }
            .into(),
            19 => {
                let text = String::new();
                let (kind, source) = (FactKind::Guess, String::new());
                let facts = vec![Fact { kind, text, source }];
                let session = pick(draw)?;
                SessionCommand::RecordFacts { session, facts }.into()
            }
            20 => {
                let start = Some(Fence(nobody));
                let agent = AgentId(pick_key(draw, &self.facts.agents)?);
                AgentCommand::ReportAgentStarted { agent, start }.into()
            }
            21 => {
                let (agent, start, error) = (AgentId(nobody), None, None);
                AgentCommand::ReportAgentStopped { agent, error, start }.into()
            }
            22 => SessionCommand::PauseSession {
                session,
                reason: String::new(),
            }
            .into(),
            _ => {
                let fence = Fence(pick_key(draw, &self.facts.leases)?);
                let mut report = Report::empty();
                report.metrics = vec![("b".to_owned(), 1), ("a".to_owned(), 1)];
                TaskCommand::CompleteTask {
                    fence,
                    report,
                    tolerated: None,
                }
                .into()
            }
        })
    }
}

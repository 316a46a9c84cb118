//! Agents and their hosts: they work, fail, lie, fall silent and come back.

mod attempts;
mod operators;
mod states;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use polyphon_kernel::agents::commands::AgentCommand;
use polyphon_kernel::agents::{AgentKind, AgentSpec, Heartbeat, HostKind, Permission, PoolSpec};
use polyphon_kernel::tasks::commands::TaskCommand;
use polyphon_kernel::tasks::{AttemptError, Report, TaskEvent};
use polyphon_kernel::{AgentId, Effect, Event, Fence, PoolId};

use super::turn::Who;
use super::{Step, World, pick_key};
use crate::decision::Fault;
use crate::invariants::Seeing;
use crate::plans::NEEDS;
use crate::planted;
use crate::random::Random;

const ERRORS: &[&str] = &[
    "import_error",
    "calculation_error",
    "system_error",
    "memory_error",
    "other",
];
/// Reports and fences that are kept to be given again.
const KEPT: usize = 50;

/// Everybody who works.
#[derive(Debug)]
pub(super) struct Team {
    members: Vec<Member>,
    bodies: BTreeMap<u64, Body>,
    /// Attempts in somebody's hands, by fence.
    work: BTreeMap<u64, Work>,
    /// Fences that have ended.
    past: VecDeque<u64>,
    /// Reports that were given.
    reports: VecDeque<TaskCommand>,
    /// Outbox effects to be finished.
    pub(super) outbox: BTreeSet<u64>,
    /// Rows of states to be erased, by the event since which they are.
    discards: BTreeSet<u64>,
}

/// An agent that registers by itself.
#[derive(Debug)]
struct Member {
    spec: AgentSpec,
    agent: Option<u64>,
    is_coming: bool,
}

/// A running agent.
#[derive(Debug)]
struct Body {
    is_remote: bool,
    beats: bool,
    /// Start request it has not answered.
    booting: Option<u64>,
    /// Start request it came from.
    start: Option<u64>,
    is_silent: bool,
}

#[derive(Debug)]
struct Work {
    agent: u64,
    is_stopping: bool,
    is_silent: bool,
    is_reported: bool,
}

impl Team {
    pub(super) fn new(draw: &mut Random) -> Self {
        let hosts = [HostKind::Function, HostKind::Worker, HostKind::Process];
        let member = |index: u64, agent_type: &str, host, draw: &mut Random| Member {
            spec: AgentSpec {
                key: format!("agent-{index}"),
                agent_type: agent_type.to_owned(),
                capabilities: NEEDS.iter().map(|need| (*need).to_owned()).collect(),
                permission: Permission::Full,
                kind: AgentKind::Specialized,
                host,
                priority: draw.below(3) as u32,
                max_load: draw.within(1, 4) as u32,
                version: "1".to_owned(),
                pool: None,
                heartbeat_ms: if host == HostKind::Remote {
                    1_000
                } else {
                    draw.below(2) * 5_000
                },
            },
            agent: None,
            is_coming: false,
        };
        let mut members = Vec::new();
        for index in 0..3 {
            members.push(member(index, "coder", hosts[index as usize], draw));
        }
        members.push(member(3, "worker", HostKind::Function, draw));
        members.push(member(4, "coder", HostKind::Remote, draw));
        members.push(member(5, "worker", HostKind::Remote, draw));
        Self {
            members,
            bodies: BTreeMap::new(),
            work: BTreeMap::new(),
            past: VecDeque::new(),
            reports: VecDeque::new(),
            outbox: BTreeSet::new(),
            discards: BTreeSet::new(),
        }
    }

    pub(super) fn example(&self) -> AgentSpec {
        self.members[0].spec.clone()
    }

    pub(super) fn example_pool(&self, key: &str) -> PoolSpec {
        PoolSpec {
            key: key.to_owned(),
            template: self.example(),
            min: 0,
            max: 3,
            scale_up_ppm: 800_000,
            scale_down_ppm: 300_000,
            queue_depth: 1,
            idle_timeout_ms: 20_000,
            replace_unhealthy: true,
        }
    }

    /// Everything inside the process is gone.
    pub(super) fn process_died(&mut self) {
        self.bodies.retain(|_, body| body.is_remote);
        let bodies = &self.bodies;
        self.work.retain(|_, work| bodies.contains_key(&work.agent));
        self.members
            .iter_mut()
            .for_each(|member| member.is_coming = false);
        self.outbox.clear();
        self.discards.clear();
    }

    /// The end of an attempt is durable.
    pub(super) fn follow(&mut self, event: &Event) {
        let Event::Task(TaskEvent::TaskCompleted { fence, .. } | TaskEvent::TaskAttemptFailed { fence, .. }) =
            event
        else {
            return;
        };
        self.work.remove(&fence.0);
        keep(&mut self.past, fence.0);
    }

    /// A report that was not written must be given again.
    pub(super) fn heard(&mut self, command: &TaskCommand, code: Option<&str>) {
        let Some(fence) = ends(command) else { return };
        if code == Some("STORE_IO")
            && let Some(work) = self.work.get_mut(&fence.0)
        {
            work.is_reported = false;
        }
    }

    fn is_away(&self, member: usize) -> bool {
        let member = &self.members[member];
        !member.is_coming && member.agent.is_none_or(|agent| !self.bodies.contains_key(&agent))
    }

    fn bury(&mut self, agent: u64) {
        self.bodies.remove(&agent);
        self.work.retain(|_, work| work.agent != agent);
    }
}

impl World {
    /// Does one thing the kernel asks for.
    pub(super) fn do_effect(&mut self, effect: &Effect) -> Step {
        match effect {
            Effect::Run { fence, agent, .. } => return self.run(fence.0, agent.0),
            Effect::Stop { fence, .. } => {
                if let Some(work) = self.team.work.get_mut(&fence.0) {
                    work.is_stopping = true;
                }
            }
            Effect::EndAgent { agent, .. } => {
                self.team.bury(agent.0);
                let (agent, error, start) = (*agent, None, None);
                self.tell(
                    AgentCommand::ReportAgentStopped { agent, error, start },
                    Who::Host,
                );
            }
            Effect::StartAgent { agent, start, spec } => self.start_body(agent.0, start.0, spec),
            Effect::Notify { effect, .. } => {
                self.team.outbox.insert(effect.0);
            }
            Effect::Deliver {
                fence,
                consumer,
                messages,
                ..
            } => self.queues.delivered(*consumer, fence.0, messages),
            Effect::ErasePayloads { rows } => self.queues.erase(rows),
            Effect::EraseStates { rows } => {
                let rows = rows.iter().map(|(discard, _)| *discard);
                self.team.discards.extend(rows);
            }
        }
        Ok(())
    }

    fn run(&mut self, fence: u64, agent: u64) -> Step {
        let Some(runtime) = &mut self.runtime else {
            return Ok(());
        };
        let is_known = !runtime.running.insert(fence);
        if is_known {
            self.counters.count("recovery: effect given again and known");
            if !planted::is(planted::RUNS_NOT_DEDUPLICATED) {
                return Ok(());
            }
        }
        if let Some(work) = self.team.work.get_mut(&fence).filter(|_| !is_known) {
            // A remote agent is at it already; what it said may have been lost.
            work.is_reported = false;
            return Ok(());
        }
        let is_here = self
            .team
            .bodies
            .get(&agent)
            .is_some_and(|body| body.booting.is_none());
        if !is_here {
            let (fence, report) = (Fence(fence), Report::empty());
            let error = error("agent_lost");
            self.tell(TaskCommand::FailTask { fence, error, report }, Who::Host);
            return Ok(());
        }
        // Attempts read what the journal adds up to.
        let memory = &self.follower.durable().agents.memory;
        let state = memory.get(AgentId(agent)).map(|state| state.payload.clone());
        let state = state.as_ref();
        self.see(&Seeing::Began { fence, state })?;
        let is_silent = self.team.bodies.get(&agent).is_some_and(|body| body.is_silent);
        let work = Work {
            agent,
            is_stopping: false,
            is_silent,
            is_reported: false,
        };
        self.team.work.insert(fence, work);
        Ok(())
    }

    fn start_body(&mut self, agent: u64, start: u64, spec: &AgentSpec) {
        match self.team.bodies.get(&agent) {
            Some(body) if body.booting == Some(start) => return,
            Some(body) if body.start == Some(start) => {
                let (agent, start) = (AgentId(agent), Some(Fence(start)));
                return self.tell(AgentCommand::ReportAgentStarted { agent, start }, Who::Host);
            }
            _ => {}
        }
        self.team.bury(agent);
        let body = Body {
            is_remote: spec.host == HostKind::Remote,
            beats: spec.heartbeat_ms > 0,
            booting: Some(start),
            start: None,
            is_silent: false,
        };
        self.team.bodies.insert(agent, body);
    }

    pub(super) fn boot_one(&mut self, draw: &mut Random) -> Step {
        let bodies = self.team.bodies.iter();
        let booting: Vec<(u64, u64)> = bodies
            .filter_map(|(agent, body)| Some((*agent, body.booting?)))
            .collect();
        let Some((agent, start)) = draw.pick(&booting).copied() else {
            return Ok(());
        };
        let id = AgentId(agent);
        if self.is_on(Fault::StartFails) && draw.percent(20) {
            self.counters.count("fault: start of an agent fails");
            self.team.bury(agent);
            let (error, start) = (Some("it did not come up".to_owned()), Some(Fence(start)));
            self.tell(
                AgentCommand::ReportAgentStopped {
                    agent: id,
                    error,
                    start,
                },
                Who::Host,
            );
            return Ok(());
        }
        if let Some(body) = self.team.bodies.get_mut(&agent) {
            (body.booting, body.start) = (None, Some(start));
        }
        let start = Some(Fence(start));
        self.tell(AgentCommand::ReportAgentStarted { agent: id, start }, Who::Host);
        Ok(())
    }

    pub(super) fn register_one(&mut self, draw: &mut Random) -> Step {
        let member = draw.below(self.team.members.len() as u64) as usize;
        if self.team.is_away(member) {
            self.register(member);
        }
        Ok(())
    }

    /// Whoever is away comes back; so does who was given up while it was silent and is told now that it is not known.
    pub(super) fn register_all(&mut self) {
        let gone = self
            .team
            .bodies
            .keys()
            .filter(|agent| !self.facts.agents.contains_key(*agent));
        for agent in gone.copied().collect::<Vec<u64>>() {
            self.team.bury(agent);
        }
        for member in 0..self.team.members.len() {
            if self.team.is_away(member) {
                self.register(member);
            }
        }
    }

    fn register(&mut self, member: usize) {
        if self.runtime.is_none() {
            return;
        }
        self.team.members[member].is_coming = true;
        let spec = self.team.members[member].spec.clone();
        self.tell(AgentCommand::RegisterAgent { spec }, Who::Arrival { member });
    }

    /// A member was registered.
    pub(super) fn arrived(&mut self, member: usize, agent: u64) {
        let entry = &mut self.team.members[member];
        entry.is_coming = false;
        entry.agent = Some(agent);
        let body = Body {
            is_remote: entry.spec.host == HostKind::Remote,
            beats: entry.spec.heartbeat_ms > 0,
            booting: None,
            start: None,
            is_silent: false,
        };
        self.team.bodies.entry(agent).or_insert(body);
        let (agent, start) = (AgentId(agent), None);
        self.tell(AgentCommand::ReportAgentStarted { agent, start }, Who::Host);
    }

    pub(super) fn turned_away(&mut self, member: usize) {
        self.team.members[member].is_coming = false;
    }

    pub(super) fn heartbeats(&mut self) -> Step {
        let bodies = self.team.bodies.iter();
        let alive = bodies.filter(|(_, body)| body.beats && !body.is_silent && body.booting.is_none());
        let beats: Vec<Heartbeat> = alive
            .map(|(agent, _)| Heartbeat {
                agent: AgentId(*agent),
                memory_bytes: None,
                cpu_milli: None,
            })
            .collect();
        if !beats.is_empty() {
            self.tell(AgentCommand::ReportHeartbeats { beats }, Who::Host);
        }
        Ok(())
    }

    pub(super) fn break_agent(&mut self, draw: &mut Random) -> Step {
        if !self.is_on(Fault::AgentDies) {
            return Ok(());
        }
        let Some(agent) = pick_key(draw, &self.team.bodies) else {
            return Ok(());
        };
        let Some(body) = self.team.bodies.get_mut(&agent) else {
            return Ok(());
        };
        if body.beats && draw.percent(50) {
            self.counters.count("fault: agent falls silent");
            body.is_silent = true;
            let work = self.team.work.values_mut();
            work.filter(|work| work.agent == agent)
                .for_each(|work| work.is_silent = true);
            return Ok(());
        }
        self.counters.count("fault: agent breaks");
        let start = body.booting.or(body.start).map(Fence);
        self.team.bury(agent);
        let (agent, error) = (AgentId(agent), Some("it broke".to_owned()));
        self.tell(
            AgentCommand::ReportAgentStopped { agent, error, start },
            Who::Host,
        );
        match draw.percent(30) {
            true => self.save_too_late(agent.0, draw),
            false => Ok(()),
        }
    }

    /// Everybody does well what is in their hands.
    pub(super) fn work_well(&mut self, draw: &mut Random) -> Step {
        while self.team.bodies.values().any(|body| body.booting.is_some()) {
            self.boot_one(draw)?;
        }
        loop {
            let before = self
                .team
                .work
                .values()
                .filter(|work| !work.is_silent && !work.is_reported)
                .count();
            if before == 0 {
                return Ok(());
            }
            self.end_attempt(draw)?;
        }
    }
}

/// The attempt a report ends.
fn ends(command: &TaskCommand) -> Option<Fence> {
    match command {
        TaskCommand::CompleteTask { fence, .. }
        | TaskCommand::FailTask { fence, .. }
        | TaskCommand::RefuseTask { fence, .. } => Some(*fence),
        _ => None,
    }
}

fn error(kind: &str) -> AttemptError {
    AttemptError {
        error_type: kind.to_owned(),
        message: "it broke".to_owned(),
        details: None,
    }
}

fn keep<T>(ring: &mut VecDeque<T>, value: T) {
    ring.push_back(value);
    if ring.len() > KEPT {
        ring.pop_front();
    }
}

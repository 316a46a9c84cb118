//! What the runtime has to do. Nothing of it may begin before the events of the same step are durable.

use polyphon_wire::wire;

use crate::agents::{AgentEvent, AgentSpec, AgentStatus};
use crate::escalations::{EscalationEvent, EscalationReport};
use crate::event::Event;
use crate::id::{AgentId, EffectId, EscalationId, Fence, QueueId, SessionId, TaskId};
use crate::leases::{Lease, StopReason};
use crate::outbox::OpenEffect;
use crate::payload::Payload;
use crate::queues::deliver::{deliver, erase};
use crate::queues::{Delivery, QueueEvent};
use crate::resources::Resources;
use crate::state::Durable;
use crate::tasks::TaskEvent;

wire! {
    /// What the runtime has to do.
    pub enum Effect {
        /// Let an agent work on a task. Done when its fence is reported on; given again after a restore.
        1 => Run {
            fence: Fence,
            task: TaskId,
            session: SessionId,
            agent: AgentId,
            /// Counted from 1.
            attempt: u32,
            timeout_ms: u64,
            grace_ms: u64,
            resources: Resources,
            key: String,
            /// Level and name of the recovery strategy the attempt stands for.
            recovery: Option<(u32, String)>,
            /// Type of the error it recovers from.
            error_type: Option<String>,
            input: Option<Payload>,
        },
        /// Ask an attempt to end, and end it by force when the grace period is over.
        2 => Stop { fence: Fence, grace_ms: u64, reason: StopReason },
        /// End an agent, and what it still works on. Done when its host reports that it stopped; given again after a
        /// restore.
        3 => EndAgent {
            agent: AgentId,
            /// Sequence of the event that asks for it.
            request: Fence,
        },
        /// Start an agent; an earlier life of the same agent is ended first. Done when its host reports with this fence
        /// that it started or stopped; given again after a restore.
        4 => StartAgent {
            agent: AgentId,
            start: Fence,
            spec: AgentSpec,
        },
        /// Tell a human of an escalation. Durable: to be answered with `FinishEffect`, and given again until it is.
        5 => Notify {
            effect: EffectId,
            escalation: EscalationId,
            task: TaskId,
            session: SessionId,
            /// Key of the task.
            key: String,
            raised_ms: u64,
            report: EscalationReport,
        },
        /// Hand messages to a consumer. Done when each was reported on; what is still held is given again after a restore.
        6 => Deliver {
            fence: Fence,
            queue: QueueId,
            consumer: u64,
            until_ms: u64,
            /// The payloads of each batch the messages are of.
            payloads: Vec<(u64, Payload)>,
            messages: Vec<Delivery>,
        },
        /// Erase rows of payloads nothing needs any more. Done with `FinishErasure`; given again after a restore.
        7 => ErasePayloads {
            /// Batch and key of each.
            rows: Vec<(u64, String)>,
        },
        /// Erase rows with states of agents nothing needs any more. Done with `FinishStateErasure`; given again after a
        /// restore.
        8 => EraseStates {
            /// The event since which nothing needs it, and the key of each.
            rows: Vec<(u64, String)>,
        },
    }
}

/// What `event`, which was applied already, asks the runtime to do.
pub(crate) fn of(durable: &Durable, seq: u64, now_ms: u64, event: &Event) -> Option<Effect> {
    match event {
        Event::Task(TaskEvent::TaskGranted { .. }) => run(durable, Fence(seq)),
        Event::Task(TaskEvent::TaskStopRequested {
            fence,
            until_ms,
            reason,
            ..
        }) => Some(Effect::Stop {
            reason: *reason,
            fence: *fence,
            grace_ms: until_ms.saturating_sub(now_ms),
        }),
        Event::Agent(
            AgentEvent::AgentStopped {
                agent,
                end_by_ms: Some(_),
                ..
            }
            | AgentEvent::AgentFailed {
                agent,
                end_by_ms: Some(_),
                ..
            }
            | AgentEvent::AgentLost { agent, .. },
        ) => end_agent(durable, *agent),
        Event::Agent(AgentEvent::AgentStarting { agent, .. }) => start_agent(durable, *agent),
        Event::Agent(AgentEvent::AgentStateSaved { .. } | AgentEvent::AgentStateErased { .. }) => {
            let key = durable.agents.memory.discarded.get(seq)?;
            let rows = vec![(seq, key.clone())];
            Some(Effect::EraseStates { rows })
        }
        Event::Agent(AgentEvent::AgentProvisioned { .. }) => start_agent(durable, AgentId(seq)),
        Event::Escalation(EscalationEvent::EscalationRaised { notify: true, .. }) => durable
            .outbox
            .get(EffectId(seq))
            .map(|open| durable_effect(EffectId(seq), open)),
        Event::Queue(QueueEvent::MessagesDelivered { .. }) => deliver(&durable.queues, Fence(seq)),
        Event::Queue(_) => erase(&durable.queues, durable.queues.emptied.iter().copied()),
        _ => None,
    }
}

/// Every effect that is open, in the order in which they were opened.
pub(crate) fn open(durable: &Durable, now_ms: u64) -> Vec<Effect> {
    let mut effects: Vec<(Fence, Effect)> = Vec::new();
    let leases = durable.leases.iter();
    for (fence, lease) in leases.filter(|(fence, _)| !durable.orphans.contains(fence)) {
        effects.extend(run(durable, fence).map(|effect| (fence, effect)));
        effects.extend(stop(fence, lease, now_ms).map(|effect| (fence, effect)));
    }
    for (id, agent) in durable.agents.iter() {
        effects.extend(agent.end.zip(end_agent(durable, id)));
        effects.extend(agent.start.zip(start_agent(durable, id)));
    }
    for (effect, open) in durable.outbox.iter() {
        effects.push((Fence(effect.0), durable_effect(effect, open)));
    }
    let runs = durable.queues.runs.iter();
    for (fence, _) in runs.filter(|(fence, _)| !durable.queues.orphans.contains(&fence.0)) {
        effects.extend(deliver(&durable.queues, fence).map(|effect| (fence, effect)));
    }
    let effects = crate::order::by(effects, |(opened, _)| [opened.0, 0, 0]);
    let mut effects: Vec<Effect> = effects.into_iter().map(|(_, effect)| effect).collect();
    let emptied = durable.queues.batches.iter();
    let emptied: Vec<u64> = emptied
        .filter(|(_, batch)| batch.left == 0)
        .map(|(number, _)| number)
        .collect();
    let parts = emptied.chunks(crate::bounds::ERASED_PAYLOADS);
    effects.extend(parts.filter_map(|part| erase(&durable.queues, part.iter().copied())));
    let discarded = durable.agents.memory.discarded.iter();
    let discarded: Vec<(u64, String)> = discarded.map(|(seq, key)| (seq, key.clone())).collect();
    let parts = discarded.chunks(crate::bounds::ERASED_PAYLOADS);
    effects.extend(parts.map(|rows| Effect::EraseStates { rows: rows.to_vec() }));
    effects
}

fn end_agent(durable: &Durable, agent: AgentId) -> Option<Effect> {
    let request = durable.agents.get(agent)?.end?;
    Some(Effect::EndAgent { agent, request })
}

/// Open until the agent has started.
fn start_agent(durable: &Durable, id: AgentId) -> Option<Effect> {
    let agent = durable.agents.get(id)?;
    let start = agent.start.filter(|_| agent.status == AgentStatus::Starting)?;
    Some(Effect::StartAgent {
        agent: id,
        start,
        spec: agent.spec.clone(),
    })
}

fn durable_effect(effect: EffectId, open: &OpenEffect) -> Effect {
    let OpenEffect::Notify {
        escalation,
        task,
        session,
        key,
        raised_ms,
        report,
    } = open.clone();
    Effect::Notify {
        effect,
        escalation,
        task,
        session,
        key,
        raised_ms,
        report,
    }
}

fn run(durable: &Durable, fence: Fence) -> Option<Effect> {
    let lease = durable.leases.held(fence).ok()?;
    let task = durable.tasks.get(lease.task)?;
    let plan = durable.tasks.plan(lease.session)?;
    let recovery = (task.course.failures > 0)
        .then(|| task.course.recoveries.last())
        .flatten()
        .map(|recovery| (recovery.level, recovery.action.clone()));
    let session_input = || {
        durable
            .sessions
            .get(lease.session)
            .and_then(|session| session.input.clone())
    };
    Some(Effect::Run {
        fence,
        task: lease.task,
        session: lease.session,
        agent: lease.agent,
        attempt: task.course.attempts,
        timeout_ms: lease.length_ms,
        grace_ms: plan.policy.grace_ms,
        resources: lease.resources,
        key: task.spec.key.clone(),
        recovery,
        error_type: task.course.error.as_ref().map(|error| error.error_type.clone()),
        input: task.spec.input.as_deref().cloned().or_else(session_input),
    })
}

fn stop(fence: Fence, lease: &Lease, now_ms: u64) -> Option<Effect> {
    let revoked = lease.revoked.filter(|_| !crate::planted::is(11))?;
    Some(Effect::Stop {
        reason: revoked.reason,
        fence,
        grace_ms: revoked.until_ms.saturating_sub(now_ms),
    })
}

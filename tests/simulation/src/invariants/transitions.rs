use polyphon_kernel::agents::{AgentEvent, AgentStatus};
use polyphon_kernel::escalations::EscalationEvent;
use polyphon_kernel::outbox::OutboxEvent;
use polyphon_kernel::sessions::{SessionEvent, SessionStatus};
use polyphon_kernel::tasks::{Next, PhaseStatus, TaskEvent, TaskStatus};
use polyphon_kernel::{Event, TaskId};

use super::{At, Invariant, Seeing, must};
use crate::facts::Facts;

/// Tasks, phases, sessions and agents go only the listed ways, and what has ended stays ended.
pub(super) struct Transitions;

impl Invariant for Transitions {
    fn name(&self) -> &'static str {
        "only listed transitions, and terminal is final"
    }

    fn see(&mut self, facts: &Facts, what: &Seeing<'_>) -> Result<(), String> {
        let Seeing::Event(at, event) = what else {
            return Ok(());
        };
        match event {
            Event::Task(event) => task(facts, *at, event),
            Event::Session(event) => session(facts, *at, event),
            Event::Agent(event) => agent(facts, *at, event),
            Event::Escalation(event) => escalation(facts, *at, event),
            Event::Outbox(OutboxEvent::EffectDone { effect, .. }) => {
                must(facts.outbox.contains(&effect.0), || {
                    format!("{effect} is closed at {} and is not open", at.seq)
                })
            }
            _ => Ok(()),
        }
    }
}

fn task(facts: &Facts, at: At, event: &TaskEvent) -> Result<(), String> {
    use TaskStatus::{Pending, Ready, Running, Waiting};
    let (id, from): (u64, &[TaskStatus]) = match event {
        TaskEvent::TaskGranted { task, .. } => (task.0, &[Pending, Ready]),
        TaskEvent::TaskCompleted { task, .. } | TaskEvent::TaskAttemptFailed { task, .. } => {
            (task.0, &[Running])
        }
        TaskEvent::TaskStopRequested { task, .. }
        | TaskEvent::TaskProgressed { task, .. }
        | TaskEvent::TaskExtended { task, .. } => (task.0, &[Running]),
        TaskEvent::TaskWoken { task, .. } => (task.0, &[Waiting]),
        TaskEvent::TaskSkipped { task, .. } => (task.0, &[Pending, Ready]),
        TaskEvent::TaskCancelled { task, .. } => (task.0, &[Pending, Ready, Waiting, Running]),
        TaskEvent::TaskExpired { task, .. } => (task.0, &[Pending, Ready, Waiting, Running]),
        TaskEvent::TaskTimedOut { task, .. } => (task.0, &[Pending, Ready, Waiting, Running]),
        TaskEvent::GroupEnded { task, .. } => (task.0, &[Pending, Running]),
        TaskEvent::PhaseOpened { session, phase } => {
            return phase_is(facts, at, session.0, *phase, PhaseStatus::Pending);
        }
        TaskEvent::PhaseEnded { session, phase, .. } => {
            return phase_is(facts, at, session.0, *phase, PhaseStatus::Open);
        }
        TaskEvent::PhaseTimedOut { session, phase } => {
            return phase_is(facts, at, session.0, *phase, PhaseStatus::Open);
        }
        _ => return Ok(()),
    };
    let Some(known) = facts.tasks.get(&id) else {
        return Err(format!(
            "{} at {} for task {id}, which has ended with its session",
            event.name(),
            at.seq
        ));
    };
    must(from.contains(&known.status), || {
        format!(
            "{} at {} for task {id}, which is {:?}",
            event.name(),
            at.seq,
            known.status
        )
    })?;
    let has_attempt = known.fence.is_some();
    let wants_attempt = match event {
        TaskEvent::TaskCompleted { .. }
        | TaskEvent::TaskAttemptFailed { .. }
        | TaskEvent::TaskStopRequested { .. }
        | TaskEvent::TaskProgressed { .. }
        | TaskEvent::TaskExtended { .. } => Some(true),
        TaskEvent::TaskTimedOut { .. } => None,
        _ => Some(false),
    };
    must(wants_attempt.is_none_or(|wanted| wanted == has_attempt), || {
        format!(
            "{} at {} for task {id}, whose attempt is {:?}",
            event.name(),
            at.seq,
            known.fence
        )
    })?;
    let session = facts.sessions.get(&known.session).map(|session| session.status);
    let is_retry = matches!(
        event,
        TaskEvent::TaskAttemptFailed {
            next: Next::Retry { .. },
            ..
        }
    );
    must(!(is_retry && session == Some(SessionStatus::Cancelling)), || {
        format!("task {id} of a cancelled session is tried again at {}", at.seq)
    })
}

fn phase_is(facts: &Facts, at: At, session: u64, phase: u32, wanted: PhaseStatus) -> Result<(), String> {
    let status = facts
        .sessions
        .get(&session)
        .and_then(|session| session.phases.get(phase as usize));
    must(status == Some(&wanted), || {
        format!(
            "phase {phase} of session {session} goes on at {} and is {status:?}",
            at.seq
        )
    })
}

fn session(facts: &Facts, at: At, event: &SessionEvent) -> Result<(), String> {
    use SessionStatus::{Cancelling, Paused, Planning, Running};
    let (id, from): (u64, &[SessionStatus]) = match event {
        SessionEvent::SessionPaused { session, .. } => (session.0, &[Running]),
        SessionEvent::SessionResumed { session } => (session.0, &[Running, Paused]),
        SessionEvent::SessionCancelRequested { session, .. } | SessionEvent::SessionTimedOut { session } => {
            (session.0, &[Planning, Running, Paused])
        }
        SessionEvent::SessionEnded { session, .. } => (session.0, &[Running, Paused, Cancelling]),
        SessionEvent::ContextUpdated { session, .. } | SessionEvent::FactsRecorded { session, .. } => {
            (session.0, &[Planning, Running, Paused, Cancelling])
        }
        SessionEvent::PlanPartAdded { session, .. } => (session.0, &[Planning]),
        _ => return Ok(()),
    };
    let status = facts.sessions.get(&id).map(|session| session.status);
    must(status.is_some_and(|status| from.contains(&status)), || {
        format!(
            "{} at {} for session {id}, which is {status:?}",
            event.name(),
            at.seq
        )
    })?;
    let SessionEvent::SessionEnded { status, .. } = event else {
        return Ok(());
    };
    let session = &facts.sessions[&id];
    let members = &session.members;
    let open = members
        .iter()
        .find(|task| !facts.tasks[task].status.is_terminal());
    // A plan that was never whole goes with its tasks.
    must(open.is_none() || !session.committed, || {
        format!("session {id} ends at {} with task {open:?} open", at.seq)
    })?;
    let completed = members
        .iter()
        .all(|task| facts.tasks[task].status == TaskStatus::Completed);
    must(*status != SessionStatus::Completed || completed, || {
        format!("session {id} completes at {} without all of its tasks", at.seq)
    })
}

fn agent(facts: &Facts, at: At, event: &AgentEvent) -> Result<(), String> {
    use AgentStatus::{Busy, Draining, Failed, Idle, Registered, Starting, Stopped};
    let (id, from): (u64, &[AgentStatus]) = match event {
        AgentEvent::AgentStarted { agent } => (agent.0, &[Registered, Starting]),
        AgentEvent::AgentStarting { agent, .. } => (agent.0, &[Registered, Stopped, Failed]),
        AgentEvent::AgentDraining { agent, .. } => (agent.0, &[Registered, Starting, Idle, Busy]),
        AgentEvent::AgentStopped { agent, .. } => {
            (agent.0, &[Registered, Starting, Idle, Busy, Draining, Failed])
        }
        AgentEvent::AgentFailed { agent, .. } | AgentEvent::AgentLost { agent, .. } => {
            (agent.0, &[Registered, Starting, Idle, Busy, Draining])
        }
        AgentEvent::AgentRestarting { agent, .. } | AgentEvent::AgentGivenUp { agent, .. } => {
            (agent.0, &[Failed])
        }
        AgentEvent::AgentEnded { agent, .. } => (agent.0, &[Stopped, Failed]),
        AgentEvent::AgentOverdue { agent } => (agent.0, &[Draining]),
        AgentEvent::AgentPaused { agent, .. } | AgentEvent::AgentResumed { agent } => {
            (agent.0, &[Idle, Busy])
        }
        AgentEvent::AgentHealthChanged { agent, .. } => (
            agent.0,
            &[Registered, Starting, Idle, Busy, Draining, Stopped, Failed],
        ),
        AgentEvent::AgentDeregistered { agent, .. } => (agent.0, &[Registered, Stopped, Failed]),
        _ => return Ok(()),
    };
    let status = facts.agents.get(&id).map(|agent| agent.status);
    must(status.is_some_and(|status| from.contains(&status)), || {
        format!(
            "{} at {} for agent {id}, which is {status:?}",
            event.name(),
            at.seq
        )
    })
}

fn escalation(facts: &Facts, at: At, event: &EscalationEvent) -> Result<(), String> {
    use TaskStatus::{Pending, Ready, Waiting};
    let status = |task: &TaskId| facts.tasks.get(&task.0).map(|task| task.status);
    match event {
        EscalationEvent::EscalationRaised { task, .. } => {
            let is_new = !facts.questions.values().any(|known| *known == task.0);
            must(is_new, || {
                format!("a human is asked about {task} again at {}", at.seq)
            })?;
            must(matches!(status(task), Some(Pending | Ready | Waiting)), || {
                format!(
                    "a human is asked about {task} at {}, which is {:?}",
                    at.seq,
                    status(task)
                )
            })
        }
        EscalationEvent::EscalationResolved { escalation, task, .. } => {
            must(facts.questions.get(&escalation.0) == Some(&task.0), || {
                format!("{escalation} is decided at {} and is not open", at.seq)
            })?;
            must(status(task) == Some(Waiting), || {
                format!(
                    "{escalation} is decided at {} for {task}, which is {:?}",
                    at.seq,
                    status(task)
                )
            })
        }
        EscalationEvent::EscalationWithdrawn { escalation, .. } => {
            must(facts.questions.contains_key(&escalation.0), || {
                format!("{escalation} is withdrawn at {} and is not open", at.seq)
            })
        }
    }
}

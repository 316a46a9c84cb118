use polyphon_sorted::SortedSet;

use super::{Durable, Slots};
use crate::agents::AgentEvent;
use crate::alerts::AlertEvent;
use crate::escalations::{EscalationEvent, EscalationStatus};
use crate::event::Event;
use crate::gather::Gather;
use crate::id::{AgentId, EscalationId, Fence, QueueId, SessionId, TaskId};
use crate::journal::JournalEvent;
use crate::queues::QueueEvent;
use crate::sessions::SessionEvent;
use crate::tasks::{TaskEvent, Wait};

/// What the passing of time alone can change.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Timer {
    /// The time of an attempt, or its grace period, is over.
    Lease(Fence),
    /// The time before the next attempt is over.
    Task(TaskId),
    /// The total time of a task is over.
    Total(TaskId),
    /// The time of the open phase of a session is over.
    Phase(SessionId),
    /// The time of a session is over.
    Session(SessionId),
    /// Something about an agent is due.
    Agent(AgentId),
    /// The time a human has to decide is over.
    Escalation(EscalationId),
    /// The time of messages in somebody's hands is over.
    Run(Fence),
    /// Messages of a queue are due.
    Queue(QueueId),
    /// The time of a schedule has come.
    Schedule(u64),
    /// The time of a value is over.
    Value(u64),
    /// The time of a lock, or of the wait for one, is over.
    Lock(u64),
}

/// When what is due. Derived from the entities: rebuilt after restore, never hashed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Timers {
    /// Of each kind, by entity.
    by_entity: [Slots<u64>; Timer::KINDS],
    by_time: SortedSet<(u64, Timer)>,
}

impl Timer {
    const KINDS: usize = 12;

    /// Its kind as an index, and the number of its entity.
    fn place(self) -> (usize, u64) {
        match self {
            Self::Lease(id) => (0, id.0),
            Self::Task(id) => (1, id.0),
            Self::Total(id) => (2, id.0),
            Self::Phase(id) => (3, id.0),
            Self::Session(id) => (4, id.0),
            Self::Agent(id) => (5, id.0),
            Self::Escalation(id) => (6, id.0),
            Self::Run(id) => (7, id.0),
            Self::Queue(id) => (8, id.0),
            Self::Schedule(number) => (9, number),
            Self::Value(version) => (10, version),
            Self::Lock(lock) => (11, lock),
        }
    }
}

impl Timers {
    pub(crate) fn set(&mut self, timer: Timer, at_ms: Option<u64>) {
        let (kind, entity) = timer.place();
        let by_entity = &mut self.by_entity[kind];
        let before = match at_ms {
            Some(at_ms) => by_entity.insert(entity, at_ms),
            None => by_entity.remove(entity),
        };
        if before == at_ms {
            return;
        }
        if let Some(before) = before {
            self.by_time.remove(&(before, timer));
        }
        if let Some(at_ms) = at_ms {
            self.by_time.insert((at_ms, timer));
        }
    }

    /// The earliest timer.
    pub(crate) fn first(&self) -> Option<(u64, Timer)> {
        self.by_time.first().copied()
    }
}

/// Brings the timers of what `event` touched up to date.
pub(super) fn refresh(durable: &mut Durable, seq: u64, event: &Event) {
    match event {
        Event::Task(TaskEvent::TaskGranted { task, .. }) => {
            lease(durable, Fence(seq));
            wait(durable, *task);
        }
        Event::Task(TaskEvent::TaskExtended { .. }) if crate::planted::is(16) => {}
        Event::Task(TaskEvent::TaskStopRequested { fence, .. } | TaskEvent::TaskExtended { fence, .. }) => {
            lease(durable, *fence);
        }
        Event::Task(
            TaskEvent::TaskCompleted { task, fence, .. } | TaskEvent::TaskAttemptFailed { task, fence, .. },
        ) => {
            lease(durable, *fence);
            wait(durable, *task);
        }
        Event::Task(
            TaskEvent::TaskWoken { task, .. }
            | TaskEvent::TaskSkipped { task, .. }
            | TaskEvent::TaskCancelled { task, .. }
            | TaskEvent::TaskExpired { task, .. },
        ) => wait(durable, *task),
        Event::Task(TaskEvent::PlanCommitted { session: id }) => session(durable, *id),
        Event::Session(SessionEvent::SessionOpened { .. }) => session(durable, SessionId(seq)),
        Event::Session(
            SessionEvent::SessionEnded { session: id, .. }
            | SessionEvent::SessionCancelRequested { session: id, .. }
            | SessionEvent::SessionTimedOut { session: id }
            | SessionEvent::PlanPartAdded { session: id, .. }
            | SessionEvent::SessionPaused { session: id, .. }
            | SessionEvent::SessionResumed { session: id },
        )
        | Event::Alert(
            AlertEvent::AlertRaised {
                session: Some(id), ..
            }
            | AlertEvent::AlertCleared {
                session: Some(id), ..
            },
        ) => session(durable, *id),
        Event::Escalation(event) => {
            let (id, of) = match event {
                EscalationEvent::EscalationRaised { session, .. } => (EscalationId(seq), session),
                EscalationEvent::EscalationResolved {
                    escalation, session, ..
                }
                | EscalationEvent::EscalationWithdrawn {
                    escalation, session, ..
                } => (*escalation, session),
            };
            escalation(durable, id);
            session(durable, *of);
        }
        Event::Agent(AgentEvent::AgentRegistered { .. } | AgentEvent::AgentProvisioned { .. }) => {
            agent(durable, AgentId(seq));
        }
        Event::Agent(
            AgentEvent::AgentAttached { agent: id, .. }
            | AgentEvent::AgentStarted { agent: id }
            | AgentEvent::AgentDraining { agent: id, .. }
            | AgentEvent::AgentStopped { agent: id, .. }
            | AgentEvent::AgentFailed { agent: id, .. }
            | AgentEvent::AgentHealthChanged { agent: id, .. }
            | AgentEvent::AgentLost { agent: id, .. }
            | AgentEvent::AgentRestarting { agent: id, .. }
            | AgentEvent::AgentStarting { agent: id, .. }
            | AgentEvent::AgentOverdue { agent: id }
            | AgentEvent::AgentPaused { agent: id, .. }
            | AgentEvent::AgentResumed { agent: id }
            | AgentEvent::AgentEnded { agent: id, .. }
            | AgentEvent::AgentDeregistered { agent: id, .. },
        ) => agent(durable, *id),
        Event::Journal(JournalEvent::NodeStarted { .. }) => rebuild(durable),
        Event::Journal(JournalEvent::ClockAdjusted { .. }) => schedules(durable),
        Event::Queue(event) => queue(durable, seq, event),
        _ => {}
    }
    touched(durable);
}

/// What the event changed beyond what it names.
fn touched(durable: &mut Durable) {
    while let Some(task) = durable.tasks.touched.tasks.pop() {
        total(durable, task);
    }
    while let Some(session) = durable.tasks.touched.phases.pop() {
        phase(durable, session);
    }
    while let Some(version) = durable.sessions.values.touched.pop() {
        let value = durable.sessions.values.table.get(version);
        let at_ms = value.and_then(|value| value.expires_ms);
        durable.timers.set(Timer::Value(version), at_ms);
    }
    while let Some(lock) = durable.sessions.locks.touched.pop() {
        let locks = &durable.sessions.locks;
        let hold = locks
            .holds
            .table
            .get(Fence(lock))
            .map(|hold| hold.deadline_ms)
            .filter(|_| !crate::planted::is(42));
        let wait = || locks.waits.get(lock).and_then(|wait| wait.until_ms);
        let at_ms = hold.or_else(wait);
        durable.timers.set(Timer::Lock(lock), at_ms);
    }
}

/// Every timer anew.
pub(super) fn rebuild(durable: &mut Durable) {
    durable.timers = Timers::default();
    let leases: Vec<Fence> = durable.leases.iter().map(|(fence, _)| fence).gather();
    leases.into_iter().for_each(|fence| lease(durable, fence));
    let tasks: Vec<TaskId> = durable
        .tasks
        .iter()
        .filter(|(_, task)| task.course.wait.is_some() && !crate::planted::is(12))
        .map(|(id, _)| id)
        .gather();
    tasks.into_iter().for_each(|task| wait(durable, task));
    let tasks: Vec<TaskId> = durable
        .tasks
        .iter()
        .filter(|(_, task)| task.course.deadline_ms.is_some())
        .map(|(id, _)| id)
        .gather();
    tasks.into_iter().for_each(|task| total(durable, task));
    let sessions: Vec<SessionId> = durable.sessions.iter().map(|(id, _)| id).gather();
    for id in sessions {
        session(durable, id);
        phase(durable, id);
    }
    let escalations: Vec<EscalationId> = durable.escalations.iter().map(|(id, _)| id).gather();
    escalations.into_iter().for_each(|id| escalation(durable, id));
    let agents: Vec<AgentId> = durable.agents.iter().map(|(id, _)| id).gather();
    agents.into_iter().for_each(|id| agent(durable, id));
    let queues: Vec<QueueId> = durable.queues.iter().map(|(id, _)| id).gather();
    queues.into_iter().for_each(|id| messages(durable, id));
    let runs: Vec<Fence> = durable.queues.runs.iter().map(|(fence, _)| fence).gather();
    runs.into_iter().for_each(|fence| run(durable, fence));
    schedules(durable);
    durable.sessions.touch_all();
    touched(durable);
}

fn queue(durable: &mut Durable, seq: u64, event: &QueueEvent) {
    if let Some(id) = event.queue() {
        messages(durable, id);
    }
    if let QueueEvent::MessagesDelivered { .. } = event {
        run(durable, Fence(seq));
    }
    match event {
        QueueEvent::ScheduleSet { .. } => schedule(durable, seq),
        QueueEvent::ScheduleRemoved { schedule: number }
        | QueueEvent::ScheduleFired { schedule: number, .. } => schedule(durable, *number),
        _ => {}
    }
    while let Some(fence) = durable.queues.ended.pop() {
        run(durable, fence);
    }
}

fn messages(durable: &mut Durable, id: QueueId) {
    let at_ms = durable.queues.wake_ms(id);
    durable.timers.set(Timer::Queue(id), at_ms);
}

/// Schedules go by wall time, timers by kernel time.
fn schedule(durable: &mut Durable, number: u64) {
    let due_ms = durable.queues.schedules.get(number).map(|known| known.due_ms);
    let at_ms = due_ms.map(|due_ms| durable.kernel_ms(due_ms));
    durable.timers.set(Timer::Schedule(number), at_ms);
}

fn schedules(durable: &mut Durable) {
    let numbers: Vec<u64> = durable
        .queues
        .schedules
        .iter()
        .map(|(number, _)| number)
        .collect();
    numbers.into_iter().for_each(|number| schedule(durable, number));
}

fn run(durable: &mut Durable, fence: Fence) {
    let at_ms = durable
        .queues
        .run_deadline(fence)
        .filter(|_| !crate::planted::is(25));
    durable.timers.set(Timer::Run(fence), at_ms);
}

fn lease(durable: &mut Durable, fence: Fence) {
    let at_ms = durable.leases.held(fence).ok().map(|lease| lease.deadline_ms);
    durable.timers.set(Timer::Lease(fence), at_ms);
}

fn wait(durable: &mut Durable, task: TaskId) {
    let at_ms = durable.tasks.get(task).and_then(|task| match task.course.wait {
        Some(Wait::Backoff { until_ms }) => Some(until_ms),
        _ => None,
    });
    durable.timers.set(Timer::Task(task), at_ms);
}

fn session(durable: &mut Durable, id: SessionId) {
    let at_ms = durable
        .sessions
        .get(id)
        .and_then(|session| session.clock.deadline_ms);
    durable.timers.set(Timer::Session(id), at_ms);
}

fn phase(durable: &mut Durable, id: SessionId) {
    let plan = durable.tasks.plan(id);
    let mut phases = plan.into_iter().flat_map(|plan| &plan.phases);
    let at_ms = phases.find_map(|phase| phase.clock.deadline_ms);
    durable.timers.set(Timer::Phase(id), at_ms);
}

fn total(durable: &mut Durable, task: TaskId) {
    let at_ms = durable.tasks.get(task).and_then(|task| task.course.deadline_ms);
    durable.timers.set(Timer::Total(task), at_ms);
}

fn escalation(durable: &mut Durable, id: EscalationId) {
    let open = durable
        .escalations
        .get(id)
        .filter(|known| known.status == EscalationStatus::Open);
    let at_ms = open.and_then(|known| known.deadline_ms);
    durable.timers.set(Timer::Escalation(id), at_ms);
}

fn agent(durable: &mut Durable, id: AgentId) {
    let at_ms = durable.agents.get(id).and_then(|agent| agent.wake_ms);
    durable.timers.set(Timer::Agent(id), at_ms);
}

use polyphon_wire::{Wire, to_bytes, wire};

use super::Kernel;
use crate::agents::{AgentQuery, discover, fit};
use crate::id::{AgentId, AlertId, EscalationId, PoolId, QueueId, SessionId, TaskId};
use crate::queues;
use crate::settings::Settings;
use crate::tasks::{Demand, progress, results, waiting};

wire! {
    /// What can be looked at from outside. A cold path: running reads come from the runtime's mirror.
    pub enum View {
        /// The node record.
        1 => Node {},
        /// One agent.
        2 => Agent { agent: AgentId },
        /// One session.
        3 => Session { session: SessionId },
        /// The plan of a session.
        4 => Plan { session: SessionId },
        /// One task.
        5 => Task { task: TaskId },
        /// One lease.
        6 => Lease { fence: crate::id::Fence },
        /// How an agent is doing: an `AgentVitals`.
        7 => Vitals { agent: AgentId },
        /// Agents that fit a description: a `Discovery`.
        8 => Agents { query: AgentQuery },
        /// A pool and its agents: a `PoolView`.
        9 => Pool { pool: PoolId },
        /// Demands that nobody can meet: `UnservedReports`.
        10 => Unserved {},
        /// Whether demands could be met: a `DemandFit`.
        11 => DemandFit { demands: Vec<Demand> },
        /// Whether a session's tasks could be done: a `PlanFit`.
        12 => PlanFit { session: SessionId },
        /// Capabilities and types of agents: a `Catalog`.
        13 => Catalog {},
        /// What holds where nothing else was said: `Settings`.
        14 => Defaults {},
        /// One escalation.
        20 => Escalation { escalation: EscalationId },
        /// One alert.
        21 => Alert { alert: AlertId },
        /// How far a session is: a `SessionProgress`.
        22 => Progress { session: SessionId },
        /// What the completed tasks of a session brought back: `SessionResults`.
        23 => Results { session: SessionId },
        /// Why a task does not run: a `WaitReason`.
        24 => Waiting { task: TaskId },
        /// Why the tasks of a session do not run: `SessionWaits`.
        25 => Waits { session: SessionId },
        /// One queue.
        30 => Queue { queue: QueueId },
        /// Messages of a queue nobody could deal with: `DeadLetters`, at most 1,000.
        31 => DeadLetters { queue: QueueId, skip: u32, limit: u32 },
        /// Schedules of a queue: `ScheduleList`.
        32 => Schedules { queue: QueueId },
        /// A stream and who reads it: a `StreamView`.
        33 => Stream { queue: QueueId },
        /// What a stream keeps from a position on: a `StreamPage`, at most 1,000 messages.
        34 => StreamPage {
            queue: QueueId,
            from: queues::Position,
            limit: u32,
            /// Kernel time: what is over by then is left out.
            now_ms: u64,
        },
        /// One cursor.
        35 => Cursor { cursor: u64 },
    }
}

impl Kernel {
    /// The encoding of what `view` names; empty when there is no such thing.
    pub fn view(&self, view: &View) -> Vec<u8> {
        let (durable, state) = (&self.durable, self.state(self.volatile.now_ms));
        match view {
            View::Node {} => bytes(durable.node.get(0)),
            View::Agent { agent } => bytes(durable.agents.get(*agent)),
            View::Session { session } => bytes(durable.sessions.get(*session)),
            View::Plan { session } => bytes(durable.tasks.plan(*session)),
            View::Task { task } => bytes(durable.tasks.get(*task)),
            View::Vitals { agent } => bytes(
                self.volatile
                    .vitals
                    .view(durable, *agent, self.volatile.now_ms)
                    .as_ref(),
            ),
            View::Agents { query } => to_bytes(&discover::discover(&durable.agents, query)),
            View::Pool { pool } => bytes(durable.agents.pools.view(*pool).as_ref()),
            View::Unserved {} => to_bytes(&durable.agents.unserved.view()),
            View::DemandFit { demands } => to_bytes(&fit::demands(&state, demands)),
            View::PlanFit { session } => to_bytes(&fit::plan(&state, *session)),
            View::Defaults {} => to_bytes(&Settings::default()),
            View::Catalog {} => to_bytes(&discover::catalog(&state)),
            View::Lease { fence } => bytes(durable.leases.held(*fence).ok()),
            View::Escalation { escalation } => bytes(durable.escalations.get(*escalation)),
            View::Alert { alert } => bytes(durable.alerts.get(*alert)),
            View::Progress { session } => bytes(progress(durable, *session).as_ref()),
            View::Results { session } => bytes(results(durable, *session).as_ref()),
            View::Waits { session } => to_bytes(&waiting::reasons(&state, *session)),
            View::Queue { queue } => bytes(durable.queues.get(*queue)),
            View::DeadLetters { queue, skip, limit } => {
                to_bytes(&queues::dead_letters(&durable.queues, *queue, *skip, *limit))
            }
            View::Schedules { queue } => to_bytes(&queues::schedules(&durable.queues, *queue)),
            View::Stream { queue } => bytes(queues::stream(&durable.queues, *queue).as_ref()),
            View::StreamPage {
                queue,
                from,
                limit,
                now_ms,
            } => to_bytes(&queues::stream_page(
                &durable.queues,
                *queue,
                from,
                *limit,
                *now_ms,
            )),
            View::Cursor { cursor } => bytes(durable.queues.cursors.get(*cursor)),
            View::Waiting { task } => bytes(waiting::reason(&state, *task).as_ref()),
        }
    }
}

fn bytes<T: Wire>(value: Option<&T>) -> Vec<u8> {
    value.map(to_bytes).unwrap_or_default()
}

use polyphon_wire::wire;

use super::{AgentSpec, Health, PoolSpec, ScaleReason};
use crate::id::{AgentId, Fence, PoolId};
use crate::payload::Payload;
use crate::tasks::Demand;

wire! {
    /// What happened to agents and their pools.
    pub enum AgentEvent {
        /// A new agent; its id is this event's sequence.
        100 => AgentRegistered { spec: AgentSpec },
        /// An agent that was known came back by itself, perhaps changed.
        101 => AgentAttached {
            agent: AgentId,
            spec: AgentSpec,
            /// When it must have started.
            until_ms: u64,
        },
        /// It is ready for work.
        102 => AgentStarted { agent: AgentId },
        /// It finishes what it has and takes nothing new.
        103 => AgentDraining {
            agent: AgentId,
            reason: String,
            /// When its attempts are taken back.
            until_ms: u64,
        },
        /// It ended as it was asked to, or by itself without an error.
        104 => AgentStopped {
            agent: AgentId,
            reason: String,
            /// When its host must have ended it; absent when the host has seen the end.
            end_by_ms: Option<u64>,
        },
        /// It broke.
        105 => AgentFailed {
            agent: AgentId,
            error: String,
            /// When its host must have ended it; absent when the host has seen the end.
            end_by_ms: Option<u64>,
        },
        /// The failure detector changed its mind.
        106 => AgentHealthChanged { agent: AgentId, health: Health, phi_milli: u64, silence_ms: u64 },
        /// It was silent for too long; its tasks go to others.
        107 => AgentLost {
            agent: AgentId,
            phi_milli: u64,
            silence_ms: u64,
            /// When it is forgotten unless it comes back.
            remove_at_ms: u64,
        },
        /// It will be started again.
        108 => AgentRestarting {
            agent: AgentId,
            /// Restarts in a row, this one included.
            restart: u32,
            at_ms: u64,
        },
        /// It is forgotten.
        109 => AgentDeregistered { agent: AgentId, reason: String },
        /// Its host is asked to start it; the request's fence is this event's sequence.
        110 => AgentStarting {
            agent: AgentId,
            /// When it must have started.
            until_ms: u64,
        },
        /// A pool made an agent, whose id and start request are this event's sequence.
        111 => AgentProvisioned {
            spec: AgentSpec,
            /// When it must have started.
            until_ms: u64,
        },
        /// Its host has ended it, as it was asked to, or did not say so in time.
        112 => AgentEnded { agent: AgentId, request: Fence },
        /// Its time to finish is over; its attempts are taken back.
        113 => AgentOverdue { agent: AgentId },
        /// It failed too often and is not started again.
        114 => AgentGivenUp { agent: AgentId, restarts: u32 },
        /// Every agent is asked to stop; each is told in turn.
        115 => AllStopping { reason: String },
        /// A new pool; its id is this event's sequence.
        116 => PoolDefined { spec: PoolSpec },
        /// A pool has other bounds or makes other agents from now on.
        117 => PoolRedefined { pool: PoolId, spec: PoolSpec },
        /// A pool shall have more or fewer agents.
        118 => PoolScaled { pool: PoolId, from: u32, to: u32, reason: ScaleReason },
        /// A pool ends its agents and then itself.
        119 => PoolClosing { pool: PoolId, reason: String },
        /// A pool is forgotten.
        120 => PoolRemoved { pool: PoolId },
        /// No agent that is known, and no pool, could do what ready tasks demand; the report's number is this event's
        /// sequence.
        121 => DemandUnserved { demand: Demand },
        /// Somebody can do it now, or nobody demands it any more.
        122 => DemandServed { report: u64 },
        /// It keeps something for its next attempt, or nothing any more.
        123 => AgentStateSaved {
            agent: AgentId,
            /// The attempt that saved it.
            fence: Fence,
            state: Option<Payload>,
        },
        /// What another agent saved is its own from now on.
        124 => AgentStateInherited { agent: AgentId, from: AgentId },
        /// What it saved is forgotten with it.
        125 => AgentStateErased { agent: AgentId },
        /// Rows with states that nothing needed any more are erased: by the events since which nothing did.
        126 => AgentStateRowsErased { discards: Vec<u64> },
        /// It takes on nothing new for a while; what it has goes on.
        127 => AgentPaused { agent: AgentId, until_ms: u64, reason: String },
        /// Its rest is over.
        128 => AgentResumed { agent: AgentId },
    }
}

//! The deterministic state machine of Polyphon.
//!
//! Commands go in as a batch, events and effects come out; state is a fold over events. No clock, no randomness, no
//! input or output, no threads: the same state, time and batch give the same bytes, natively and in wasm.
//!
//! [`Kernel`] is the whole of it. Rules live in `decide` functions, one file per command; facts in events; what one
//! domain's event means for another in `reactions`.
#![forbid(unsafe_code)]

pub mod agents;
pub mod alerts;
pub mod bounds;
mod command;
mod countdown;
mod effect;
pub mod escalations;
mod event;
mod gather;
mod id;
pub mod journal;
mod kernel;
pub mod leases;
pub mod manager;
mod order;
pub mod outbox;
mod payload;
pub mod planted;
pub mod queues;
mod rare;
mod reactions;
mod refusal;
pub mod registry;
mod resources;
pub mod sessions;
mod settings;
mod severity;
mod state;
pub mod tasks;
mod text;
mod time;

pub use command::{Answer, Command, Outcome, Part, Request};
pub use countdown::Countdown;
pub use effect::Effect;
pub use event::{Event, Recorded};
pub use id::{
    AgentId, AlertId, EffectId, EscalationId, Fence, IdSpace, MessageId, ParseIdError, PoolId, QueueId,
    SessionId, TaskId, TypeId,
};
pub use kernel::{Kernel, ReplayError, StepOutput, View, batch};
pub use payload::Payload;
pub use rare::{Blank, Rare};
pub use refusal::Refusal;
pub use resources::{Resources, Usage};
pub use settings::{Selection, Settings};
pub use severity::Severity;
pub use state::{Durable, Key, Sink, State, Table, Volatile};
pub use time::{DRIFT_MS, Now};

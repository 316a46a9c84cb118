//! Agents: who they are, what they can do, how they are doing, which one gets a task, and how many there are.

mod agent;
pub mod catalog;
pub mod commands;
pub(crate) mod discover;
mod error;
mod event;
mod evolve;
pub(crate) mod fit;
pub(crate) mod health;
mod hold;
pub mod lifecycle;
mod memory;
pub(crate) mod pools;
mod pulse;
mod rank;
pub(crate) mod select;
mod settings;
mod spec;
mod state;
mod status;
pub(crate) mod sweep;
mod unserved;
pub(crate) mod upkeep;
pub(crate) mod vitals;
pub(crate) mod wake;

/// Events the upkeep emits in one go.
pub(crate) const UPKEEP_EVENTS: usize = pools::provision::BATCH;

pub use agent::Agent;
pub use discover::{AgentQuery, Catalog, Discovery, NamedList};
pub use error::AgentError;
pub use event::AgentEvent;
pub use fit::{DemandFit, DemandMisfit, Misfit, PlanFit, TaskMisfit};
pub(crate) use hold::Hold;
pub use memory::{AgentState, Memory};
pub use pools::{Pool, PoolSpec, PoolView, Pools, ScaleReason, Tally};
pub use pulse::{AgentVitals, Heartbeat};
pub use rank::RankBy;
pub use settings::AgentSettings;
pub use spec::{AgentKind, AgentSpec, HostKind, Permission};
pub use state::Agents;
pub use status::{AgentStatus, Health, Intent};
pub(crate) use unserved::is_served;
pub use unserved::{Unserved, UnservedDemand, UnservedReport, UnservedReports};

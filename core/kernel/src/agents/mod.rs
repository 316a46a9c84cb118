//! Agents: who they are, what they can do, how they are doing, and which one gets a task.

pub mod commands;
mod error;
mod event;
pub(crate) mod select;
mod spec;
mod state;

pub use error::AgentError;
pub use event::AgentEvent;
pub use spec::{AgentKind, AgentSpec, HostKind, Permission};
pub use state::{Agent, AgentStatus, Agents, Health};

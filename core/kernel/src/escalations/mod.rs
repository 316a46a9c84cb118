//! Escalations: questions to a human. The task waits for the answer, and with it everything that depends on the task.

pub mod commands;
mod error;
mod event;
pub(crate) mod raise;
mod report;
mod settings;
mod state;

pub use error::EscalationError;
pub use event::EscalationEvent;
pub use report::{EscalationReport, SystemState};
pub use settings::{Decision, EscalationSettings};
pub use state::{Escalation, EscalationStatus, Escalations};

//! Alerts: conditions somebody should know of, with an action each. Rules are data in the settings.
//!
//! A condition is looked at when something happens that can change it. An alert is raised above its rule's threshold and
//! cleared below a lower bound, and at most once in the rule's interval, so that a value that swings around the threshold
//! does not flood the journal.

mod event;
mod rules;
mod state;
mod watch;

pub use event::AlertEvent;
pub use rules::{AlertAction, AlertCondition, AlertRule};
pub(crate) use rules::{broken_rule, defaults};
pub use state::{Alert, Alerts};
pub(crate) use watch::{cleared, memory_limit, raised, session_conditions, threshold, total_conditions};

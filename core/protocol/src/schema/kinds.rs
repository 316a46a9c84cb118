use super::rules::{Field, Rule};
use crate::envelope::Kind;

const NAME: Rule = Rule::Text(256);
const PROSE: Rule = Rule::Text(64 * 1024);

const COMMAND: &[Field] = &[
    Field::required("name", NAME),
    Field::optional("arguments", Rule::Any),
    Field::optional("deadlineMs", Rule::Count),
];

const QUERY: &[Field] = &[
    Field::required("name", NAME),
    Field::optional("parameters", Rule::Any),
    Field::optional("limit", Rule::Count),
];

const RESPONSE: &[Field] = &[
    Field::required("result", Rule::Any),
    Field::optional("sequence", Rule::Count),
    Field::optional("done", Rule::Bool),
];

const EVENT: &[Field] = &[
    Field::required("name", NAME),
    Field::optional("data", Rule::Any),
    Field::optional("occurredAt", Rule::Count),
];

const HEARTBEAT: &[Field] = &[
    Field::required(
        "status",
        Rule::OneOf(&["starting", "healthy", "degraded", "unhealthy", "draining"]),
    ),
    Field::required("sequence", Rule::Count),
    Field::optional("intervalMs", Rule::Count),
    Field::optional("load", Rule::Number(0, 1)),
    Field::optional("memoryBytes", Rule::Count),
];

const ERROR: &[Field] = &[
    Field::required("code", Rule::ErrorCode),
    Field::required("message", PROSE),
    Field::required("retryable", Rule::Bool),
    Field::optional("retryAfterMs", Rule::Count),
    Field::optional("details", Rule::Map(&[])),
    Field::optional("traceId", NAME),
    Field::optional("cause", Rule::Any),
];

const NOTIFICATION: &[Field] = &[
    Field::required(
        "level",
        Rule::OneOf(&["debug", "info", "warn", "error", "critical"]),
    ),
    Field::required("title", Rule::Text(1024)),
    Field::optional("body", PROSE),
    Field::optional("data", Rule::Any),
];

/// The fields of a kind's payload; `None` for data, which is anything.
pub(super) fn fields(kind: Kind) -> Option<&'static [Field]> {
    Some(match kind {
        Kind::Command => COMMAND,
        Kind::Query => QUERY,
        Kind::Response => RESPONSE,
        Kind::Event => EVENT,
        Kind::Heartbeat => HEARTBEAT,
        Kind::Error => ERROR,
        Kind::Notification => NOTIFICATION,
        Kind::Data => return None,
    })
}

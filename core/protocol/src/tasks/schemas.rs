use super::Message;
use crate::schema::{Field, Rule};

const NAME: Rule = Rule::Text(256);
const PROSE: Rule = Rule::Text(64 * 1024);
const AMOUNT: Rule = Rule::Number(0, 9_007_199_254_740_991);
const RATIO: Rule = Rule::Number(0, 1);
const PERCENT: Rule = Rule::Number(0, 100);

/// What every task message has.
pub(super) const ANY: &[Field] = &[Field::required(
    "message_type",
    Rule::OneOf(&[
        "task_assignment",
        "progress_update",
        "task_completion",
        "failure_notification",
    ]),
)];

const ASSIGNMENT: &[Field] = &[
    Field::required("message_type", Rule::OneOf(&["task_assignment"])),
    Field::required("message_id", NAME),
    Field::required("timestamp", Rule::Time),
    Field::required("orchestrator_id", NAME),
    Field::required("target_agent", NAME),
    Field::required("task_details", Rule::Map(TASK)),
];

const TASK: &[Field] = &[
    Field::required("task_id", NAME),
    Field::required("task_type", NAME),
    Field::optional("role", NAME),
    Field::optional("priority", Rule::OneOf(&["low", "medium", "high", "critical"])),
    Field::optional("timeout_seconds", AMOUNT),
    Field::optional("resources", Rule::Map(DEMAND)),
    Field::optional("execution_template", NAME),
    Field::optional("dependencies", Rule::List(&NAME)),
    Field::optional("success_criteria", Rule::Map(CRITERIA)),
];

const DEMAND: &[Field] = &[
    Field::optional("memory_mb", AMOUNT),
    Field::optional("cpu_cores", AMOUNT),
    Field::optional("disk_mb", AMOUNT),
];

const CRITERIA: &[Field] = &[
    Field::optional("min_pass_rate", RATIO),
    Field::optional("max_execution_time", AMOUNT),
    Field::optional("required_coverage", RATIO),
];

const PROGRESS: &[Field] = &[
    Field::required("message_type", Rule::OneOf(&["progress_update"])),
    Field::required("message_id", NAME),
    Field::required("timestamp", Rule::Time),
    Field::required("agent_id", NAME),
    Field::required("task_id", NAME),
    Field::required("progress", Rule::Map(STEPS)),
    Field::optional("resources", Rule::Map(USE)),
    Field::required("status", NAME),
];

const STEPS: &[Field] = &[
    Field::required("percentage", PERCENT),
    Field::optional("current_test", Rule::Text(1024)),
    Field::optional("tests_completed", Rule::Count),
    Field::optional("tests_remaining", Rule::Count),
    Field::optional("estimated_completion", Rule::Time),
];

const USE: &[Field] = &[
    Field::optional("memory_usage_mb", AMOUNT),
    Field::optional("cpu_utilization", AMOUNT),
    Field::optional("disk_usage_mb", AMOUNT),
];

const COMPLETION: &[Field] = &[
    Field::required("message_type", Rule::OneOf(&["task_completion"])),
    Field::required("message_id", NAME),
    Field::required("timestamp", Rule::Time),
    Field::required("agent_id", NAME),
    Field::required("task_id", NAME),
    Field::required("final_status", NAME),
    Field::required("execution_summary", Rule::Map(SUMMARY)),
    Field::optional("test_results", Rule::Map(RESULTS)),
    Field::optional("artifacts", Rule::List(&Rule::Text(4096))),
    Field::optional("next_actions", Rule::List(&PROSE)),
];

const SUMMARY: &[Field] = &[
    Field::required("start_time", Rule::Time),
    Field::required("end_time", Rule::Time),
    Field::required("duration_seconds", AMOUNT),
    Field::optional("exit_code", Rule::Number(-2_147_483_648, 4_294_967_295)),
];

const RESULTS: &[Field] = &[
    Field::optional("total_tests", Rule::Count),
    Field::optional("passed", Rule::Count),
    Field::optional("failed", Rule::Count),
    Field::optional("pass_rate", RATIO),
    Field::optional("coverage_percentage", PERCENT),
];

const FAILURE: &[Field] = &[
    Field::required("message_type", Rule::OneOf(&["failure_notification"])),
    Field::required("message_id", NAME),
    Field::required("timestamp", Rule::Time),
    Field::required("agent_id", NAME),
    Field::required("task_id", NAME),
    Field::required("failure_details", Rule::Map(DETAILS)),
    Field::optional("recovery_attempts", Rule::List(&Rule::Map(ATTEMPT))),
    Field::required("escalation_required", Rule::Bool),
    Field::optional("recommended_actions", Rule::List(&PROSE)),
];

const DETAILS: &[Field] = &[
    Field::required("error_type", NAME),
    Field::required("error_message", PROSE),
    Field::optional("failed_tests", Rule::List(&Rule::Text(1024))),
    Field::optional("error_context", Rule::Map(&[])),
];

const ATTEMPT: &[Field] = &[
    Field::required("attempt", Rule::Count),
    Field::required("action", NAME),
    Field::required("result", NAME),
    Field::required("timestamp", Rule::Time),
];

pub(super) fn fields(message: Message) -> &'static [Field] {
    match message {
        Message::TaskAssignment => ASSIGNMENT,
        Message::ProgressUpdate => PROGRESS,
        Message::TaskCompletion => COMPLETION,
        Message::FailureNotification => FAILURE,
    }
}

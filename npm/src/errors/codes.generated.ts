// Generated from the error registry in core/kernel/src/registry by polyphon-codegen. Do not edit.

/** Every error code. */
export type ErrorCode =
  | "AGENT_DENIED"
  | "AGENT_DETACHED"
  | "AGENT_HEARTBEATS"
  | "AGENT_INVALID"
  | "AGENT_LIMIT"
  | "AGENT_REMOTE"
  | "AGENT_REPLACED"
  | "AGENT_STATE_INVALID"
  | "AGENT_STATE_UNKNOWN"
  | "AGENT_STOPPED"
  | "AGENT_TRANSITION"
  | "AGENT_UNKNOWN"
  | "BREAKER_OPEN"
  | "BULKHEAD_FULL"
  | "BUS_BACKPRESSURE"
  | "BUS_CLOSED"
  | "BUS_DENIED"
  | "BUS_INVALID"
  | "BUS_LIMIT"
  | "CACHE_INVALID"
  | "CACHE_UNAVAILABLE"
  | "CLI_AMBIGUOUS_ID"
  | "CLI_INTERNAL"
  | "CLI_LOG_WRITE"
  | "CLI_NOTIFY_FAILED"
  | "CLI_NO_DATABASE"
  | "CLI_REPORT_WRITE"
  | "CLI_UNKNOWN_ID"
  | "CLI_USAGE"
  | "COMMAND_INVALID"
  | "COMMAND_MALFORMED"
  | "CONFIG_ALIAS"
  | "CONFIG_CONFLICT"
  | "CONFIG_CYCLE"
  | "CONFIG_DEMAND_ABOVE_TOTALS"
  | "CONFIG_DUPLICATE_ID"
  | "CONFIG_DUPLICATE_KEY"
  | "CONFIG_ENCODING"
  | "CONFIG_FILE_NOT_FOUND"
  | "CONFIG_FILE_UNREADABLE"
  | "CONFIG_FORBIDDEN_KEY"
  | "CONFIG_INVALID"
  | "CONFIG_MISSING_KEY"
  | "CONFIG_NOT_IN_PHASE"
  | "CONFIG_NO_EFFECT"
  | "CONFIG_NO_TASKS"
  | "CONFIG_NO_TEMPLATE"
  | "CONFIG_NUMBER"
  | "CONFIG_PHASE_ORDER"
  | "CONFIG_RANGE"
  | "CONFIG_SYNTAX"
  | "CONFIG_TAB"
  | "CONFIG_TOO_DEEP"
  | "CONFIG_TOO_LARGE"
  | "CONFIG_TOO_MANY_FILES"
  | "CONFIG_TYPE"
  | "CONFIG_UNDEFINED_TEMPLATE"
  | "CONFIG_UNKNOWN_CLASS"
  | "CONFIG_UNKNOWN_DEPENDENCY"
  | "CONFIG_UNKNOWN_KEY"
  | "CONFIG_UNKNOWN_PHASE"
  | "CONFIG_UNKNOWN_PLACEHOLDER"
  | "CONFIG_UNKNOWN_TASK"
  | "CONFIG_UNUSED_TEMPLATE"
  | "CONFIG_VALUE"
  | "CONTROL_LOST"
  | "CONTROL_REQUEST_INVALID"
  | "CONTROL_UNSAFE"
  | "CURSOR_EXPIRED"
  | "CURSOR_UNKNOWN"
  | "DOCUMENT_ACTOR_REUSED"
  | "DOCUMENT_BROKEN"
  | "DOCUMENT_CLOSED"
  | "DOCUMENT_EXISTS"
  | "DOCUMENT_FULL"
  | "DOCUMENT_HEADS_UNKNOWN"
  | "DOCUMENT_MALFORMED"
  | "DOCUMENT_OPERATION_INVALID"
  | "DOCUMENT_UNKNOWN"
  | "EFFECT_UNKNOWN"
  | "ESCALATION_RESOLVED"
  | "ESCALATION_UNKNOWN"
  | "HOST_ABANDONED"
  | "HOST_ARTIFACT_FAILED"
  | "HOST_ARTIFACT_UNSUPPORTED"
  | "HOST_BUS_UNSUPPORTED"
  | "HOST_CLOSED"
  | "HOST_DISK_LIMIT"
  | "HOST_LINE_TOO_LONG"
  | "HOST_MEMORY_LIMIT"
  | "HOST_METRIC_INVALID"
  | "HOST_MODULE_INVALID"
  | "HOST_OUTPUT_INVALID"
  | "HOST_PROGRAM_INVALID"
  | "HOST_PROGRAM_NOT_FOUND"
  | "HOST_RECOVERY_FAILED"
  | "HOST_RESULTS_INCOMPLETE"
  | "HOST_SPAWN_FAILED"
  | "HOST_START_FAILED"
  | "HOST_STATE_UNSUPPORTED"
  | "HOST_WORKER_CRASHED"
  | "IDEMPOTENCY_CONFLICT"
  | "KERNEL_FORMAT_NEWER"
  | "KERNEL_FULL"
  | "KERNEL_PANIC"
  | "KERNEL_SETTINGS_INVALID"
  | "KERNEL_UNAVAILABLE"
  | "LEASE_FENCED"
  | "LEASE_REVOKED"
  | "LOCK_DEADLOCK"
  | "LOCK_HELD"
  | "LOCK_INVALID"
  | "LOCK_LIMIT"
  | "MESSAGE_INVALID"
  | "MESSAGE_UNKNOWN"
  | "PAYLOAD_INVALID"
  | "PLAN_COMMITTED"
  | "PLAN_INCOMPLETE"
  | "PLAN_INVALID"
  | "PLAN_TOO_LARGE"
  | "POLICY_INVALID"
  | "POOL_INVALID"
  | "POOL_LIMIT"
  | "POOL_UNKNOWN"
  | "PROTOCOL_COMPRESSION_BOMB"
  | "PROTOCOL_COMPRESSION_INVALID"
  | "PROTOCOL_COMPRESSION_UNAVAILABLE"
  | "PROTOCOL_DOWNGRADED"
  | "PROTOCOL_EXTENSION_UNKNOWN"
  | "PROTOCOL_FIELD_INVALID"
  | "PROTOCOL_FIELD_MISSING"
  | "PROTOCOL_FILTER_INVALID"
  | "PROTOCOL_KEY_DUPLICATE"
  | "PROTOCOL_KEY_EXHAUSTED"
  | "PROTOCOL_KEY_UNKNOWN"
  | "PROTOCOL_LIMIT_EXCEEDED"
  | "PROTOCOL_MALFORMED"
  | "PROTOCOL_NEGOTIATION_FAILED"
  | "PROTOCOL_REPLAYED"
  | "PROTOCOL_SCHEMA_UNKNOWN"
  | "PROTOCOL_SEAL_BROKEN"
  | "PROTOCOL_SEAL_MISSING"
  | "PROTOCOL_SEAL_UNSUPPORTED"
  | "PROTOCOL_SUBJECT_INVALID"
  | "PROTOCOL_TRANSFER_INVALID"
  | "PROTOCOL_VERSION_UNSUPPORTED"
  | "QUEUE_FULL"
  | "QUEUE_INVALID"
  | "QUEUE_KIND"
  | "QUEUE_LIMIT"
  | "QUEUE_NOT_EMPTY"
  | "QUEUE_UNKNOWN"
  | "RATE_LIMITED"
  | "REQUEST_EXPIRED"
  | "REQUEST_FAILED"
  | "REQUEST_NO_RESPONDER"
  | "REQUEST_TIMEOUT"
  | "RUNTIME_DISPOSED"
  | "SCHEDULE_INVALID"
  | "SCHEDULE_UNKNOWN"
  | "SESSION_CONTEXT"
  | "SESSION_ENDED"
  | "SESSION_LEDGER"
  | "SESSION_LIMIT"
  | "SESSION_NOT_READY"
  | "SESSION_TRANSITION"
  | "SESSION_UNKNOWN"
  | "STORE_BUSY"
  | "STORE_CLOSED"
  | "STORE_COMPACTED"
  | "STORE_CORRUPT"
  | "STORE_ENGINE_TOO_OLD"
  | "STORE_FENCED"
  | "STORE_FOLLOWER"
  | "STORE_FOREIGN"
  | "STORE_FORMAT_NEWER"
  | "STORE_FRAME_INVALID"
  | "STORE_FULL"
  | "STORE_GAP"
  | "STORE_HALTED"
  | "STORE_IO"
  | "STORE_LOCKED"
  | "STORE_NOT_FOUND"
  | "STORE_PATH_INVALID"
  | "STORE_PAYLOAD_CONFLICT"
  | "STORE_READ_ONLY"
  | "STORE_SNAPSHOT_INVALID"
  | "STORE_UNSUPPORTED"
  | "STREAM_OVERRUN"
  | "TASK_CYCLE"
  | "TASK_DEPENDENCY_UNKNOWN"
  | "TASK_DUPLICATE"
  | "TASK_REPORT_INVALID"
  | "TRANSPORT_CLOSED"
  | "TRANSPORT_DENIED"
  | "TRANSPORT_FAILED"
  | "TRANSPORT_INVALID"
  | "TRANSPORT_LIMIT"
  | "TRANSPORT_LOST"
  | "TRANSPORT_PACKAGE_MISSING"
  | "VALUE_CONFLICT"
  | "VALUE_INVALID"
  | "VALUE_LIMIT";

/** What the registry says of a code. */
export interface ErrorFacts {
  /** Whether the same call can succeed later. */
  readonly retryable: boolean;
  /** Status of an HTTP answer. */
  readonly http: number;
  /** Exit code of the command line. */
  readonly exit: number;
}

export const errorFacts: Readonly<Record<ErrorCode, ErrorFacts>> = {
  AGENT_DENIED: { retryable: false, http: 403, exit: 2 },
  AGENT_DETACHED: { retryable: true, http: 503, exit: 3 },
  AGENT_HEARTBEATS: { retryable: false, http: 400, exit: 3 },
  AGENT_INVALID: { retryable: false, http: 400, exit: 2 },
  AGENT_LIMIT: { retryable: true, http: 429, exit: 3 },
  AGENT_REMOTE: { retryable: false, http: 409, exit: 2 },
  AGENT_REPLACED: { retryable: false, http: 409, exit: 2 },
  AGENT_STATE_INVALID: { retryable: false, http: 413, exit: 2 },
  AGENT_STATE_UNKNOWN: { retryable: false, http: 404, exit: 2 },
  AGENT_STOPPED: { retryable: false, http: 410, exit: 2 },
  AGENT_TRANSITION: { retryable: false, http: 409, exit: 2 },
  AGENT_UNKNOWN: { retryable: false, http: 404, exit: 2 },
  BREAKER_OPEN: { retryable: true, http: 503, exit: 1 },
  BULKHEAD_FULL: { retryable: true, http: 503, exit: 1 },
  BUS_BACKPRESSURE: { retryable: true, http: 429, exit: 3 },
  BUS_CLOSED: { retryable: false, http: 503, exit: 3 },
  BUS_DENIED: { retryable: false, http: 403, exit: 1 },
  BUS_INVALID: { retryable: false, http: 400, exit: 2 },
  BUS_LIMIT: { retryable: false, http: 429, exit: 3 },
  CACHE_INVALID: { retryable: false, http: 400, exit: 2 },
  CACHE_UNAVAILABLE: { retryable: true, http: 503, exit: 3 },
  CLI_AMBIGUOUS_ID: { retryable: false, http: 400, exit: 2 },
  CLI_INTERNAL: { retryable: false, http: 500, exit: 3 },
  CLI_LOG_WRITE: { retryable: true, http: 500, exit: 3 },
  CLI_NOTIFY_FAILED: { retryable: true, http: 502, exit: 1 },
  CLI_NO_DATABASE: { retryable: false, http: 404, exit: 2 },
  CLI_REPORT_WRITE: { retryable: true, http: 500, exit: 3 },
  CLI_UNKNOWN_ID: { retryable: false, http: 404, exit: 2 },
  CLI_USAGE: { retryable: false, http: 400, exit: 2 },
  COMMAND_INVALID: { retryable: false, http: 400, exit: 2 },
  COMMAND_MALFORMED: { retryable: false, http: 400, exit: 2 },
  CONFIG_ALIAS: { retryable: false, http: 400, exit: 2 },
  CONFIG_CONFLICT: { retryable: false, http: 400, exit: 2 },
  CONFIG_CYCLE: { retryable: false, http: 400, exit: 2 },
  CONFIG_DEMAND_ABOVE_TOTALS: { retryable: false, http: 400, exit: 2 },
  CONFIG_DUPLICATE_ID: { retryable: false, http: 400, exit: 2 },
  CONFIG_DUPLICATE_KEY: { retryable: false, http: 400, exit: 2 },
  CONFIG_ENCODING: { retryable: false, http: 400, exit: 2 },
  CONFIG_FILE_NOT_FOUND: { retryable: false, http: 400, exit: 2 },
  CONFIG_FILE_UNREADABLE: { retryable: false, http: 400, exit: 2 },
  CONFIG_FORBIDDEN_KEY: { retryable: false, http: 400, exit: 2 },
  CONFIG_INVALID: { retryable: false, http: 400, exit: 2 },
  CONFIG_MISSING_KEY: { retryable: false, http: 400, exit: 2 },
  CONFIG_NOT_IN_PHASE: { retryable: false, http: 400, exit: 2 },
  CONFIG_NO_EFFECT: { retryable: false, http: 400, exit: 2 },
  CONFIG_NO_TASKS: { retryable: false, http: 400, exit: 2 },
  CONFIG_NO_TEMPLATE: { retryable: false, http: 400, exit: 2 },
  CONFIG_NUMBER: { retryable: false, http: 400, exit: 2 },
  CONFIG_PHASE_ORDER: { retryable: false, http: 400, exit: 2 },
  CONFIG_RANGE: { retryable: false, http: 400, exit: 2 },
  CONFIG_SYNTAX: { retryable: false, http: 400, exit: 2 },
  CONFIG_TAB: { retryable: false, http: 400, exit: 2 },
  CONFIG_TOO_DEEP: { retryable: false, http: 400, exit: 2 },
  CONFIG_TOO_LARGE: { retryable: false, http: 400, exit: 2 },
  CONFIG_TOO_MANY_FILES: { retryable: false, http: 400, exit: 2 },
  CONFIG_TYPE: { retryable: false, http: 400, exit: 2 },
  CONFIG_UNDEFINED_TEMPLATE: { retryable: false, http: 400, exit: 2 },
  CONFIG_UNKNOWN_CLASS: { retryable: false, http: 400, exit: 2 },
  CONFIG_UNKNOWN_DEPENDENCY: { retryable: false, http: 400, exit: 2 },
  CONFIG_UNKNOWN_KEY: { retryable: false, http: 400, exit: 2 },
  CONFIG_UNKNOWN_PHASE: { retryable: false, http: 400, exit: 2 },
  CONFIG_UNKNOWN_PLACEHOLDER: { retryable: false, http: 400, exit: 2 },
  CONFIG_UNKNOWN_TASK: { retryable: false, http: 400, exit: 2 },
  CONFIG_UNUSED_TEMPLATE: { retryable: false, http: 400, exit: 2 },
  CONFIG_VALUE: { retryable: false, http: 400, exit: 2 },
  CONTROL_LOST: { retryable: true, http: 504, exit: 3 },
  CONTROL_REQUEST_INVALID: { retryable: false, http: 400, exit: 2 },
  CONTROL_UNSAFE: { retryable: false, http: 500, exit: 3 },
  CURSOR_EXPIRED: { retryable: false, http: 410, exit: 2 },
  CURSOR_UNKNOWN: { retryable: false, http: 404, exit: 2 },
  DOCUMENT_ACTOR_REUSED: { retryable: false, http: 409, exit: 1 },
  DOCUMENT_BROKEN: { retryable: true, http: 503, exit: 3 },
  DOCUMENT_CLOSED: { retryable: false, http: 409, exit: 2 },
  DOCUMENT_EXISTS: { retryable: false, http: 409, exit: 2 },
  DOCUMENT_FULL: { retryable: false, http: 413, exit: 1 },
  DOCUMENT_HEADS_UNKNOWN: { retryable: true, http: 404, exit: 1 },
  DOCUMENT_MALFORMED: { retryable: false, http: 400, exit: 1 },
  DOCUMENT_OPERATION_INVALID: { retryable: false, http: 400, exit: 2 },
  DOCUMENT_UNKNOWN: { retryable: false, http: 404, exit: 2 },
  EFFECT_UNKNOWN: { retryable: false, http: 404, exit: 3 },
  ESCALATION_RESOLVED: { retryable: false, http: 409, exit: 2 },
  ESCALATION_UNKNOWN: { retryable: false, http: 404, exit: 2 },
  HOST_ABANDONED: { retryable: true, http: 504, exit: 1 },
  HOST_ARTIFACT_FAILED: { retryable: true, http: 500, exit: 1 },
  HOST_ARTIFACT_UNSUPPORTED: { retryable: false, http: 501, exit: 1 },
  HOST_BUS_UNSUPPORTED: { retryable: false, http: 501, exit: 1 },
  HOST_CLOSED: { retryable: true, http: 503, exit: 3 },
  HOST_DISK_LIMIT: { retryable: true, http: 507, exit: 1 },
  HOST_LINE_TOO_LONG: { retryable: false, http: 413, exit: 1 },
  HOST_MEMORY_LIMIT: { retryable: true, http: 507, exit: 1 },
  HOST_METRIC_INVALID: { retryable: false, http: 400, exit: 1 },
  HOST_MODULE_INVALID: { retryable: false, http: 400, exit: 2 },
  HOST_OUTPUT_INVALID: { retryable: false, http: 422, exit: 1 },
  HOST_PROGRAM_INVALID: { retryable: false, http: 400, exit: 2 },
  HOST_PROGRAM_NOT_FOUND: { retryable: false, http: 404, exit: 2 },
  HOST_RECOVERY_FAILED: { retryable: true, http: 500, exit: 1 },
  HOST_RESULTS_INCOMPLETE: { retryable: true, http: 502, exit: 1 },
  HOST_SPAWN_FAILED: { retryable: true, http: 503, exit: 1 },
  HOST_START_FAILED: { retryable: false, http: 503, exit: 3 },
  HOST_STATE_UNSUPPORTED: { retryable: false, http: 501, exit: 1 },
  HOST_WORKER_CRASHED: { retryable: true, http: 500, exit: 1 },
  IDEMPOTENCY_CONFLICT: { retryable: false, http: 409, exit: 2 },
  KERNEL_FORMAT_NEWER: { retryable: false, http: 409, exit: 3 },
  KERNEL_FULL: { retryable: true, http: 429, exit: 3 },
  KERNEL_PANIC: { retryable: false, http: 500, exit: 3 },
  KERNEL_SETTINGS_INVALID: { retryable: false, http: 400, exit: 2 },
  KERNEL_UNAVAILABLE: { retryable: true, http: 503, exit: 3 },
  LEASE_FENCED: { retryable: false, http: 409, exit: 1 },
  LEASE_REVOKED: { retryable: false, http: 409, exit: 1 },
  LOCK_DEADLOCK: { retryable: true, http: 409, exit: 1 },
  LOCK_HELD: { retryable: true, http: 423, exit: 1 },
  LOCK_INVALID: { retryable: false, http: 400, exit: 2 },
  LOCK_LIMIT: { retryable: true, http: 429, exit: 3 },
  MESSAGE_INVALID: { retryable: false, http: 422, exit: 2 },
  MESSAGE_UNKNOWN: { retryable: false, http: 404, exit: 2 },
  PAYLOAD_INVALID: { retryable: false, http: 400, exit: 2 },
  PLAN_COMMITTED: { retryable: false, http: 409, exit: 2 },
  PLAN_INCOMPLETE: { retryable: true, http: 409, exit: 2 },
  PLAN_INVALID: { retryable: false, http: 400, exit: 2 },
  PLAN_TOO_LARGE: { retryable: false, http: 413, exit: 2 },
  POLICY_INVALID: { retryable: false, http: 400, exit: 2 },
  POOL_INVALID: { retryable: false, http: 400, exit: 2 },
  POOL_LIMIT: { retryable: true, http: 429, exit: 3 },
  POOL_UNKNOWN: { retryable: false, http: 404, exit: 2 },
  PROTOCOL_COMPRESSION_BOMB: { retryable: false, http: 413, exit: 1 },
  PROTOCOL_COMPRESSION_INVALID: { retryable: true, http: 400, exit: 1 },
  PROTOCOL_COMPRESSION_UNAVAILABLE: { retryable: true, http: 503, exit: 3 },
  PROTOCOL_DOWNGRADED: { retryable: false, http: 426, exit: 3 },
  PROTOCOL_EXTENSION_UNKNOWN: { retryable: false, http: 501, exit: 1 },
  PROTOCOL_FIELD_INVALID: { retryable: false, http: 400, exit: 1 },
  PROTOCOL_FIELD_MISSING: { retryable: false, http: 400, exit: 1 },
  PROTOCOL_FILTER_INVALID: { retryable: false, http: 400, exit: 2 },
  PROTOCOL_KEY_DUPLICATE: { retryable: false, http: 400, exit: 1 },
  PROTOCOL_KEY_EXHAUSTED: { retryable: false, http: 503, exit: 3 },
  PROTOCOL_KEY_UNKNOWN: { retryable: false, http: 401, exit: 3 },
  PROTOCOL_LIMIT_EXCEEDED: { retryable: false, http: 413, exit: 1 },
  PROTOCOL_MALFORMED: { retryable: false, http: 400, exit: 1 },
  PROTOCOL_NEGOTIATION_FAILED: { retryable: false, http: 406, exit: 3 },
  PROTOCOL_REPLAYED: { retryable: false, http: 409, exit: 1 },
  PROTOCOL_SCHEMA_UNKNOWN: { retryable: false, http: 400, exit: 1 },
  PROTOCOL_SEAL_BROKEN: { retryable: false, http: 401, exit: 1 },
  PROTOCOL_SEAL_MISSING: { retryable: false, http: 401, exit: 1 },
  PROTOCOL_SEAL_UNSUPPORTED: { retryable: false, http: 400, exit: 2 },
  PROTOCOL_SUBJECT_INVALID: { retryable: false, http: 400, exit: 2 },
  PROTOCOL_TRANSFER_INVALID: { retryable: true, http: 422, exit: 1 },
  PROTOCOL_VERSION_UNSUPPORTED: { retryable: false, http: 505, exit: 1 },
  QUEUE_FULL: { retryable: true, http: 429, exit: 3 },
  QUEUE_INVALID: { retryable: false, http: 422, exit: 2 },
  QUEUE_KIND: { retryable: false, http: 409, exit: 2 },
  QUEUE_LIMIT: { retryable: true, http: 429, exit: 3 },
  QUEUE_NOT_EMPTY: { retryable: false, http: 409, exit: 2 },
  QUEUE_UNKNOWN: { retryable: false, http: 404, exit: 2 },
  RATE_LIMITED: { retryable: true, http: 429, exit: 1 },
  REQUEST_EXPIRED: { retryable: true, http: 504, exit: 1 },
  REQUEST_FAILED: { retryable: false, http: 502, exit: 1 },
  REQUEST_NO_RESPONDER: { retryable: true, http: 503, exit: 1 },
  REQUEST_TIMEOUT: { retryable: true, http: 504, exit: 1 },
  RUNTIME_DISPOSED: { retryable: false, http: 503, exit: 3 },
  SCHEDULE_INVALID: { retryable: false, http: 422, exit: 2 },
  SCHEDULE_UNKNOWN: { retryable: false, http: 404, exit: 2 },
  SESSION_CONTEXT: { retryable: false, http: 400, exit: 2 },
  SESSION_ENDED: { retryable: false, http: 409, exit: 2 },
  SESSION_LEDGER: { retryable: false, http: 400, exit: 2 },
  SESSION_LIMIT: { retryable: true, http: 429, exit: 3 },
  SESSION_NOT_READY: { retryable: true, http: 409, exit: 3 },
  SESSION_TRANSITION: { retryable: false, http: 409, exit: 2 },
  SESSION_UNKNOWN: { retryable: false, http: 404, exit: 2 },
  STORE_BUSY: { retryable: true, http: 503, exit: 3 },
  STORE_CLOSED: { retryable: false, http: 503, exit: 3 },
  STORE_COMPACTED: { retryable: false, http: 410, exit: 2 },
  STORE_CORRUPT: { retryable: false, http: 500, exit: 3 },
  STORE_ENGINE_TOO_OLD: { retryable: false, http: 500, exit: 3 },
  STORE_FENCED: { retryable: false, http: 409, exit: 3 },
  STORE_FOLLOWER: { retryable: false, http: 500, exit: 3 },
  STORE_FOREIGN: { retryable: false, http: 400, exit: 2 },
  STORE_FORMAT_NEWER: { retryable: false, http: 409, exit: 3 },
  STORE_FRAME_INVALID: { retryable: false, http: 500, exit: 3 },
  STORE_FULL: { retryable: true, http: 507, exit: 3 },
  STORE_GAP: { retryable: false, http: 500, exit: 3 },
  STORE_HALTED: { retryable: true, http: 503, exit: 3 },
  STORE_IO: { retryable: true, http: 503, exit: 3 },
  STORE_LOCKED: { retryable: true, http: 423, exit: 3 },
  STORE_NOT_FOUND: { retryable: false, http: 404, exit: 2 },
  STORE_PATH_INVALID: { retryable: false, http: 400, exit: 2 },
  STORE_PAYLOAD_CONFLICT: { retryable: false, http: 409, exit: 3 },
  STORE_READ_ONLY: { retryable: false, http: 403, exit: 3 },
  STORE_SNAPSHOT_INVALID: { retryable: false, http: 409, exit: 3 },
  STORE_UNSUPPORTED: { retryable: false, http: 500, exit: 3 },
  STREAM_OVERRUN: { retryable: true, http: 503, exit: 3 },
  TASK_CYCLE: { retryable: false, http: 400, exit: 2 },
  TASK_DEPENDENCY_UNKNOWN: { retryable: false, http: 400, exit: 2 },
  TASK_DUPLICATE: { retryable: false, http: 400, exit: 2 },
  TASK_REPORT_INVALID: { retryable: false, http: 400, exit: 1 },
  TRANSPORT_CLOSED: { retryable: false, http: 503, exit: 3 },
  TRANSPORT_DENIED: { retryable: false, http: 401, exit: 3 },
  TRANSPORT_FAILED: { retryable: false, http: 502, exit: 3 },
  TRANSPORT_INVALID: { retryable: false, http: 400, exit: 3 },
  TRANSPORT_LIMIT: { retryable: false, http: 429, exit: 3 },
  TRANSPORT_LOST: { retryable: true, http: 503, exit: 3 },
  TRANSPORT_PACKAGE_MISSING: { retryable: false, http: 500, exit: 2 },
  VALUE_CONFLICT: { retryable: true, http: 409, exit: 1 },
  VALUE_INVALID: { retryable: false, http: 400, exit: 2 },
  VALUE_LIMIT: { retryable: false, http: 413, exit: 3 },
};

// Generated from the error registry in core/kernel/src/registry. Do not edit.
export type ErrorCode = string;

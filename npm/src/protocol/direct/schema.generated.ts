// Generated from core/protocol/src/schema by polyphon-codegen. Do not edit.
import type { MessageKind } from "../envelope.ts";

/** What a field must be; `left` is what TypeScript does not check by itself. */
export type Rule =
  | { readonly is: "any" | "bool" | "count" | "map" | "left" }
  /** 1 to this many bytes. */
  | { readonly is: "text"; readonly bytes: number }
  | { readonly is: "oneOf"; readonly texts: readonly string[] }
  | { readonly is: "number"; readonly least: number; readonly most: number };

/** A field of a payload. */
export interface FieldRule {
  readonly name: string;
  readonly required: boolean;
  readonly rule: Rule;
}

/** The fields of each kind's payload; `null` where any payload will do. */
export const FIELDS: Readonly<Record<MessageKind, readonly FieldRule[] | null>> = {
  command: [
    { name: "name", required: true, rule: { is: "text", bytes: 256 } },
    { name: "arguments", required: false, rule: { is: "any" } },
    { name: "deadlineMs", required: false, rule: { is: "count" } },
  ],
  query: [
    { name: "name", required: true, rule: { is: "text", bytes: 256 } },
    { name: "parameters", required: false, rule: { is: "any" } },
    { name: "limit", required: false, rule: { is: "count" } },
  ],
  response: [
    { name: "result", required: true, rule: { is: "any" } },
    { name: "sequence", required: false, rule: { is: "count" } },
    { name: "done", required: false, rule: { is: "bool" } },
  ],
  event: [
    { name: "name", required: true, rule: { is: "text", bytes: 256 } },
    { name: "data", required: false, rule: { is: "any" } },
    { name: "occurredAt", required: false, rule: { is: "count" } },
  ],
  heartbeat: [
    { name: "status", required: true, rule: { is: "oneOf", texts: ["starting", "healthy", "degraded", "unhealthy", "draining"] } },
    { name: "sequence", required: true, rule: { is: "count" } },
    { name: "intervalMs", required: false, rule: { is: "count" } },
    { name: "load", required: false, rule: { is: "number", least: 0, most: 1 } },
    { name: "memoryBytes", required: false, rule: { is: "count" } },
  ],
  error: [
    { name: "code", required: true, rule: { is: "left" } },
    { name: "message", required: true, rule: { is: "text", bytes: 65536 } },
    { name: "retryable", required: true, rule: { is: "bool" } },
    { name: "retryAfterMs", required: false, rule: { is: "count" } },
    { name: "details", required: false, rule: { is: "map" } },
    { name: "traceId", required: false, rule: { is: "text", bytes: 256 } },
    { name: "cause", required: false, rule: { is: "any" } },
  ],
  data: null,
  notification: [
    { name: "level", required: true, rule: { is: "oneOf", texts: ["debug", "info", "warn", "error", "critical"] } },
    { name: "title", required: true, rule: { is: "text", bytes: 1024 } },
    { name: "body", required: false, rule: { is: "text", bytes: 65536 } },
    { name: "data", required: false, rule: { is: "any" } },
  ],
};

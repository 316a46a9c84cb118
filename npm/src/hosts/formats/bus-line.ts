import type { PublishOptions } from "../../bus/options.ts";
import { isName } from "../limits.ts";

/** What a program asks of the bus, one JSON object a line. */
export type BusLine =
  | {
      readonly type: "publish";
      /** By which a refusal is told. */
      readonly id?: string;
      readonly subject: string;
      readonly payload?: unknown;
      readonly options: PublishOptions;
    }
  | { readonly type: "subscribe"; readonly id: string; readonly pattern: string; readonly responds: boolean }
  | { readonly type: "unsubscribe"; readonly id: string }
  | {
      readonly type: "request";
      readonly id: string;
      readonly subject: string;
      readonly payload?: unknown;
      readonly timeoutMs?: number;
    }
  | { readonly type: "reply"; readonly to: string; readonly payload?: unknown; readonly error?: string };

/** A line, or what is wrong with it. */
export type BusReading = { readonly line: BusLine } | { readonly invalid: string };

type Members = Readonly<Record<string, unknown>>;

const ID = "an `id` of 1 to 256 bytes without control characters";
const PRIORITIES = ["low", "medium", "high", "critical"] as const;

export const BUS_READERS: Readonly<Record<BusLine["type"], (members: Members) => BusReading>> = {
  publish: ({ id, subject, payload, priority, headers, ttlMs, retain }) => {
    if (typeof subject !== "string") return { invalid: "publish needs a `subject`" };
    if (id !== undefined && !isName(id)) return { invalid: `publish has ${ID}, or none` };
    const options: PublishOptions = {
      ...(PRIORITIES.includes(priority as never) ? { priority: priority as (typeof PRIORITIES)[number] } : {}),
      ...(isTexts(headers) ? { headers } : {}),
      ...(typeof ttlMs === "number" ? { ttlMs } : {}),
      ...(retain === true ? { retain } : {}),
    };
    return { line: { type: "publish", ...(id === undefined ? {} : { id }), subject, payload, options } };
  },
  subscribe: ({ id, pattern, respond }) => {
    if (!isName(id)) return { invalid: `subscribe needs ${ID}` };
    return typeof pattern === "string"
      ? { line: { type: "subscribe", id, pattern, responds: respond === true } }
      : { invalid: "subscribe needs a `pattern`" };
  },
  unsubscribe: ({ id }) =>
    isName(id) ? { line: { type: "unsubscribe", id } } : { invalid: `unsubscribe needs ${ID}` },
  request: ({ id, subject, payload, timeoutMs }) => {
    if (!isName(id)) return { invalid: `request needs ${ID}` };
    if (typeof subject !== "string") return { invalid: "request needs a `subject`" };
    const isTimed = typeof timeoutMs === "number" && Number.isFinite(timeoutMs) && timeoutMs >= 1;
    if (timeoutMs !== undefined && !isTimed) return { invalid: "request has a `timeoutMs` of at least 1, or none" };
    return { line: { type: "request", id, subject, payload, ...(isTimed ? { timeoutMs } : {}) } };
  },
  reply: ({ to, payload, error }) => {
    if (!isName(to)) return { invalid: "reply needs `to`, the `reply` of the message" };
    return { line: { type: "reply", to, payload, ...(typeof error === "string" ? { error } : {}) } };
  },
};

/** Whether a type is one of these. */
export function isBusType(type: string): type is BusLine["type"] {
  return Object.hasOwn(BUS_READERS, type);
}

function isTexts(value: unknown): value is Readonly<Record<string, string>> {
  return (
    typeof value === "object" && value !== null && Object.values(value).every((member) => typeof member === "string")
  );
}

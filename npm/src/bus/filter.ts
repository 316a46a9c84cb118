import { PolyphonError } from "../errors/error.ts";
import type { MessageKind, MessagePriority, TransportMessage } from "../transports/transport.ts";
import { RANKS } from "./line.ts";

type Plain = string | number | boolean | null;

/** A test of one value: a plain value to be equal to, or tests that all hold. */
export type FilterTest =
  | Plain
  | {
      /** It is there, or is not. */
      readonly exists?: boolean;
      readonly equals?: Plain;
      readonly in?: readonly Plain[];
      /** It is text that begins so. */
      readonly prefix?: string;
      /** It is a number, this one or a greater one. Headers are read as numbers. */
      readonly min?: number;
      readonly max?: number;
      readonly not?: FilterTest;
    };

/** Which messages a subscriber takes: those for which everything holds. At most 32 conditions. Every field is optional. */
export interface Filter {
  readonly kinds?: readonly MessageKind[];
  /** At least so urgent. */
  readonly priority?: MessagePriority;
  /** By name of the header. */
  readonly headers?: Readonly<Record<string, FilterTest>>;
  /** By JSON pointer into the payload. */
  readonly content?: Readonly<Record<string, FilterTest>>;
}

/** Whether a message is taken. */
export type TakesMessage = (message: TransportMessage) => boolean;
type Holds = (value: unknown) => boolean;

const CONDITIONS_MAX = 32;
const KINDS = ["command", "query", "response", "event", "heartbeat", "error", "data", "notification"];

/** What a filter says, as core/protocol reads it. `PROTOCOL_FILTER_INVALID` with the condition. */
export function compileFilter(filter: Filter): TakesMessage | undefined {
  const parts: TakesMessage[] = [];
  for (const [key, value] of Object.entries(pairs(filter, "filter"))) {
    if (value === undefined) continue;
    if (key === "kinds") parts.push(ofKinds(value));
    else if (key === "priority") parts.push(atLeast(value));
    else if (key === "headers") parts.push(...inHeaders(value));
    else if (key === "content") parts.push(...inContent(value));
    else throw invalid(key, "must be kinds, priority, headers or content");
  }
  const { headers = {}, content = {} } = filter;
  if (Object.keys(headers).length + Object.keys(content).length > CONDITIONS_MAX)
    throw invalid("filter", "must have at most 32 conditions");
  return parts.length === 0 ? undefined : (message) => parts.every((takes) => takes(message));
}

function ofKinds(value: unknown): TakesMessage {
  if (!Array.isArray(value)) throw invalid("kinds", "must be a list");
  if (value.some((kind) => !KINDS.includes(kind))) throw invalid("kinds", "must be known kinds");
  return ({ kind }) => value.length === 0 || value.includes(kind);
}

function atLeast(value: unknown): TakesMessage {
  const least = typeof value === "string" && Object.hasOwn(RANKS, value) ? RANKS[value as MessagePriority] : undefined;
  if (least === undefined) throw invalid("priority", "must be low, medium, high or critical");
  return ({ priority }) => RANKS[priority] >= least;
}

function inHeaders(value: unknown): TakesMessage[] {
  return Object.entries(pairs(value, "headers")).map(([name, test]) => {
    const holds = testOf(test, `headers.${name}`, 0);
    return ({ headers }) => holds(headers && Object.hasOwn(headers, name) ? headers[name] : undefined);
  });
}

function inContent(value: unknown): TakesMessage[] {
  return Object.entries(pairs(value, "content")).map(([pointer, test]) => {
    if (pointer !== "" && !pointer.startsWith("/")) throw invalid(`content.${pointer}`, "must be a JSON pointer");
    const tokens = pointer
      .split("/")
      .slice(1)
      .map((token) => token.replaceAll("~1", "/").replaceAll("~0", "~"));
    const holds = testOf(test, `content.${pointer}`, 0);
    return ({ payload }) => holds(placeIn(payload, tokens));
  });
}

/** `undefined` where there is nothing. */
function placeIn(payload: unknown, tokens: readonly string[]): unknown {
  let value = payload instanceof Uint8Array ? undefined : payload;
  for (const token of tokens) {
    if (typeof value !== "object" || value === null) return undefined;
    if (Array.isArray(value)) value = /^(0|[1-9]\d*)$/.test(token) ? value[Number(token)] : undefined;
    else value = Object.hasOwn(value, token) ? (value as Record<string, unknown>)[token] : undefined;
  }
  return value;
}

function testOf(test: unknown, path: string, depth: number): Holds {
  if (typeof test !== "object" || test === null) {
    const wanted = plain(test, path);
    return (value) => value !== undefined && value === wanted;
  }
  const parts = Object.entries(pairs(test, path)).filter(([, value]) => value !== undefined);
  if (depth > 1 || parts.length === 0 || parts.length > CONDITIONS_MAX)
    throw invalid(path, "must have 1 to 32 tests, `not` once inside");
  const all = parts.map(([name, value]) => named(name, value, path, depth));
  return (value) => all.every((holds) => holds(value));
}

function named(name: string, wanted: unknown, path: string, depth: number): Holds {
  switch (name) {
    case "exists":
      if (typeof wanted !== "boolean") throw invalid(path, "`exists` must be true or false");
      return (value) => (value !== undefined) === wanted;
    case "equals": {
      const one = plain(wanted, path);
      return (value) => value === one;
    }
    case "in": {
      if (!Array.isArray(wanted) || wanted.length > 256)
        throw invalid(path, "`in` must be a list of at most 256 values");
      const list = wanted.map((item) => plain(item, path));
      return (value) => list.includes(value as Plain);
    }
    case "prefix":
      if (typeof wanted !== "string") throw invalid(path, "`prefix` must be text");
      return (value) => typeof value === "string" && value.startsWith(wanted);
    case "min":
    case "max": {
      if (typeof wanted !== "number" || Number.isNaN(wanted)) throw invalid(path, "must be compared with a number");
      const [sign, bound] = name === "min" ? [1, wanted] : [-1, -wanted];
      return (value) => {
        const number = numberOf(value);
        return number !== undefined && sign * number >= bound;
      };
    }
    case "not": {
      const holds = testOf(wanted, path, depth + 1);
      return (value) => !holds(value);
    }
    default:
      throw invalid(path, "must have the tests exists, equals, in, prefix, min, max, not");
  }
}

function numberOf(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value !== "string" || !/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value)) return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

function plain(value: unknown, path: string): Plain {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw invalid(path, "must be compared with text, a number, a boolean or null");
}

function pairs(value: unknown, field: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw invalid(field, "must be a map");
  return value as Record<string, unknown>;
}

function invalid(field: string, rule: string): PolyphonError {
  return new PolyphonError("PROTOCOL_FILTER_INVALID", { message: `${field} ${rule}.`, details: { field, rule } });
}

import { isName } from "../limits.ts";
import { BUS_READERS, type BusLine, isBusType } from "./bus-line.ts";
import { clip } from "./test-report.ts";

/** What an agent in another process says, one JSON object a line. */
export type ProtocolLine =
  | BusLine
  | {
      readonly type: "progress";
      readonly percentage: number;
      readonly message?: string;
      readonly completed?: number;
      readonly remaining?: number;
    }
  | { readonly type: "metric"; readonly name: string; readonly value: number }
  | { readonly type: "artifact"; readonly name: string; readonly path: string }
  | { readonly type: "log"; readonly level: "debug" | "info" | "warn" | "error"; readonly text: string }
  | { readonly type: "extend"; readonly ms: number }
  | { readonly type: "state"; readonly value: unknown }
  | { readonly type: "result"; readonly output: unknown }
  | {
      readonly type: "error";
      readonly errorType?: string;
      readonly message: string;
      readonly details?: Readonly<Record<string, unknown>>;
    };

/** `undefined`: an ordinary line of output. `invalid`: a line of the protocol that breaks its rules. */
export type ProtocolReading = { readonly line: ProtocolLine } | { readonly invalid: string } | undefined;

type Members = Readonly<Record<string, unknown>>;

type Type = Exclude<ProtocolLine["type"], BusLine["type"]>;

const READERS: Readonly<Record<Type, (members: Members) => ProtocolReading>> = {
  progress: (members) => {
    const percentage = members.percentage;
    if (!finite(percentage)) return { invalid: "progress needs a number `percentage`" };
    return {
      line: {
        type: "progress",
        percentage: Math.min(Math.max(percentage, 0), 100),
        ...(typeof members.message === "string" ? { message: clip(members.message, 512) } : {}),
        ...(finite(members.completed) ? { completed: members.completed } : {}),
        ...(finite(members.remaining) ? { remaining: members.remaining } : {}),
      },
    };
  },
  metric: ({ name, value }) => {
    if (!isName(name)) return { invalid: "metric needs a `name` of 1 to 256 bytes without control characters" };
    return finite(value)
      ? { line: { type: "metric", name, value } }
      : { invalid: `metric ${name} needs a number \`value\`` };
  },
  artifact: ({ name, path }) => {
    if (typeof path !== "string" || path === "" || path.includes("\0")) return { invalid: "artifact needs a `path`" };
    const base = name ?? path.split(/[\\/]/).at(-1);
    return isName(base)
      ? { line: { type: "artifact", name: base, path } }
      : { invalid: "artifact needs a `name` of 1 to 256 bytes without control characters" };
  },
  log: ({ level, text, message }) => {
    const said = typeof text === "string" ? text : message;
    if (typeof said !== "string") return { invalid: "log needs a `text`" };
    return { line: { type: "log", level: isLevel(level) ? level : "info", text: clip(said, 8_192) } };
  },
  extend: ({ ms }) =>
    finite(ms) && ms >= 1
      ? { line: { type: "extend", ms: Math.ceil(ms) } }
      : { invalid: "extend needs a number `ms` of at least 1" },
  state: (members) => ({ line: { type: "state", value: members.value } }),
  result: (members) => ({ line: { type: "result", output: members.output ?? null } }),
  error: (members) => {
    const { error_type: snake, errorType: camel, message, details } = members;
    const type = snake ?? camel;
    return {
      line: {
        type: "error",
        message: typeof message === "string" && message !== "" ? clip(message) : "the program reported an error",
        ...(isName(type) ? { errorType: type } : {}),
        ...(isMembers(details) ? { details } : {}),
      },
    };
  },
};

/** Reads one line of output. Never throws. */
export function readProtocolLine(text: string): ProtocolReading {
  if (!looksLikeJson(text)) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isMembers(value) || typeof value.type !== "string") return undefined;
  if (isBusType(value.type)) return BUS_READERS[value.type](value);
  return Object.hasOwn(READERS, value.type) ? READERS[value.type as Type](value) : undefined;
}

/** Whether a line could be one of the protocol, judged by its beginning. */
export function looksLikeJson(text: string): boolean {
  return /^\s*\{/.test(text);
}

function isMembers(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function finite(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function isLevel(value: unknown): value is "debug" | "info" | "warn" | "error" {
  return value === "debug" || value === "info" || value === "warn" || value === "error";
}

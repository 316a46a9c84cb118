import { PolyphonError } from "../../errors/error.ts";
import type { Decision, SessionAction } from "../ports.ts";

/** Version of the requests; a ping answers it. */
export const CONTROL_VERSION = 1;
/** Longest line either side takes, in characters. */
export const MAX_LINE = 65_536;

export type ControlMethod = "ping" | "agents" | `escalation.${Decision}` | `session.${SessionAction}`;

/** One line from the client. */
export interface ControlRequest {
  readonly id: number;
  readonly method: ControlMethod;
  /** Id of the escalation or session; absent for `ping` and `agents`. */
  readonly target?: string;
}

/** One line back. */
export type ControlResponse =
  | { readonly id: number; readonly ok: true; readonly result: ControlResult }
  | { readonly id: number | null; readonly ok: false; readonly error: ControlFailure };

export type ControlResult = Readonly<Record<string, unknown>>;

export interface ControlFailure {
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
  readonly details: Readonly<Record<string, unknown>>;
}

const METHODS: ReadonlySet<string> = new Set<ControlMethod>([
  "ping",
  "agents",
  "escalation.approve",
  "escalation.retry",
  "escalation.abort",
  "session.cancel",
  "session.pause",
  "session.resume",
]);

/** Reads a request. Throws `CONTROL_REQUEST_INVALID` with what is wrong. */
export function parseRequest(line: string): ControlRequest {
  const value = parseJson(line);
  const { id, method, target } = value as Readonly<Record<string, unknown>>;
  if (typeof id !== "number" || !Number.isSafeInteger(id)) throw invalid("id is not a whole number");
  if (typeof method !== "string" || !METHODS.has(method)) throw invalid(`method ${JSON.stringify(method)} is unknown`);
  if (method === "ping" || method === "agents") return { id, method };
  if (typeof target !== "string" || target === "" || target.length > 128) throw invalid("target is not an id");
  return { id, method: method as ControlMethod, target };
}

/** Reads a response. Throws `CONTROL_REQUEST_INVALID` when the other side speaks something else. */
export function parseResponse(line: string): ControlResponse {
  const value = parseJson(line) as Readonly<Record<string, unknown>>;
  const error = value.error as Readonly<Record<string, unknown>> | undefined;
  const good = value.ok === true && typeof value.id === "number" && typeof value.result === "object";
  const bad = value.ok === false && typeof error?.code === "string" && typeof error.message === "string";
  if (!good && !bad) throw invalid("the answer has another form");
  return value as unknown as ControlResponse;
}

export function invalid(reason: string): PolyphonError {
  return new PolyphonError("CONTROL_REQUEST_INVALID", { message: `Not a request of the control channel: ${reason}.` });
}

function parseJson(line: string): object {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw invalid("it is not JSON");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw invalid("it is not an object");
  return value;
}

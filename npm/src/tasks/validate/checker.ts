import { PolyphonError } from "../../errors/error.ts";
import { isPlain, jsonFault, keyFault } from "./json.ts";
import { LONGEST_MS, MAX_NAME_BYTES, MAX_PLAN_BYTES } from "./limits.ts";
import { HAS_CONTROL, HAS_LONE_SURROGATE, HAS_NUL, utf8Length } from "./text.ts";

/** The first fault of a plan ends the check; a path is put together only then. */
export class Checker {
  #bytes = 0;
  /** Index of the task being checked; -1 outside of tasks. */
  task = -1;

  fail(path: string, message: string): never {
    const full = this.task < 0 ? path : `tasks[${this.task}]${path === "" ? "" : `.${path}`}`;
    throw new PolyphonError("PLAN_INVALID", {
      message: `${full === "" ? "The plan" : full}: ${message}.`,
      details: { path: full, rule: message },
    });
  }

  spend(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes <= MAX_PLAN_BYTES) return;
    throw new PolyphonError("PLAN_TOO_LARGE", {
      message: "The plan has more than 64 MiB.",
      details: { bytes: this.#bytes, limit: MAX_PLAN_BYTES },
    });
  }

  /** A mapping with no other keys than `known`. */
  record(value: unknown, path: string, known: ReadonlySet<string>): Record<string, unknown> {
    const record = this.map(value, path);
    for (const key in record) {
      if (!known.has(key)) this.fail(join(path, key), `unknown key; known are ${[...known].join(", ")}`);
    }
    return record;
  }

  /** A mapping whose keys are names. */
  map(value: unknown, path: string): Record<string, unknown> {
    if (typeof value !== "object" || value === null || Array.isArray(value) || !isPlain(value)) {
      this.fail(path, `expected an object, found ${kind(value)}`);
    }
    return value as Record<string, unknown>;
  }

  /** Checks a key of a mapping from names to something. */
  key(key: string, path: string): void {
    const problem = keyFault(key);
    if (problem !== undefined) this.fail(join(path, key), problem);
    this.name(key, join(path, key));
  }

  list(value: unknown, path: string, most: number): readonly unknown[] {
    if (!Array.isArray(value)) this.fail(path, `expected a list, found ${kind(value)}`);
    if (value.length > most) this.fail(path, `at most ${most} entries, found ${value.length}`);
    return value;
  }

  /** A text of 1 to 256 bytes without control characters. */
  name(value: unknown, path: string): void {
    const fault = this.#nameFault(value);
    if (fault !== undefined) this.fail(path, fault);
  }

  /** The same for an entry of a list. */
  item(value: unknown, path: string, index: number): void {
    const fault = this.#nameFault(value);
    if (fault !== undefined) this.fail(`${path}[${index}]`, fault);
  }

  #nameFault(value: unknown): string | undefined {
    if (typeof value !== "string") return `expected a text, found ${kind(value)}`;
    const bytes = value.length > MAX_NAME_BYTES ? value.length : utf8Length(value, true);
    if (bytes === HAS_NUL) return "must not contain a NUL character";
    if (bytes === HAS_CONTROL) return "must not contain a control character";
    if (bytes === HAS_LONE_SURROGATE) return "must not contain half a surrogate pair";
    if (bytes < 1 || bytes > MAX_NAME_BYTES) return `must have 1 to ${MAX_NAME_BYTES} bytes, found ${bytes}`;
    this.spend(bytes + 2);
    return undefined;
  }

  number(value: unknown, path: string, least: number, most: number, whole: boolean): void {
    if (typeof value !== "number") this.fail(path, `expected a number, found ${kind(value)}`);
    if (!(value >= least && value <= most)) this.fail(path, `must be from ${least} to ${most}, found ${value}`);
    if (whole && !Number.isInteger(value)) this.fail(path, `must be a whole number, found ${value}`);
    this.spend(9);
  }

  /** A time in whole milliseconds, at most a year. */
  time(value: unknown, path: string, least: number = 1): void {
    this.number(value, path, least, LONGEST_MS, true);
  }

  choice(value: unknown, path: string, options: ReadonlySet<string>): void {
    if (typeof value !== "string" || !options.has(value)) {
      const found = typeof value === "string" ? JSON.stringify(value) : kind(value);
      this.fail(path, `expected one of ${[...options].join(", ")}, found ${found}`);
    }
    this.spend(value.length);
  }

  /** Any JSON value, or nothing. */
  json(value: unknown, path: string): void {
    if (value === undefined) return;
    const fault = jsonFault(value, (bytes) => this.spend(bytes));
    if (fault !== undefined) this.fail(fault.path.reduce<string>(join, path), fault.message);
  }
}

export function join(path: string, key: string | number): string {
  if (typeof key === "number") return `${path}[${key}]`;
  if (!/^[A-Za-z_$][\w$]*$/.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === "" ? key : `${path}.${key}`;
}

function kind(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object")
    return isPlain(value) ? "an object" : `an instance of ${value.constructor?.name ?? "a class"}`;
  return value === undefined ? "nothing" : `a ${typeof value}`;
}

import { MAX_JSON_DEPTH } from "./limits.ts";
import { HAS_LONE_SURROGATE, utf8Length } from "./text.ts";

/** Keys that would reach a prototype where somebody assigns them carelessly. */
const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

/** Where in a value something is wrong; keys are added on the way out, so that a good value costs nothing. */
export interface JsonFault {
  readonly message: string;
  readonly path: (string | number)[];
}

/** Why `key` cannot be a key, if so. */
export function keyFault(key: string): string | undefined {
  if (FORBIDDEN_KEYS.has(key)) return `the key ${JSON.stringify(key)} is not allowed`;
  if (key.includes("\0")) return "a key must not contain a NUL character";
  if (utf8Length(key, false) === HAS_LONE_SURROGATE) return "a key must not contain half a surrogate pair";
  return undefined;
}

/** The first thing in `value` that JSON cannot hold. `spend` is told of bytes as they are seen, and may throw. */
export function jsonFault(value: unknown, spend: (bytes: number) => void): JsonFault | undefined {
  return new JsonWalk(spend).fault(value, 0);
}

class JsonWalk {
  readonly #spend: (bytes: number) => void;
  readonly #around: object[] = [];

  constructor(spend: (bytes: number) => void) {
    this.#spend = spend;
  }

  fault(value: unknown, depth: number): JsonFault | undefined {
    if (typeof value === "string") return this.#text(value);
    if (typeof value === "object" && value !== null) return this.#container(value, depth);
    this.#spend(typeof value === "number" ? 9 : 1);
    if (value === null || typeof value === "boolean") return undefined;
    if (typeof value !== "number") return wrong(`a value of type ${typeof value} cannot be stored`);
    if (!Number.isFinite(value)) return wrong(`${value} cannot be stored`);
    if (Math.abs(value) > Number.MAX_SAFE_INTEGER) return wrong(`${value} is beyond 2^53 and would lose digits`);
    return undefined;
  }

  #text(value: string): JsonFault | undefined {
    const bytes = utf8Length(value, false);
    if (bytes < 0) return wrong("a text must not contain half a surrogate pair");
    this.#spend(bytes + 2);
    return undefined;
  }

  #container(value: object, depth: number): JsonFault | undefined {
    if (depth >= MAX_JSON_DEPTH) return wrong(`nested deeper than ${MAX_JSON_DEPTH} levels`);
    if (this.#around.includes(value)) return wrong("a value must not contain itself");
    this.#around.push(value);
    const fault = Array.isArray(value) ? this.#list(value, depth) : this.#map(value, depth);
    this.#around.pop();
    return fault;
  }

  #list(list: readonly unknown[], depth: number): JsonFault | undefined {
    this.#spend(3);
    for (let index = 0; index < list.length; index += 1) {
      const fault = this.fault(list[index], depth + 1);
      if (fault !== undefined) return outward(fault, index);
    }
    return undefined;
  }

  #map(map: object, depth: number): JsonFault | undefined {
    if (!isPlain(map))
      return wrong(`an instance of ${map.constructor?.name ?? "a class"} cannot be stored; pass plain data`);
    this.#spend(3);
    for (const key of Object.keys(map)) {
      const problem = keyFault(key);
      if (problem !== undefined) return outward(wrong(problem), key);
      const member = (map as Record<string, unknown>)[key];
      if (member === undefined) continue;
      this.#spend(key.length + 2);
      const fault = this.fault(member, depth + 1);
      if (fault !== undefined) return outward(fault, key);
    }
    return undefined;
  }
}

/** An object literal, also of another realm, or one without a prototype. */
export function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

const wrong = (message: string): JsonFault => ({ message, path: [] });

function outward(fault: JsonFault, key: string | number): JsonFault {
  fault.path.unshift(key);
  return fault;
}

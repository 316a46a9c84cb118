import { MAX_OUTPUT_BYTES, MAX_OUTPUT_DEPTH } from "./limits.ts";

/** Either the output as plain JSON data or why it is none. */
export type CheckedOutput = { readonly value: unknown } | { readonly problem: string };

/** Members that JSON would silently turn into `{}`. */
const OPAQUE = [
  "Map",
  "Set",
  "WeakMap",
  "WeakSet",
  "Promise",
  "RegExp",
  "Error",
  "ArrayBuffer",
  "SharedArrayBuffer",
] as const;

/**
 * Checks that an output survives JSON unchanged, so that what is journaled is what the agent meant: no cycles, no
 * functions, no numbers or collections that JSON drops without a word. Values with `toJSON` are converted.
 * Plain data is answered as it is, without a copy. Cost: one walk over the output.
 */
export function checkOutput(output: unknown): CheckedOutput {
  try {
    if (isSmallAndPlain(output, new Budget(), 0)) return { value: output };
    const walk = new Walk();
    walk.visit(output, "output", 0);
    return { value: walk.plain ? output : (JSON.parse(JSON.stringify(output)) as unknown) };
  } catch (error) {
    if (error instanceof Unfit) return { problem: error.message };
    return { problem: `output cannot be turned into JSON: ${error instanceof Error ? error.message : "unknown"}` };
  }
}

/** Values and characters that {@link isSmallAndPlain} looks at before it leaves the matter to the walk. */
const SMALL = 4_096;

class Budget {
  left: number = SMALL;
}

/** The common case, decided without building a path for errors: little data that JSON leaves as it is. */
function isSmallAndPlain(value: unknown, budget: Budget, depth: number): boolean {
  if (--budget.left < 0 || depth > MAX_OUTPUT_DEPTH) return false;
  if (typeof value === "string") {
    budget.left -= value.length;
    return budget.left >= 0;
  }
  if (typeof value === "number") return Number.isFinite(value);
  if (value === null || typeof value === "boolean") return true;
  if (typeof value !== "object" || "toJSON" in value) return false;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) if (!isSmallAndPlain(value[i], budget, depth + 1)) return false;
    return true;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  for (const key in value)
    if (!isSmallAndPlain((value as Record<string, unknown>)[key], budget, depth + 1)) return false;
  return true;
}

class Unfit extends Error {}

class Walk {
  /** False when JSON would change something on the way, for example by calling `toJSON`. */
  plain = true;
  #bytes = 0;

  visit(value: unknown, path: string, depth: number): void {
    if (depth > MAX_OUTPUT_DEPTH)
      throw new Unfit(`output is nested more than ${MAX_OUTPUT_DEPTH} deep or refers to itself`);
    this.#add(typeof value === "string" ? value.length + 2 : 4);
    if (typeof value === "number" && !Number.isFinite(value)) throw new Unfit(`${path} is ${value}`);
    if (typeof value === "object" && value !== null) this.#object(value, path, depth);
    else if (value === undefined) this.plain = false;
    else if (typeof value === "bigint" || typeof value === "function" || typeof value === "symbol") {
      throw new Unfit(`${path} is a ${typeof value}`);
    }
  }

  #object(value: object, path: string, depth: number): void {
    if (typeof (value as { toJSON?: unknown }).toJSON === "function") {
      this.plain = false;
      const json: unknown = JSON.parse(JSON.stringify(value) ?? "null");
      this.visit(json, path, depth + 1);
      return;
    }
    if (Array.isArray(value)) {
      for (let i = 0; i < value.length; i++) this.visit(value[i], `${path}[${i}]`, depth + 1);
      return;
    }
    this.#refuseOpaque(value, path);
    for (const [key, member] of Object.entries(value)) {
      this.#add(key.length + 3);
      this.visit(member, `${path}.${key}`, depth + 1);
    }
  }

  #refuseOpaque(value: object, path: string): void {
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype === Object.prototype || prototype === null) return;
    this.plain = false;
    const tag = value instanceof Error ? "Error" : Object.prototype.toString.call(value).slice(8, -1);
    if (ArrayBuffer.isView(value) || OPAQUE.some((name) => name === tag)) {
      throw new Unfit(`${path} is a ${tag}, which JSON cannot hold`);
    }
  }

  #add(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes > MAX_OUTPUT_BYTES)
      throw new Unfit(`output is larger than ${MAX_OUTPUT_BYTES} bytes; keep it as an artifact`);
  }
}

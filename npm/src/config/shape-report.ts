import type { z } from "zod";
import { annotatedSchema, homesOf, type JsonSchema, keysAt } from "./json-schema.ts";
import { type Places, type Tree, type TreeMap, valueAt } from "./places.ts";
import type { ConfigErrorCode } from "./problem.ts";
import type { Problems } from "./problems.ts";
import { joinPath, type Place } from "./source.ts";
import { closest, didYouMean } from "./suggest.ts";

type Issue = z.core.$ZodIssue;
export type Path = readonly (string | number)[];

/** Says what is wrong with the shape of a configuration, in words. */
export class ShapeReporter {
  readonly #root: TreeMap;
  readonly #at: Place;
  readonly #places: Places;
  readonly #problems: Problems;
  #schema: JsonSchema | undefined;
  #aloud = true;
  readonly #reported = new Set<string>();

  constructor(root: TreeMap, at: Place, places: Places, problems: Problems) {
    this.#root = root;
    this.#at = at;
    this.#places = places;
    this.#problems = problems;
  }

  /** Reports an issue; answers the paths that must go before the rest can be read. */
  report(issue: Issue, base: Path, aloud: boolean): readonly Path[] {
    this.#aloud = aloud;
    const path: Path = [...base, ...(issue.path as (string | number)[])];
    switch (issue.code) {
      case "unrecognized_keys":
        return issue.keys.map((key) => this.#unknownKey(path, key));
      case "invalid_union":
        return this.#union(issue, path);
      case "invalid_key": {
        const [inner] = issue.issues;
        return this.#say(
          "CONFIG_VALUE",
          path,
          `the key "${String(path.at(-1))}" ${inner?.message ?? "is not allowed"}`,
          undefined,
          "key",
        );
      }
      default:
        return this.#value(issue, path);
    }
  }

  #value(issue: Issue, path: Path): readonly Path[] {
    const value = valueAt(this.#root, path);
    if (value === undefined) return this.#missing(path);
    switch (issue.code) {
      case "invalid_type":
        return this.#say(
          "CONFIG_TYPE",
          path,
          `${label(path)}: expected ${expected(issue.expected)}, found ${found(value)}`,
          quoteHint(issue.expected, value),
        );
      case "invalid_value": {
        const options = issue.values.map(String);
        const hint = typeof value === "string" ? didYouMean(value, options) : undefined;
        const list = options.map((option) => JSON.stringify(option)).join(", ");
        return this.#say("CONFIG_VALUE", path, `${label(path)}: expected one of ${list}, found ${found(value)}`, hint);
      }
      case "too_small":
      case "too_big": {
        const bound = issue.code === "too_small" ? `at least ${issue.minimum}` : `at most ${issue.maximum}`;
        const counted = issue.origin === "array" ? " entries" : issue.origin === "string" ? " characters" : "";
        return this.#say(
          "CONFIG_RANGE",
          path,
          `${label(path)} must ${counted === "" ? "be" : "have"} ${bound}${counted}, found ${size(value)}`,
        );
      }
      case "custom": {
        const code = (issue.params?.code ?? "CONFIG_VALUE") as ConfigErrorCode;
        return this.#say(
          code,
          path,
          `${label(path)}${issue.message.startsWith("must") ? "" : ":"} ${issue.message}, found ${found(value)}`,
        );
      }
      default:
        return this.#say("CONFIG_VALUE", path, `${label(path)} ${issue.message}, found ${found(value)}`);
    }
  }

  /** The branch that the value's own type speaks for tells more than "matches none". */
  #union(issue: Issue & { code: "invalid_union" }, path: Path): readonly Path[] {
    const value = valueAt(this.#root, path);
    const near = issue.errors.filter((branch) => !branch.some((inner) => rejectsOutright(inner, value)));
    const [branch] = near;
    if (near.length === 1 && branch !== undefined && branch.length > 0) {
      return branch.flatMap((inner) => this.report(inner, path, this.#aloud));
    }
    return this.#say("CONFIG_TYPE", path, `${label(path)}: ${issue.message}, found ${found(value)}`);
  }

  #unknownKey(path: Path, key: string): Path {
    const full = [...path, key];
    if (this.#problems.full || !this.#aloud) {
      this.#say("CONFIG_UNKNOWN_KEY", full, `unknown key "${key}"`);
      return full;
    }
    const schema = this.#schemaOnce();
    const known = keysAt(schema, path).filter((candidate) => candidate !== key);
    const homes = homesOf(schema, key);
    const match = closest(key, known);
    let hint = match === undefined ? undefined : `did you mean "${match}"?`;
    if (hint === undefined && homes.length > 0)
      hint = `"${key}" belongs under ${homes
        .slice(0, 3)
        .map((home) => (home === "" ? "the root" : home))
        .join(" or ")}`;
    hint ??= known.length === 0 ? undefined : `known here: ${known.join(", ")}`;
    const where = path.length === 0 ? "" : ` in ${this.#places.find(this.#root, path, this.#at).path}`;
    this.#say("CONFIG_UNKNOWN_KEY", full, `unknown key "${key}"${where}`, hint, "key");
    return full;
  }

  #missing(path: Path): readonly Path[] {
    const parent = path.slice(0, -1);
    this.#say("CONFIG_MISSING_KEY", parent, `the key "${String(path.at(-1))}" is missing`);
    return [parent];
  }

  #say(
    code: ConfigErrorCode,
    path: Path,
    message: string,
    hint?: string,
    at: "key" | "value" = "value",
  ): readonly Path[] {
    const identity = JSON.stringify([code, path]);
    // One value may break two rules at once; the first says enough.
    if (this.#reported.has(identity)) return [path];
    this.#reported.add(identity);
    if (this.#aloud) this.#problems.error(code, this.#places.find(this.#root, path, this.#at), message, hint, at);
    return [path];
  }

  #schemaOnce(): JsonSchema {
    this.#schema ??= annotatedSchema();
    return this.#schema;
  }
}

/** Whether a branch of a union is not about values like this one at all. */
function rejectsOutright(issue: Issue, value: Tree | undefined): boolean {
  if (issue.path.length === 0)
    return issue.code === "invalid_type" || (issue.code === "invalid_value" && typeof value !== "string");
  return issue.code === "invalid_value" && issue.path.length === 1 && issue.path[0] === "format";
}

function expected(type: string): string {
  const names: Readonly<Record<string, string>> = {
    array: "a list",
    boolean: "true or false",
    int: "a whole number",
    number: "a number",
    object: "a mapping",
    record: "a mapping",
    string: "a text",
  };
  return names[type] ?? type;
}

/** The value as a message names it. */
function found(value: Tree | undefined): string {
  if (value === undefined || value === null) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a mapping";
  if (typeof value !== "string") return String(value);
  return `the text ${JSON.stringify(value.length <= 60 ? value : `${value.slice(0, 57)}…`)}`;
}

/** The last keys of a path, enough to know what a message is about. */
function label(path: Path): string {
  const last = path.findLastIndex((key) => typeof key === "string");
  return path.slice(Math.max(last, 0)).reduce<string>(joinPath, "");
}

function size(value: Tree): string {
  return Array.isArray(value) ? String(value.length) : found(value);
}

function quoteHint(type: string, value: Tree): string | undefined {
  if (type === "string" && (typeof value === "number" || typeof value === "boolean"))
    return `write it in quotes: "${String(value)}"`;
  if (type === "array" && typeof value === "string") return `write a list: [${value}]`;
  return undefined;
}

import { reportConflict } from "../merge.ts";
import type { Places, TreeMap } from "../places.ts";
import type { Problems } from "../problems.ts";
import type { ConfigFile } from "../schema/root.ts";
import type { Place } from "../source.ts";

export type Path = readonly (string | number)[];

/** What the builders of the parts of a configuration share. */
export class Context {
  readonly config: ConfigFile;
  readonly problems: Problems;
  /** Names of tasks and classes that were left out because of their shape; nobody may call them unknown. */
  readonly lost: { has(name: string): boolean };
  readonly #root: TreeMap;
  readonly #at: Place;
  readonly #places: Places;

  constructor(init: {
    config: ConfigFile;
    root: TreeMap;
    at: Place;
    places: Places;
    problems: Problems;
    lost: { has(name: string): boolean };
  }) {
    this.config = init.config;
    this.problems = init.problems;
    this.lost = init.lost;
    this.#root = init.root;
    this.#at = init.at;
    this.#places = init.places;
  }

  /** Where the value at `path` stands, or the nearest value around it. */
  place(path: Path): Place {
    return this.#places.find(this.#root, path, this.#at);
  }

  /** A setting that may stand in two places. Different values are a conflict; the first one is kept. */
  either<T>(first: T | undefined, firstPath: Path, second: T | undefined, secondPath: Path): T | undefined {
    if (first !== undefined && second !== undefined && first !== second) {
      reportConflict(
        this.place(secondPath),
        this.#written(secondPath),
        this.place(firstPath),
        this.#written(firstPath),
        this.problems,
      );
    }
    return first ?? second;
  }

  /** `timeout` and `timeout_seconds` of one block. */
  timeout(
    block: { timeout?: number | undefined; timeout_seconds?: number | undefined } | undefined,
    path: Path,
  ): number | undefined {
    return this.either(block?.timeout_seconds, [...path, "timeout_seconds"], block?.timeout, [...path, "timeout"]);
  }

  #written(path: Path): unknown {
    let value: unknown = this.#root;
    for (const key of path) value = (value as Record<string | number, unknown>)[key];
    return value;
  }
}

/** The members that are not `undefined`. */
export function defined<T extends object>(members: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

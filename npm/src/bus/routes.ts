import type { Route, Shard } from "./route.ts";
import type { Counters } from "./statistics.ts";
import { firstToken } from "./subjects.ts";

/** What all routes of a bus have in common: the state of each first token. */
export class Shards {
  readonly #shards = new Map<string, Shard>();

  /** The state of a token, for one more route. */
  take(token: string): Shard {
    let shard = this.#shards.get(token);
    if (shard === undefined) {
      shard = { token, stamp: 0, routes: 0 };
      this.#shards.set(token, shard);
    }
    shard.routes += 1;
    return shard;
  }

  give(shard: Shard): void {
    shard.routes -= 1;
    if (shard.routes === 0) this.#shards.delete(shard.token);
  }

  /** Something under the first token of `pattern` has changed; under every one when it begins with a wildcard. */
  changed(pattern: string): void {
    const token = firstToken(pattern);
    if (token === "*" || token === ">") for (const shard of this.#shards.values()) shard.stamp += 1;
    else {
      const shard = this.#shards.get(token);
      if (shard !== undefined) shard.stamp += 1;
    }
  }
}

/**
 * The routes one principal used last, bounded. Least recently used goes first, in two generations: when the young one is
 * full it becomes the old one, and what nobody asked for since is forgotten with the one before.
 */
export class RouteCache {
  readonly #shards: Shards;
  readonly #half: number;
  readonly #counters: Counters;
  /** Whether it keeps anything: not when it is one too many. */
  isKept = true;
  /** The route asked for last, which is very often the next one too. */
  #recent: Route | undefined;
  #young = new Map<string, Route>();
  #old = new Map<string, Route>();

  constructor(shards: Shards, size: number, counters: Counters) {
    this.#shards = shards;
    this.#counters = counters;
    this.#half = Math.max(Math.floor(size / 2), 1);
  }

  /** How many are kept. */
  get size(): number {
    return this.#young.size + this.#old.size;
  }

  /** The route of a subject, if it is known and nothing has changed under its first token. */
  find(subject: string): Route | undefined {
    const recent = this.#recent;
    if (recent !== undefined && recent.subject === subject && recent.stamp === recent.shard.stamp) return recent;
    // To look for a text that is new costs its hash.
    if (this.#young.size === 0) return undefined;
    const route = this.#young.get(subject);
    if (route === undefined || route.stamp !== route.shard.stamp) return this.#fromOld(subject);
    this.#recent = route;
    return route;
  }

  put(route: Route): void {
    if (!this.isKept) {
      this.#shards.give(route.shard);
      return;
    }
    const { subject } = route;
    const stale = this.#young.get(subject);
    if (stale !== undefined) this.#drop(stale);
    else if (this.#old.size > 0) {
      const older = this.#old.get(subject);
      if (older !== undefined) {
        this.#old.delete(subject);
        this.#drop(older);
      }
    }
    this.#keep(subject, route);
  }

  clear(): void {
    this.#recent = undefined;
    for (const generation of [this.#young, this.#old]) {
      for (const route of generation.values()) this.#drop(route);
      generation.clear();
    }
  }

  /** Adds up what went past since the last time. */
  fold(): void {
    for (const generation of [this.#young, this.#old])
      for (const route of generation.values()) route.fold(this.#counters);
  }

  #fromOld(subject: string): Route | undefined {
    const route = this.#old.size === 0 ? undefined : this.#old.get(subject);
    if (route === undefined || route.stamp !== route.shard.stamp) return undefined;
    // Found again: it is one of the young ones from now on.
    this.#old.delete(subject);
    this.#keep(subject, route);
    return route;
  }

  #keep(subject: string, route: Route): void {
    if (this.#young.size >= this.#half) {
      for (const each of this.#old.values()) this.#drop(each);
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(subject, route);
    this.#recent = route;
  }

  #drop(route: Route): void {
    route.fold(this.#counters);
    this.#shards.give(route.shard);
  }
}

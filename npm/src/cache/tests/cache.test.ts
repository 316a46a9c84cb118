import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Bus } from "../../bus/bus.ts";
import { PolyphonError } from "../../errors/error.ts";
import { FakeClock } from "../../testing/fake-clock.ts";
import { memoryTransport } from "../../transports/memory/memory-transport.ts";
import { Cache } from "../cache.ts";
import type { CacheOptions } from "../options.ts";
import type { SharedFind, SharedTier } from "../shared-tier.ts";

let clock: FakeClock;
let open: Cache<never>[];
beforeEach(() => {
  clock = new FakeClock();
  open = [];
});
afterEach(async () => {
  for (const cache of open) await cache.close();
});

function cacheOf<V = string>(options: Partial<CacheOptions> = {}): Cache<V> {
  const cache = new Cache<V>({ name: "test", clock, ...options });
  open.push(cache as Cache<never>);
  return cache;
}

/** A shared tier in memory, which tests take away. */
class FakeTier implements SharedTier {
  readonly #entries = new Map<string, { text: string; untilMs: number }>();
  readonly #versions = new Map<string, number>();
  reads = 0;
  isAway = false;

  async read(_cache: string, key: string): Promise<SharedFind> {
    this.reads += 1;
    this.#check();
    const entry = this.#entries.get(key);
    const leftMs = entry === undefined ? 0 : entry.untilMs - clock.monoMs();
    return {
      version: String(this.#versions.get(key) ?? ""),
      entry: entry !== undefined && leftMs > 0 ? { text: entry.text, leftMs } : undefined,
    };
  }

  async store(_cache: string, key: string, text: string, lifeMs: number, version: string): Promise<boolean> {
    this.#check();
    if (String(this.#versions.get(key) ?? "") !== version) return false;
    this.#entries.set(key, { text, untilMs: clock.monoMs() + lifeMs });
    return true;
  }

  async change(_cache: string, key: string, text: string | undefined, lifeMs: number): Promise<void> {
    this.#check();
    this.#versions.set(key, (this.#versions.get(key) ?? 0) + 1);
    if (text === undefined) this.#entries.delete(key);
    else this.#entries.set(key, { text, untilMs: clock.monoMs() + lifeMs });
  }

  #check(): void {
    if (this.isAway) throw new PolyphonError("CACHE_UNAVAILABLE", { message: "it is away." });
  }
}

describe("the local tier", () => {
  test("keeps what was loaded until its time is over, and null as well", async () => {
    const cache = cacheOf<string | null>({ ttlMs: 1_000 });
    let loads = 0;
    const load = () => `value ${++loads}`;
    expect(cache.peek("a")).toBeUndefined();
    expect([await cache.load("a", load), await cache.load("a", load), cache.peek("a")]).toEqual(
      Array.from({ length: 3 }, () => "value 1"),
    );
    clock.advance(999);
    expect(await cache.get("a")).toBe("value 1");
    clock.advance(1);
    expect([await cache.get("a"), await cache.load("a", load)]).toEqual([undefined, "value 2"]);
    expect(await cache.load("nothing", () => null)).toBeNull();
    expect(cache.peek("nothing")).toBeNull();
    expect(cache.stats()).toMatchObject({ hits: 4, misses: 4, loads: 3, entries: 2 });
  });

  test("holds so many bytes: what was not asked for longest goes, what is too large is not kept", async () => {
    const cache = cacheOf({ maxBytes: 2_000 });
    for (const key of ["a", "b", "c"]) await cache.set(key, "x".repeat(200));
    expect([cache.peek("a"), cache.peek("b")].map((value) => value?.length)).toEqual([200, 200]);
    await cache.set("d", "x".repeat(200));
    expect(["a", "b", "c", "d"].map((key) => cache.peek(key) !== undefined)).toEqual([true, true, false, true]);
    await cache.set("large", "x".repeat(2_000));
    expect(cache.peek("large")).toBeUndefined();
    const { bytes, entries, evicted } = cache.stats();
    expect([entries, evicted]).toEqual([3, 1]);
    expect(bytes).toBeLessThanOrEqual(2_000);
    await cache.delete("a");
    cache.clear();
    expect(cache.stats()).toMatchObject({ entries: 0, bytes: 0 });
  });

  test("loads once for all who ask at the same time, and again after a failure", async () => {
    const cache = cacheOf();
    let loads = 0;
    const gate = Promise.withResolvers<string>();
    const asked = Array.from({ length: 5 }, () =>
      cache.load("a", () => {
        loads += 1;
        return gate.promise;
      }),
    );
    await clock.settle();
    gate.reject(new Error("no"));
    for (const one of asked) await expect(one).rejects.toThrow("no");
    expect(loads).toBe(1);
    expect(await cache.load("a", () => "yes")).toBe("yes");
    expect(cache.stats()).toMatchObject({ coalesced: 4, loadsFailed: 1, loads: 2 });
  });

  test("does not keep what was loaded before a change", async () => {
    const cache = cacheOf();
    const gate = Promise.withResolvers<string>();
    const old = cache.load("a", () => gate.promise);
    await clock.settle();
    await cache.delete("a");
    const next = cache.load("a", () => "new");
    gate.resolve("old");
    expect([await old, await next, cache.peek("a")]).toEqual(["old", "new", "new"]);
  });

  test("answers what is over its time while it is loaded anew, once, as long as it may", async () => {
    const errors: string[] = [];
    const cache = cacheOf({ ttlMs: 1_000, staleMs: 5_000, onError: ({ message }) => errors.push(message) });
    await cache.load("a", () => "old");
    clock.advance(1_500);
    const gate = Promise.withResolvers<string>();
    let loads = 0;
    const load = () => {
      loads += 1;
      return gate.promise;
    };
    expect([await cache.load("a", load), await cache.load("a", load), loads]).toEqual(["old", "old", 1]);
    gate.resolve("new");
    await clock.settle();
    expect(cache.peek("a")).toBe("new");
    clock.advance(1_500);
    expect(await cache.load("a", () => Promise.reject(new Error("no")))).toBe("new");
    await clock.settle();
    expect(errors).toEqual(["no"]);
    clock.advance(5_000);
    expect(await cache.load("a", () => "newest")).toBe("newest");
    // One that was changed while it was loaded anew is not kept.
    clock.advance(1_500);
    const late = Promise.withResolvers<string>();
    expect(await cache.load("a", () => late.promise)).toBe("newest");
    await cache.delete("a");
    late.resolve("from before");
    await clock.settle();
    expect(cache.peek("a")).toBeUndefined();
    expect(cache.stats()).toMatchObject({ stale: 4 });
  });

  test("refuses what makes no sense", async () => {
    for (const wrong of [
      { name: "" },
      { name: "a.b" },
      { maxBytes: 0 },
      { ttlMs: 0 },
      { staleMs: -1 },
      { freshMs: 60_001 },
    ]) {
      expect(() => cacheOf(wrong)).toThrow(expect.objectContaining({ code: "CACHE_INVALID" }));
    }
    const cache = cacheOf<unknown>();
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    for (const call of [
      cache.get(""),
      cache.load("x".repeat(1_025), () => 1),
      cache.set("a", undefined),
      cache.set("a", circle),
      cache.load("a", () => () => 1),
      cache.load("a", () => 1, { ttlMs: Number.NaN }),
    ]) {
      await expect(call).rejects.toMatchObject({ code: "CACHE_INVALID" });
    }
  });
});

describe("a shared tier", () => {
  test("has what another process has loaded, and is looked into again within a second", async () => {
    const shared = new FakeTier();
    const [one, two] = [cacheOf({ shared }), cacheOf({ shared })];
    await one.load("a", () => "loaded");
    expect(await two.get("a")).toBe("loaded");
    await one.set("a", "changed");
    // Nothing told it.
    expect(two.peek("a")).toBe("loaded");
    clock.advance(1_000);
    expect(two.peek("a")).toBeUndefined();
    expect(await two.load("a", () => "never")).toBe("changed");
    await one.delete("a");
    clock.advance(1_000);
    expect(await two.get("a")).toBeUndefined();
    expect(two.stats()).toMatchObject({ sharedHits: 2, loads: 0 });
  });

  test("does not keep what another process loaded before it was changed", async () => {
    const shared = new FakeTier();
    const [one, two] = [cacheOf({ shared }), cacheOf({ shared })];
    const gate = Promise.withResolvers<string>();
    const old = one.load("a", () => gate.promise);
    await clock.settle();
    await two.set("a", "new");
    gate.resolve("old");
    expect(await old).toBe("old");
    expect([one.peek("a"), await one.get("a")]).toEqual([undefined, "new"]);
  });

  test("that is away is done without: values are loaded, for a second at most, and changes are refused", async () => {
    const shared = new FakeTier();
    const cache = cacheOf({ shared });
    await cache.set("a", "kept");
    shared.isAway = true;
    expect(cache.peek("a")).toBe("kept");
    clock.advance(1_000);
    let loads = 0;
    const load = () => `loaded ${++loads}`;
    expect([await cache.load("a", load), await cache.load("a", load)]).toEqual(["loaded 1", "loaded 1"]);
    clock.advance(1_000);
    expect(await cache.load("a", load)).toBe("loaded 2");
    await expect(cache.set("a", "new")).rejects.toMatchObject({ code: "CACHE_UNAVAILABLE", retryable: true });
    expect(cache.peek("a")).toBeUndefined();
    expect(await cache.get("a")).toBeUndefined();
    expect(cache.stats().sharedErrors).toBeGreaterThan(2);
  });

  test("keeps what is over its time for as long as it may be answered", async () => {
    const shared = new FakeTier();
    const [one, two] = [1, 2].map(() => cacheOf({ shared, ttlMs: 2_000, staleMs: 10_000 })) as [
      Cache<string>,
      Cache<string>,
    ];
    await one.load("a", () => "old");
    clock.advance(3_000);
    expect(await two.get("a")).toBeUndefined();
    expect(await two.load("a", () => "new")).toBe("old");
    await clock.settle();
    expect(await one.get("a")).toBe("new");
  });
});

describe("the bus", () => {
  test("tells other processes at once, and nobody what it did itself", async () => {
    const hub = new Bus({ clock });
    const shared = new FakeTier();
    const buses = [1, 2].map(() => new Bus({ clock, transport: memoryTransport(hub) }));
    const [one, two] = buses.map((bus) => cacheOf({ shared, bus, freshMs: 60_000 })) as [Cache<string>, Cache<string>];
    await Promise.all([one.ready, two.ready]);
    await one.set("a", "old");
    expect(await two.get("a")).toBe("old");
    await one.set("a", "new");
    await clock.settle();
    expect([one.peek("a"), two.peek("a")]).toEqual(["new", undefined]);
    expect(await two.get("a")).toBe("new");
    expect([one.stats().invalidated, two.stats().invalidated]).toEqual([0, 2]);
    for (const bus of [...buses, hub]) await bus.close();
    // Without it the second goes by what the shared tier says.
    const errors: string[] = [];
    const deaf = cacheOf({ shared, onError: (error) => errors.push((error as PolyphonError).code) });
    await deaf.set("a", "newer");
    clock.advance(60_000);
    expect(await two.get("a")).toBeUndefined();
    expect(errors).toEqual([]);
  });
});

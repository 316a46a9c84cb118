import {
  type Answering,
  type Event,
  type Habit,
  type Plan,
  PRIORITIES,
  type SubscriptionPlan,
  type Way,
} from "./plan.ts";
import { Random } from "./random.ts";

/** How long a world is troubled, in milliseconds. */
export const STORM_MS = 20_000;

const SUBJECTS = ["a.x", "a.y", "a.x.deep", "b.x", "b.y"];
const PATTERNS = ["a.x", "a.*", "a.>", "*.x", "b.*", "*.*", "b.y", "a.*.deep"];
const LOOSE = ["state.*.last", ">", "state.>"];
const STATES = ["state.one.last", "state.two.last", "state.three.last"];
const ASKED = ["ask.one.now", "ask.two.now", "ask.nobody.now"];
const HABITS: readonly Habit[] = ["at once", "at once", "slow", "slow", "slow", "throws", "rejects", "dies"];
const ANSWERINGS: readonly Answering[] = ["at once", "slow", "slow", "throws", "dies", "stream"];

/** Kinds of faults; each is there in half of all worlds. */
const FAULTS = [
  "break",
  "half-open",
  "partition",
  "slow",
  "mishap",
  "die",
  "drain",
  "forget sessions",
  "wall",
] as const;

/** Draws a world from its seed. */
export function draw(seed: number, events: number): Plan {
  const random = new Random(seed);
  const ways: Way[] = ["memory"];
  for (let node = random.between(1, 4); node > 0; node--)
    ways.push(random.pick(["websocket", "websocket", "worker", "memory"] as const));
  const faults = FAULTS.filter(() => random.chance(50));
  const drawing = new Drawing(random, ways, faults);
  const all: Event[] = [];
  for (let at = 0; at < events; at++) {
    // What listens is there first, mostly.
    const atMs = at < events / 10 ? random.below(200) : random.below(STORM_MS);
    all.push(at < events / 10 ? drawing.listener(atMs) : drawing.event(atMs));
  }
  all.sort((one, other) => one.atMs - other.atMs);
  return {
    seed,
    ways,
    ageingMs: random.pick([50, 400, 1_000]),
    heartbeatMs: random.pick([500, 1_000]),
    resumeMs: random.pick([1_500, 6_000]),
    events: all,
  };
}

class Drawing {
  readonly #random: Random;
  readonly #ways: readonly Way[];
  readonly #faults: readonly (typeof FAULTS)[number][];
  readonly #ids: number[] = [];
  #next = 1;

  constructor(random: Random, ways: readonly Way[], faults: readonly (typeof FAULTS)[number][]) {
    this.#random = random;
    this.#ways = ways;
    this.#faults = faults;
  }

  listener(atMs: number): Event {
    return this.#random.chance(75) ? this.#subscribe(atMs) : this.#respond(atMs);
  }

  event(atMs: number): Event {
    const random = this.#random;
    const roll = random.below(100);
    if (roll < 60) return this.#publish(atMs);
    if (roll < 75) return this.#request(atMs);
    if (roll < 82) return this.listener(atMs);
    if (roll < 85 && this.#ids.length > 0) return { atMs, kind: "unsubscribe", id: random.pick(this.#ids) };
    return this.#faults.length === 0 ? this.#publish(atMs) : this.#fault(atMs, random.pick(this.#faults));
  }

  #node(): number {
    return this.#random.below(this.#ways.length);
  }

  #subscribe(atMs: number): Event {
    const random = this.#random;
    const isLoose = random.chance(20);
    const mode = random.chance(70) ? "callback" : random.pick(["loop", "observable"] as const);
    const habit = mode === "callback" ? random.pick(HABITS) : mode === "loop" ? "slow" : "at once";
    const id = this.#next++;
    this.#ids.push(id);
    const overflow = random.pick(["drop-oldest", "drop-oldest", "block", isLoose ? "block" : "reject"] as const);
    const subscription: SubscriptionPlan = {
      ...{ id, node: this.#node(), pattern: random.pick(isLoose ? LOOSE : PATTERNS), mode, habit },
      credit: random.pick([1, 1, 2, 4]),
      queue: random.pick([0, 1, 3, 8, 40]),
      overflow,
      workMs: random.between(5, 900),
      ...(random.chance(25) && { least: random.pick(PRIORITIES) }),
      ...(!isLoose && overflow !== "reject" && random.chance(30) && { group: random.pick(["g1", "g2"]) }),
    };
    return { atMs, kind: "subscribe", subscription };
  }

  #publish(atMs: number): Event {
    const random = this.#random;
    const isState = random.chance(15);
    return {
      ...{ atMs, kind: "publish" as const, n: this.#next++, node: this.#node() },
      subject: random.pick(isState ? STATES : SUBJECTS),
      priority: random.pick(PRIORITIES),
      ...(random.chance(25) && { ttlMs: random.pick([15, 60, 400, 3_000]) }),
      ...(isState && { retain: true, ...(random.chance(15) && { forget: true }) }),
      ...(!isState && random.chance(10) && { broadcast: true }),
    };
  }

  #respond(atMs: number): Event {
    const random = this.#random;
    const id = this.#next++;
    this.#ids.push(id);
    return {
      ...{ atMs, kind: "respond" as const, id, node: this.#node() },
      subject: random.pick(["ask.one.now", "ask.two.now", "ask.*.now"]),
      answering: random.pick(ANSWERINGS),
      workMs: random.between(5, 700),
    };
  }

  #request(atMs: number): Event {
    const random = this.#random;
    const many = random.chance(30);
    return {
      ...{ atMs, kind: "request" as const, n: this.#next++, node: this.#node(), subject: random.pick(ASKED), many },
      timeoutMs: random.pick([100, 400, 1_500]),
      retries: many ? 0 : random.pick([0, 1, 3]),
      readMs: random.pick([0, 0, 30, 250]),
      ...(random.chance(20) && { cancelAfterMs: random.between(0, 600) }),
    };
  }

  #fault(atMs: number, kind: (typeof FAULTS)[number]): Event {
    const random = this.#random;
    const node = random.between(1, this.#ways.length - 1);
    switch (kind) {
      case "break":
      case "half-open":
        return { atMs, kind, node };
      case "partition":
        return { atMs, kind, node, forMs: random.pick([100, 900, 4_000]) };
      case "slow":
        return { atMs, kind, node, times: random.pick([5, 40]), forMs: random.pick([200, 2_000]) };
      case "mishap":
        return {
          ...{ atMs, kind, node, side: random.pick(["up", "down"] as const) },
          mishap: random.pick(["lost", "doubled", "swapped"] as const),
        };
      case "die":
      case "drain":
        return { atMs, kind, node, forMs: random.pick([50, 1_000, 3_000]) };
      case "forget sessions":
        return { atMs, kind };
      case "wall":
        return { atMs, kind, node, byMs: random.pick([-2_000, -40, 40, 2_000]) };
    }
  }
}

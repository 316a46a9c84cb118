import type { PolyphonError } from "../errors/error.ts";
import { denied } from "./errors.ts";
import { Found } from "./found.ts";
import { Groups } from "./groups.ts";
import type { Hub } from "./hub.ts";
import { RateLimits } from "./rate-limits.ts";
import { Recent } from "./recent.ts";
import { type GroupRoute, Route } from "./route.ts";
import { RouteCache, Shards } from "./routes.ts";
import { Scan } from "./scan.ts";
import { checkSubject, firstToken, isReserved } from "./subjects.ts";
import type { Subscriber } from "./subscriber.ts";
import { Trie } from "./trie.ts";

/** Who gets what: routes, worked out from subscriptions, rights and limits, and kept. @internal */
export class Routing {
  readonly shards: Shards = new Shards();
  /** Routes of the owner. */
  readonly owner: RouteCache;
  readonly #hub: Hub;
  readonly #trie = new Trie<Subscriber>();
  /** Filled and emptied by each cold pass. */
  readonly #found = new Found<Subscriber>();
  readonly #scan = new Scan();
  readonly #came = new Recent();
  readonly #groups = new Groups();
  readonly #rates: RateLimits;
  readonly #principals = new Map<string, RouteCache>();

  constructor(hub: Hub) {
    this.#hub = hub;
    this.#rates = new RateLimits(hub.options.limits);
    this.owner = this.#cache();
  }

  /** `isShared`: it is served by the transport, which alone knows all members of its group. */
  add(subscriber: Subscriber, isShared: boolean): void {
    if (subscriber.group !== undefined) this.#groups.join(subscriber.group);
    if (!isShared) this.#trie.add(subscriber.pattern, subscriber);
    this.shards.changed(subscriber.pattern);
  }

  /** New messages pass it by. */
  remove(subscriber: Subscriber, isShared: boolean): void {
    if (!isShared) this.#trie.remove(subscriber.pattern, subscriber);
    this.shards.changed(subscriber.pattern);
  }

  /** A member of a group is gone for good. */
  leave(group: string): void {
    this.#groups.leave(group);
  }

  /** The route of a subject for the owner. */
  route(subject: string): Route {
    const known = this.owner.find(subject);
    if (known !== undefined) return known;
    const route = this.resolve(subject, undefined);
    this.owner.put(route);
    return route;
  }

  /** Works out where the messages of a subject go. `principal` is `undefined` for the owner and for transports. */
  resolve(subject: string, principal: string | undefined): Route {
    checkSubject(subject);
    const found: Subscriber[] = [];
    this.#trie.match(subject, found);
    // What the runtime has to say is for those who ask for it by name, not for everybody who listens to everything.
    if (isReserved(subject)) found.splice(0, found.length, ...found.filter(({ pattern }) => isReserved(pattern)));
    if (found.length > 1) found.sort((one, other) => one.serial - other.serial);
    let direct = found;
    let groups: GroupRoute[] = NO_GROUPS;
    if (found.some(({ group }) => group !== undefined)) {
      direct = found.filter(({ group }) => group === undefined);
      groups = this.#groups.among(found);
    }
    const shard = this.shards.take(firstToken(subject));
    const [denial, limits] = [this.#denial(principal, subject), this.#rates.of(subject, principal)];
    return new Route(subject, shard, direct, groups, denial, limits, this.#hub);
  }

  /** The routes of a principal; those of one who was not heard of for long are forgotten when there are too many. */
  routesOf(principal: string): RouteCache {
    let cache = this.#principals.get(principal);
    this.#principals.delete(principal);
    cache ??= this.#cache();
    this.#principals.set(principal, cache);
    if (this.#principals.size > PRINCIPALS_MAX) {
      const [[oldest, gone] = []] = this.#principals;
      if (oldest !== undefined) this.#principals.delete(oldest);
      if (gone !== undefined) {
        gone.isKept = false;
        gone.clear();
      }
    }
    return cache;
  }

  /**
   * The one plain subscriber of a subject that is not known, without working out a route: many subjects come once only. `null`
   * when nobody takes it, `undefined` when there is more to it, and for a subject that comes again: it gets its route.
   */
  single(subject: string): Subscriber | null | undefined {
    if (this.#hub.options.limits !== undefined) return undefined;
    const scan = this.#scan;
    scan.read(subject);
    if (this.#came.again(scan.hash) || isReserved(subject)) return undefined;
    const found = this.#found;
    this.#trie.matchScanned(subject, scan, found);
    const { count } = found;
    const subscriber = found.entries[0];
    found.clear();
    if (count === 0) return null;
    return count === 1 && subscriber?.isPlain === true ? subscriber : undefined;
  }

  /** Brings what is counted by route to those it belongs to. */
  fold(): void {
    this.owner.fold();
    for (const cache of this.#principals.values()) cache.fold();
  }

  clear(): void {
    this.owner.clear();
  }

  tellDenied(principal: string, action: string, subject: string): void {
    const { events } = this.#hub;
    if (events.isObserved) events.next({ type: "denied", subject, principal, action });
  }

  #cache(): RouteCache {
    return new RouteCache(this.shards, this.#hub.options.routes ?? 16_384, this.#hub.counters);
  }

  #denial(principal: string | undefined, subject: string): PolyphonError | undefined {
    if (principal === undefined || this.#hub.options.access?.(principal, "publish", subject) !== false)
      return undefined;
    this.tellDenied(principal, "publish", subject);
    return denied(principal, "publish", subject);
  }
}

const NO_GROUPS: GroupRoute[] = [];
/** Principals whose routes are kept. */
const PRINCIPALS_MAX = 10_000;

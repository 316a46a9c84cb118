import type { PolyphonError } from "../errors/error.ts";
import type { Message } from "./message.ts";
import type { Counters } from "./statistics.ts";
import type { Subscriber } from "./subscriber.ts";

/** All routes whose subjects begin with one token: what changes under it makes them stale at once. @internal */
export interface Shard {
  readonly token: string;
  /** Counts changes. */
  stamp: number;
  /** Routes that refer to it. */
  routes: number;
}

/** A message that waits until everybody on its route has the one before. */
export interface Deferred {
  readonly message: Message;
  readonly origin: object | undefined;
}

/** Members of one group that take a subject. */
export interface GroupRoute {
  readonly members: readonly Subscriber[];
  /** Shared by all routes of the group, so that its turns go on when subscriptions change. */
  readonly turn: { next: number };
}

/** Where the messages of one subject go, worked out once. @internal */
export class Route {
  readonly subject: string;
  readonly shard: Shard;
  readonly stamp: number;
  readonly direct: readonly Subscriber[];
  /** What direct subscribers are called by, in their order. */
  readonly handlers: ((message: Message) => unknown)[];
  readonly groups: readonly GroupRoute[];
  /** Why the principal may not publish here. */
  readonly denial: PolyphonError | undefined;
  /** Buckets a message has to pass. */
  readonly limits: readonly { take(): number }[];
  /** Whether somebody may refuse a message or make its publisher wait. */
  readonly isGuarded: boolean;
  /** Whether there is nothing to do but to call direct subscribers, who take everything. */
  readonly isFast: boolean;
  /** Those who would get a message: direct subscribers and groups. */
  readonly takers: number;
  /** Whether one of them answers requests. */
  readonly answers: boolean;
  /** Messages that went the fast way. Subscribers are not counted one by one for each: {@link fold}. */
  passes = 0;
  /** The pass that is timed. */
  sampleAt: number;
  #folded = 0;
  /** While its messages are handed on, others wait: order holds even when a handler publishes. */
  isBusy = false;
  deferred: Deferred[] | undefined;
  /** The route one of whose handlers published to this one. */
  outer: Route | undefined;
  /** Whether somebody lost its room while handlers were called. */
  isDiverted = false;

  constructor(
    subject: string,
    shard: Shard,
    direct: readonly Subscriber[],
    groups: readonly GroupRoute[],
    denial: PolyphonError | undefined,
    limits: readonly { take(): number }[],
    circumstances: { readonly isSimple: boolean; readonly sampling: number },
  ) {
    this.subject = subject;
    this.shard = shard;
    this.stamp = shard.stamp;
    this.direct = direct;
    this.handlers = direct.map(({ handler }) => handler);
    this.groups = groups;
    this.denial = denial;
    this.limits = limits;
    const all = [...direct, ...groups.flatMap(({ members }) => members)];
    this.takers = direct.length + groups.length;
    this.answers = all.some(({ answers }) => answers);
    this.isGuarded =
      limits.length > 0 || denial !== undefined || all.some(({ overflow }) => overflow !== "drop-oldest");
    this.isFast = circumstances.isSimple && !this.isGuarded && direct.length > 0 && all.every(({ isPlain }) => isPlain);
    this.sampleAt = circumstances.sampling;
  }

  /** A subscriber has no room any more, or is gone: what is on its way is not for its handler. */
  divert(subscriber: Subscriber): void {
    const at = this.direct.indexOf(subscriber);
    if (at < 0) return;
    this.handlers[at] = (message) => subscriber.late(message);
    this.isDiverted = true;
  }

  /** Everybody has its own handler again. */
  restore(): void {
    this.isDiverted = false;
    for (let at = 0; at < this.direct.length; at++) this.handlers[at] = (this.direct[at] as Subscriber).handler;
  }

  /** Adds the passes since the last time to what was counted. */
  fold(counters: Counters): void {
    const passes = this.passes - this.#folded;
    if (passes === 0) return;
    this.#folded = this.passes;
    counters.published += passes;
    for (const subscriber of this.direct) (subscriber.isClosed ? counters : subscriber).delivered += passes;
  }
}

/** The member whose turn it is: the next one with room, else the one for whom the fewest messages wait. @internal */
export function pick({ members, turn }: GroupRoute, message: Message): Subscriber | undefined {
  const count = members.length;
  let at = turn.next++ % count;
  let least: Subscriber | undefined;
  for (let tried = 0; tried < count; tried++) {
    const member = members[at] as Subscriber;
    at = at + 1 === count ? 0 : at + 1;
    if (member.isClosed || (member.filter !== undefined && !member.filter(message))) continue;
    if (member.isOpen) return member;
    if (least === undefined || member.waiting < least.waiting) least = member;
  }
  return least;
}

import { Groups } from "../../npm/src/bus/groups.ts";
import { Hub } from "../../npm/src/bus/hub.ts";
import { LastIds } from "../../npm/src/bus/last-ids.ts";
import { PriorityLine } from "../../npm/src/bus/line.ts";
import { Message } from "../../npm/src/bus/message.ts";
import { OwnMessages } from "../../npm/src/bus/own-messages.ts";
import { Retained } from "../../npm/src/bus/retained.ts";
import { Shards } from "../../npm/src/bus/routes.ts";
import { PublishingSink } from "../../npm/src/bus/sinks.ts";
import type { Subscriber, SubscriberInit } from "../../npm/src/bus/subscriber.ts";
import { type Deadline, Deadlines } from "../../npm/src/runtime/deadlines.ts";
import { LinkTransport } from "../../npm/src/transports/link/client.ts";
import { Link } from "../../npm/src/transports/link/link.ts";
import { ACKNOWLEDGED } from "./invariants/acknowledged.ts";
import { CREDIT, QUEUE } from "./invariants/bounds.ts";
import { DUE, PLACES } from "./invariants/due.ts";
import { EXPIRY } from "./invariants/expiry.ts";
import { LINK } from "./invariants/links.ts";
import { ONCE } from "./invariants/once.ts";
import { ORDER } from "./invariants/order.ts";
import { STARVING, URGENCY } from "./invariants/priority.ts";
import { PUBLISHED } from "./invariants/published.ts";
import { ANSWERS, CALLED_OFF, CALLS } from "./invariants/requests.ts";
import { ONE_OF_GROUP } from "./model/hub.ts";
import { HEALED, LAST_VALUES } from "./probe.ts";
import { REFUSED } from "./world/doors.ts";

/** A known defect, and the invariant that finds it, alone. */
export interface Defect {
  readonly name: string;
  readonly breaks: string;
  plant(): void;
}

const undo: (() => void)[] = [];

/** The bus is as it was. */
export function restore(): void {
  for (const one of undo.splice(0).reverse()) one();
}

function define(prototype: object, name: PropertyKey, descriptor: PropertyDescriptor): void {
  const before = Object.getOwnPropertyDescriptor(prototype, name);
  if (before === undefined) throw new Error(`${String(name)} is no property`);
  undo.push(() => Object.defineProperty(prototype, name, before));
  Object.defineProperty(prototype, name, { ...descriptor, configurable: true });
}

/** Replaces a method by what `make` makes of it. */
function replace<T extends object, K extends keyof T>(prototype: T, name: K, make: (method: never) => unknown): void {
  define(prototype, name, { value: make(prototype[name] as never), writable: true });
}

/** Every subscription is made a little differently. */
function subscribing(change: (init: SubscriberInit) => Partial<SubscriberInit>): void {
  replace(
    Hub.prototype,
    "subscribe",
    (subscribe: Hub["subscribe"]) =>
      function (this: Hub, init: SubscriberInit, wantsRetained: boolean): Subscriber {
        return subscribe.call(this, { ...init, ...change(init) }, wantsRetained);
      },
  );
}

export const DEFECTS: readonly Defect[] = [
  {
    name: "a subscriber is given one message more than its credit",
    breaks: CREDIT,
    plant: () => subscribing(({ credit }) => ({ credit: credit > 0 ? credit + 1 : 0 })),
  },
  {
    name: "one message more may wait than there is room for",
    breaks: QUEUE,
    plant: () => subscribing(({ queue }) => ({ queue: queue + 1 })),
  },
  {
    name: "filters let everything pass",
    breaks: PUBLISHED,
    plant: () => subscribing(() => ({ filter: undefined })),
  },
  {
    name: "who makes publishers wait loses its oldest messages instead",
    breaks: DUE,
    plant: () => subscribing(() => ({ overflow: "drop-oldest" })),
  },
  {
    name: "nothing ever expires",
    breaks: EXPIRY,
    plant: () => define(Message.prototype, "isExpired", { get: () => false }),
  },
  {
    name: "who waits longest comes first, however urgent others are",
    breaks: URGENCY,
    plant: () => inLine(({ sinceMs }) => sinceMs),
  },
  {
    name: "waiting outweighs no priority",
    breaks: STARVING,
    plant: () => inLine(({ sinceMs, rank }) => sinceMs - rank * 1e9),
  },
  {
    name: "who came last goes first",
    breaks: ORDER,
    plant: () => inLine(({ sinceMs, rank }) => -sinceMs - rank * 1e9),
  },
  {
    name: "members of a group are taken for subscribers of their own",
    breaks: ONE_OF_GROUP,
    plant: () =>
      replace(Groups.prototype, "among", () => (found: readonly Subscriber[]) => {
        const members = found.filter(({ group }) => group !== undefined);
        return members.map((member) => ({ members: [member], turn: { next: 0 } }));
      }),
  },
  {
    name: "nobody elsewhere knows what members of a group take",
    breaks: ONE_OF_GROUP,
    plant: () => subscribing(() => ({ wanted: undefined })),
  },
  {
    name: "routes stay as they are when somebody subscribes",
    breaks: DUE,
    plant: () => replace(Shards.prototype, "changed", () => () => undefined),
  },
  {
    name: "the first value of a subject is kept, not the last",
    breaks: LAST_VALUES,
    plant: () =>
      replace(
        Retained.prototype,
        "keep",
        (keep: Retained["keep"]) =>
          function (this: Retained, message: Message): void {
            if (message.payload == null || this.get(message.subject) === undefined) keep.call(this, message);
          },
      ),
  },
  {
    name: "last values come again after a session was lost",
    breaks: ONCE,
    plant: () => replace(LastIds.prototype, "isNew", () => () => true),
  },
  {
    name: "frames that come twice are taken twice",
    breaks: LINK,
    plant: () =>
      replace(
        Link.prototype,
        "receive",
        (receive: Link["receive"]) =>
          function (this: Link, packet: Parameters<Link["receive"]>[0]): void {
            const isAgain = packet.frame !== undefined && packet.seq <= this.cursor;
            receive.call(this, isAgain ? { ...packet, seq: this.cursor + 1 } : packet);
          },
      ),
  },
  {
    name: "frames that are missing are not missed",
    breaks: LINK,
    plant: () =>
      replace(
        Link.prototype,
        "receive",
        (receive: Link["receive"]) =>
          function (this: Link, packet: Parameters<Link["receive"]>[0]): void {
            const isEarly = packet.frame !== undefined && packet.seq > this.cursor + 1;
            while (isEarly && this.cursor + 1 < packet.seq)
              receive.call(this, { seq: this.cursor + 1, ack: packet.ack, frame: { op: "bye" } });
            receive.call(this, packet);
          },
      ),
  },
  {
    name: "after a break nothing is sent again",
    breaks: ACKNOWLEDGED,
    plant: () =>
      replace(
        Link.prototype,
        "attach",
        (attach: Link["attach"]) =>
          function (this: Link, wire: Parameters<Link["attach"]>[0]): void {
            attach.call(this, wire, Number.MAX_SAFE_INTEGER);
          },
      ),
  },
  {
    name: "publishers are told before anybody has the message",
    breaks: ACKNOWLEDGED,
    plant: () =>
      replace(
        LinkTransport.prototype,
        "publish",
        (publish: LinkTransport["publish"]) =>
          async function (this: LinkTransport, message: Parameters<LinkTransport["publish"]>[0]): Promise<void> {
            publish.call(this, message).catch(() => undefined);
          },
      ),
  },
  {
    name: "responders elsewhere are not told that nobody waits",
    breaks: CALLED_OFF,
    plant: () => replace(OwnMessages.prototype, "callOff", () => () => undefined),
  },
  {
    name: "a responder that works on a request is called for it again",
    breaks: CALLS,
    plant: () =>
      replace(Map.prototype, "get", (get: Map<unknown, unknown>["get"]) => {
        return function (this: Map<unknown, unknown>, key: unknown): unknown {
          const value = get.call(this, key);
          return value instanceof PublishingSink ? undefined : value;
        };
      }),
  },
  {
    name: "refusals are passed over",
    breaks: REFUSED,
    plant: () => replace(Hub.prototype, "guard", () => () => undefined),
  },
  {
    name: "what is dropped is not counted",
    breaks: PLACES,
    plant: () =>
      replace(
        Hub.prototype,
        "dropped",
        (dropped: Hub["dropped"]) =>
          function (this: Hub, ...given: Parameters<Hub["dropped"]>): void {
            given[1].dropped = 0;
            dropped.apply(this, given);
          },
      ),
  },
  {
    name: "nobody is subscribed anew when a session was lost",
    breaks: HEALED,
    plant: () => replace(LinkTransport.prototype, "restart", () => () => undefined),
  },
  {
    name: "requests are given half their time",
    breaks: ANSWERS,
    plant: () =>
      replace(
        Deadlines.prototype,
        "set",
        (set: Deadlines["set"]) =>
          function (this: Deadlines, deadline: Deadline, ms: number, nowMs: number): void {
            set.call(this, deadline, ms / 2, nowMs);
          },
      ),
  },
  {
    name: "an answer ends no request",
    breaks: HEALED,
    plant: () => replace(PublishingSink.prototype, "answer", () => () => undefined),
  },
];

/** The place of a message in line follows from `key` alone. */
function inLine(key: (held: { readonly rank: number; readonly sinceMs: number }) => number): void {
  const lines = new WeakMap<object, { readonly rank: number; readonly sinceMs: number }[]>();
  const itemsOf = (line: object): { readonly rank: number; readonly sinceMs: number }[] => {
    const items = lines.get(line) ?? [];
    lines.set(line, items);
    return items;
  };
  type Line = PriorityLine<{ readonly rank: number; readonly sinceMs: number }>;
  replace(
    PriorityLine.prototype as Line,
    "push",
    () =>
      function (this: Line, item: { readonly rank: number; readonly sinceMs: number }): void {
        itemsOf(this).push(item);
      },
  );
  replace(
    PriorityLine.prototype as Line,
    "shift",
    () =>
      function (this: Line): unknown {
        const items = itemsOf(this);
        const best = items.reduce<(typeof items)[number] | undefined>(
          (first, item) => (first === undefined || key(item) < key(first) ? item : first),
          undefined,
        );
        if (best !== undefined) items.splice(items.indexOf(best), 1);
        return best;
      },
  );
  replace(
    PriorityLine.prototype as Line,
    "drop",
    () =>
      function (this: Line, rank: number): unknown {
        const items = itemsOf(this);
        const least = items.reduce<(typeof items)[number] | undefined>(
          (first, item) => (item.rank <= rank && (first === undefined || item.rank < first.rank) ? item : first),
          undefined,
        );
        if (least !== undefined) items.splice(items.indexOf(least), 1);
        return least;
      },
  );
  define(PriorityLine.prototype, "length", {
    get(this: Line): number {
      return itemsOf(this).length;
    },
  });
}

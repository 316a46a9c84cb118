import type { Bus } from "../../../npm/src/bus/bus.ts";
import { memoryTransport } from "../../../npm/src/transports/memory/memory-transport.ts";
import type { Transport, TransportMessage } from "../../../npm/src/transports/transport.ts";
import type { DoorFact, MessageFact } from "../facts.ts";
import type { Place } from "../judge.ts";
import type { Joined } from "../model/hub.ts";
import { takes } from "../model/subjects.ts";
import { must } from "../violation.ts";
import type { Observer } from "./observer.ts";
import { numberOf, tapped } from "./taps.ts";

export const REFUSED = "a publisher is refused when somebody refuses, and only then";

/** Both ends of what joins nodes to their home, with somebody watching. */
export class Doors {
  /** What the home bus keeps, by subject. */
  readonly lasts: Map<string, MessageFact> = new Map();
  readonly #observer: Observer;
  readonly #placeOf: (node: number) => (Place & { readonly bus: Bus }) | undefined;

  constructor(observer: Observer, placeOf: (node: number) => (Place & { readonly bus: Bus }) | undefined) {
    this.#observer = observer;
    this.#placeOf = placeOf;
  }

  /** A door of the home bus for one session of a node. */
  open(node: number): Transport {
    const { facts } = this.#observer;
    return tapped(memoryTransport(this.#home.bus), {
      published: (message) => this.#cameHome(node, message),
      subscribed: (pattern, { group, overflow = "drop-oldest", filter }) => {
        const fact: DoorFact = {
          ...{
            id: facts.doors.length,
            node,
            pattern,
            group,
            overflow,
            least: filter?.priority,
            isOpen: true,
            owed: [],
            handed: [],
            came: [],
          },
        };
        const isCounted = isWatched(pattern);
        if (isCounted) facts.doors.push(fact);
        return {
          came: (message) => {
            const n = numberOf(message);
            if (n === undefined || !isCounted) return;
            fact.handed.push(n);
            this.#observer.see({ what: "handed", door: fact, n });
          },
          ended: () => {
            fact.isOpen = false;
          },
        };
      },
    });
  }

  /** A publish of a node has come to the home bus. */
  #cameHome(node: number, incoming: TransportMessage): (error?: unknown) => void {
    const home = this.#home;
    const n = numberOf(incoming) ?? this.#forgetting(incoming);
    const message = n === undefined ? undefined : this.#observer.facts.messages.get(n);
    if (message === undefined) return () => undefined;
    message.home += 1;
    this.#observer.see({ what: "home", message, from: node });
    message.isRefusedAtHome = home.model.refuses(message);
    if (!message.isRefusedAtHome) this.took(home, message);
    return (error) => {
      const isSo = message.isRefusedAtHome === (error !== undefined);
      const ended = error === undefined ? "taken" : `refused: ${error}`;
      this.#observer.watch(() => must(isSo, REFUSED, () => `message ${message.n} was ${ended}`));
    };
  }

  /** The bus of a process has a message of a publisher. */
  took(place: Place, message: MessageFact): void {
    const { facts } = this.#observer;
    const doors = facts.doors.filter(({ isOpen, pattern }) => isOpen && takes(pattern, message.subject));
    const hasOthers = (group: string): boolean => place.isHome && doors.some((door) => door.group === group);
    place.model.publish(message, place.now, hasOthers);
    if (!place.isHome) return;
    for (const { group, node, owed } of doors)
      if (group === undefined && node !== message.node && !message.forgets) owed.push(message.n);
    if (!message.retain) return;
    if (message.forgets) this.lasts.delete(message.subject);
    else this.lasts.set(message.subject, message);
  }

  /** A message without a payload is told by its subject, its node and its time. */
  #forgetting({ subject, source, payload, timestampMs }: TransportMessage): number | undefined {
    if (payload !== undefined && payload !== null) return undefined;
    const all = [...this.#observer.facts.messages.values()].filter(
      (message) => message.forgets && message.subject === subject,
    );
    return all.find(({ node, wallMs, home }) => `n${node}` === source && wallMs === timestampMs && home === 0)?.n;
  }

  /** A node's end of its transport. */
  watched(node: number, transport: Transport): Transport {
    return tapped(transport, {
      published: () => () => undefined,
      subscribed: (pattern, { group, overflow = "drop-oldest", filter }) => {
        const isCounted = isWatched(pattern);
        return {
          came: (incoming) => {
            const n = numberOf(incoming);
            const place = this.#placeOf(node);
            if (n === undefined || place === undefined || !isCounted) return;
            const joined = { pattern, group, overflow, least: filter?.priority };
            const door = this.#doorOf(node, joined);
            if (door !== undefined) this.#observer.see({ what: "came", door, n });
            const message = this.#observer.facts.messages.get(n);
            if (message !== undefined && !message.retain)
              this.#observer.watch(() => place.model.come(message, place.now, joined));
          },
          ended: () => undefined,
        };
      },
    });
  }

  /** The newest subscription at home that stands for one of a node. */
  #doorOf(node: number, { pattern, group, overflow, least }: Joined): DoorFact | undefined {
    return this.#observer.facts.doors.findLast(
      (door) =>
        door.node === node &&
        door.pattern === pattern &&
        door.group === group &&
        door.overflow === overflow &&
        door.least === least,
    );
  }

  get #home(): Place & { readonly bus: Bus } {
    return this.#placeOf(0) as Place & { readonly bus: Bus };
  }
}

/** What the runtime has to say, and requests, are judged by what comes of them. */
function isWatched(pattern: string): boolean {
  return !pattern.startsWith("$") && !pattern.startsWith("ask");
}

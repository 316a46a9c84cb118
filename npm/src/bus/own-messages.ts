import type { Hub } from "./hub.ts";
import { Message, type MessageInit } from "./message.ts";
import { CANCEL } from "./reply.ts";

/** What a bus sends by itself: what its owner has to say, answers, and that nobody waits for one any more. @internal */
export class OwnMessages {
  readonly #hub: Hub;

  constructor(hub: Hub) {
    this.#hub = hub;
  }

  /** Whether a message would reach somebody, as far as is known here. */
  hears(subject: string): boolean {
    const { life, link, routing } = this.#hub;
    return life.state !== "closed" && (link !== undefined || routing.route(subject).takers > 0);
  }

  /** Publishes what the owner has to say by itself: nobody refuses it or makes it wait, and it is said while the bus drains. */
  say(subject: string, payload: unknown, init: MessageInit): void {
    const hub = this.#hub;
    if (hub.life.state === "closed") return;
    const message = new Message(hub, subject, payload, init);
    hub.publish(hub.routing.route(subject), message)?.catch((error) => hub.trouble(error));
  }

  /** Tells whoever works on a request that nobody waits for it any more: elsewhere, or here when it came back. */
  callOff(id: string): void {
    const hub = this.#hub;
    const message = new Message(hub, CANCEL, { id }, SYSTEM);
    void hub.dispatch(hub.routing.route(CANCEL), message);
    hub.link?.publish(message).catch((error) => hub.trouble(error));
    hub.link?.callOff(id);
  }

  /** Sends an answer to where it was asked for: a request of this bus, one of another node, or a subject like any other. */
  reply(subject: string, payload: unknown, init: MessageInit): Promise<void> | undefined {
    const hub = this.#hub;
    const message = new Message(hub, subject, payload, init);
    const own = `$reply.${hub.node}.`;
    if (subject.startsWith(own)) return hub.waiting.get(Number(subject.slice(own.length)))?.arrive(message);
    const wait = subject.startsWith("$reply.") ? undefined : hub.dispatch(hub.routing.route(subject), message);
    return hub.link === undefined ? wait : Promise.all([wait, hub.link.publish(message)]).then(() => undefined);
  }
}

const SYSTEM: MessageInit = Object.freeze({ kind: "command", priority: "high" });

import { PolyphonError } from "../errors/error.ts";
import type { Hub } from "./hub.ts";
import type { PendingRequest } from "./request.ts";

/** How a bus ends: what it still takes, and what has to end before it is over. @internal */
export class Life {
  state: "up" | "draining" | "closed" = "up";
  /** Requests that wait for their answers. */
  pending = 0;
  readonly #hub: Hub;
  #onIdle: (() => void)[] = [];

  constructor(hub: Hub) {
    this.#hub = hub;
  }

  gone(): PolyphonError {
    return new PolyphonError("BUS_CLOSED", {
      message: this.state === "draining" ? "the bus is draining; it takes nothing new." : "the bus is closed.",
    });
  }

  async drain(): Promise<void> {
    if (this.state === "up") this.state = "draining";
    this.#hub.slowDown();
    await this.idle();
    await this.#hub.link?.transport.drain();
  }

  async close(): Promise<void> {
    if (this.state === "closed") return;
    this.state = "closed";
    this.#hub.slowDown();
    for (const deadline of this.#hub.deadlines.all()) (deadline as PendingRequest).abandon(this.gone());
    for (const request of [...this.#hub.remote]) request.abandon(this.gone());
    for (const subscriber of [...this.#hub.subscribers]) this.#hub.unsubscribe(subscriber);
    this.#hub.routing.clear();
    this.#hub.events.complete();
    await this.#hub.link?.transport.close();
  }

  /** Resolves when nothing waits and no request is open. */
  async idle(): Promise<void> {
    await Promise.all([...this.#hub.subscribers].map((subscriber) => subscriber.idle()));
    if (this.pending > 0) await new Promise<void>((resolve) => this.#onIdle.push(resolve));
  }

  requestEnded(): void {
    this.pending -= 1;
    if (this.pending > 0 || this.#onIdle.length === 0) return;
    const waiting = this.#onIdle;
    this.#onIdle = [];
    for (const resolve of waiting) resolve();
  }
}

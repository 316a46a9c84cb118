import { MessageChannel, type MessagePort } from "node:worker_threads";
import { Bus } from "../../bus/bus.ts";
import type { Clock } from "../../runtime/clock.ts";
import { workerTransport } from "../../transports/worker/worker-transport.ts";

/** Time that what was published gets to leave the thread, in milliseconds. */
const DRAIN_MS = 1_000;

/** The bus inside a thread, for one try: it goes through a port of its own to the bus outside. Made when it is first used. */
export class ThreadBus {
  readonly #clock: Clock;
  readonly #hand: (port: MessagePort) => void;
  #bus: Bus | undefined;

  /** `hand` gives the other end of the port to the host. */
  constructor(clock: Clock, hand: (port: MessagePort) => void) {
    this.#clock = clock;
    this.#hand = hand;
  }

  get bus(): Bus {
    if (this.#bus === undefined) {
      const { port1, port2 } = new MessageChannel();
      this.#hand(port1);
      this.#bus = new Bus({ clock: this.#clock, transport: workerTransport(port2, { clock: this.#clock }) });
    }
    return this.#bus;
  }

  /** Resolves when what was published is outside, or when that takes too long. */
  async end(): Promise<void> {
    const bus = this.#bus;
    if (bus === undefined) return;
    let callOff: (() => void) | undefined;
    const tooLong = new Promise<void>((resolve) => {
      callOff = this.#clock.after(DRAIN_MS, resolve);
    });
    await Promise.race([bus.drain().catch(() => undefined), tooLong]);
    callOff?.();
    await bus.close();
  }
}

import type { Clock } from "../../runtime/clock.ts";
import type { Packet, Wire } from "./frames.ts";
import { type Link, UNTIMED } from "./link.ts";

/** Signs of life over one wire: notices one that is open at this end only, and measures how long a way back takes. */
export class Pulse {
  readonly #clock: Clock;
  readonly #everyMs: number;
  readonly #link: Link;
  readonly #wire: Wire;
  #heardMs: number;
  #roundTripMs: number | undefined;
  #callOff: () => void;

  constructor(clock: Clock, everyMs: number, link: Link, wire: Wire) {
    this.#clock = clock;
    this.#everyMs = everyMs;
    this.#link = link;
    this.#wire = wire;
    this.#heardMs = clock.monoMs();
    this.#callOff = this.#arm();
  }

  /** Milliseconds of the last measured way there and back. */
  get roundTripMs(): number | undefined {
    return this.#roundTripMs;
  }

  heard(packet: Packet): void {
    this.#heardMs = this.#clock.monoMs();
    if ("pong" in packet && packet.pong !== undefined && packet.pong !== UNTIMED)
      this.#roundTripMs = this.#heardMs - packet.pong;
  }

  stop(): void {
    this.#callOff();
  }

  #arm(): () => void {
    return this.#clock.after(this.#everyMs, () => this.#beat(), { background: true });
  }

  #beat(): void {
    const now = this.#clock.monoMs();
    if (now - this.#heardMs > 2.5 * this.#everyMs) {
      this.#wire.cut(`nothing was heard for ${Math.round(now - this.#heardMs)} ms`);
      return;
    }
    this.#callOff = this.#arm();
    this.#wire.send({ ack: this.#link.cursor, ping: now });
  }
}

import { EventEmitter } from "node:events";
import type { PortLike } from "../../../npm/src/transports/worker/port.ts";
import { drawn } from "../random.ts";
import type { Time } from "./clock.ts";

/** One end of a simulated channel between two threads: in order, a little late, and copied. */
export class Port extends EventEmitter implements PortLike {
  other: Port | undefined;
  readonly #time: Time;
  readonly #seed: number;
  #sent = 0;
  #lastMs = 0;
  isOver = false;

  constructor(time: Time, seed: number) {
    super();
    this.#time = time;
    this.#seed = seed;
  }

  postMessage(value: unknown): void {
    if (this.isOver) return;
    const copy = structuredClone(value);
    this.#lastMs = Math.max(this.#lastMs, this.#time.nowMs + (drawn(this.#seed, this.#sent++) % 3));
    this.#time.after(this.#lastMs - this.#time.nowMs, () => {
      if (this.other !== undefined && !this.other.isOver) this.other.emit("message", copy);
    });
  }

  /** The thread at this end is gone. */
  die(): void {
    this.isOver = true;
    const { other } = this;
    this.#time.after(1, () => {
      if (other === undefined || other.isOver) return;
      other.isOver = true;
      other.emit("close");
    });
  }
}

export function channel(time: Time, seed: number): readonly [Port, Port] {
  const [one, other] = [new Port(time, seed), new Port(time, seed + 1)];
  one.other = other;
  other.other = one;
  return [one, other];
}

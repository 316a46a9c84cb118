import { PolyphonError } from "../../errors/error.ts";
import type { Frame, Packet, Wire } from "./frames.ts";

/** Frames that are taken before the other end hears of it at the latest. */
const ACK_EVERY = 32;

/** A ping nobody measures. */
export const UNTIMED = -1;

export interface LinkParts {
  /** Takes each frame of the other end, once and in order. */
  heard(frame: Frame): void;
  /** Hears of a frame that waited for a wire and then could not be written. */
  unsendable(frame: Frame, error: PolyphonError): void;
  /** Frames that may wait for the other end; one more is `BUS_BACKPRESSURE`. */
  readonly most: number;
}

/**
 * One end of a session that outlives its wires. Frames are numbered and kept until the other end has them; when a wire
 * breaks, both ends tell the number of the last frame they have, and the rest is sent again.
 */
export class Link {
  readonly #parts: LinkParts;
  #wire: Wire | undefined;
  #outbox: { readonly seq: number; readonly frame: Frame }[] = [];
  #seq = 0;
  #cursor = 0;
  #told = 0;
  #emptied: (() => void)[] = [];

  constructor(parts: LinkParts) {
    this.#parts = parts;
  }

  /** Number of the last frame of the other end that was taken. */
  get cursor(): number {
    return this.#cursor;
  }

  /** Frames the other end has not confirmed. */
  get waiting(): number {
    return this.#outbox.length;
  }

  get isAttached(): boolean {
    return this.#wire !== undefined;
  }

  /** Goes on over `wire`; the other end has everything up to `cursor`. */
  attach(wire: Wire, cursor: number): void {
    this.#wire = wire;
    this.#confirm(cursor);
    for (const { seq, frame } of this.#outbox.slice()) this.#resend(wire, seq, frame);
    this.#told = this.#cursor;
  }

  detach(): void {
    this.#wire = undefined;
  }

  /** Sends a frame, now or when there is a wire. */
  send(frame: Frame): void {
    if (this.#outbox.length >= this.#parts.most) {
      const message = `${this.#outbox.length} frames wait for the other end, which takes none.`;
      throw new PolyphonError("BUS_BACKPRESSURE", { message });
    }
    const seq = this.#seq + 1;
    // What cannot cross throws here and was never sent.
    this.#wire?.send({ seq, ack: this.#cursor, frame });
    this.#seq = seq;
    this.#told = this.#cursor;
    this.#outbox.push({ seq, frame });
  }

  /** Takes a packet. A wire that lost a frame is cut: over the next one it comes again. */
  receive(packet: Packet): void {
    this.#confirm(packet.ack);
    if ("ping" in packet && packet.ping !== undefined) this.#wire?.send({ ack: this.#cursor, pong: packet.ping });
    if (packet.frame === undefined || packet.seq <= this.#cursor) return;
    if (packet.seq !== this.#cursor + 1) {
      this.#wire?.cut(`frame ${packet.seq} came where ${this.#cursor + 1} was due`);
      return;
    }
    this.#cursor = packet.seq;
    if (this.#cursor - this.#told >= ACK_EVERY) this.acknowledge();
    this.#parts.heard(packet.frame);
  }

  /** Tells the other end what was taken. */
  acknowledge(): void {
    if (this.#wire === undefined || this.#told === this.#cursor) return;
    this.#told = this.#cursor;
    this.#wire.send({ ack: this.#cursor });
  }

  /** A frame that has a number could not be written after all; its wire has sent another in its place. */
  unsent(frame: Frame, error: PolyphonError): void {
    this.#parts.unsendable(frame, error);
  }

  /** Resolves when the other end has everything. */
  async flushed(): Promise<void> {
    if (this.#outbox.length === 0) return;
    // Confirmations wait for company; an answer to this one brings them at once.
    this.#wire?.send({ ack: this.#cursor, ping: UNTIMED });
    await new Promise<void>((resolve) => this.#emptied.push(resolve));
  }

  /** Forgets what waits; answers the frames that were never confirmed. */
  abandon(): readonly Frame[] {
    this.#wire = undefined;
    const left = this.#outbox.map(({ frame }) => frame);
    this.#outbox = [];
    this.#settle();
    return left;
  }

  #resend(wire: Wire, seq: number, frame: Frame): void {
    try {
      wire.send({ seq, ack: this.#cursor, frame });
    } catch (error) {
      if (!(error instanceof PolyphonError)) throw error;
      // Its number must be taken all the same.
      wire.send({ seq, ack: this.#cursor, frame: { op: "bye" } });
      this.#parts.unsendable(frame, error);
    }
  }

  #confirm(seq: number): void {
    const outbox = this.#outbox;
    let count = 0;
    while (count < outbox.length && (outbox[count] as { seq: number }).seq <= seq) count += 1;
    if (count === 0) return;
    outbox.splice(0, count);
    if (outbox.length === 0) this.#settle();
  }

  #settle(): void {
    const emptied = this.#emptied;
    if (emptied.length === 0) return;
    this.#emptied = [];
    for (const resolve of emptied) resolve();
  }
}

import { PolyphonError } from "../../errors/error.ts";
import type { Packet, Wire } from "../link/frames.ts";
import { plain } from "../link/plain.ts";

/** What messages cross to another thread: a `MessagePort`, a `Worker`, or a worker's own global scope. */
export interface PortLike {
  postMessage(value: unknown): void;
  addEventListener?(type: string, listener: (event: Event) => void): void;
  /** Node's objects of this kind. */
  on?(type: string, listener: (value: unknown) => void): unknown;
  start?(): void;
}

/** Sends packets as they are: the platform copies what crosses. */
export class PortWire implements Wire {
  readonly #port: PortLike;
  readonly #broken: (reason: string) => void;
  #isOver = false;

  /** `heard` takes each packet; `broken` hears once that the other end is gone. */
  constructor(port: PortLike, heard: (packet: Packet) => void, broken: (reason: string) => void) {
    this.#port = port;
    this.#broken = broken;
    const take = (value: unknown): void => {
      if (this.#isOver || !isPacket(value)) return;
      if ("closed" in value) this.cut("it was closed");
      else heard(value);
    };
    if (port.on !== undefined) {
      port.on("message", take);
      for (const event of ["close", "exit"]) port.on(event, () => this.cut("its thread ended"));
    } else {
      port.addEventListener?.("message", (event) => take((event as MessageEvent).data));
      port.addEventListener?.("close", () => this.cut("its port was closed"));
      port.start?.();
    }
  }

  send(packet: Packet): void {
    if (this.#isOver) return;
    try {
      this.#port.postMessage(plainPacket(packet));
    } catch (error) {
      const message = `payload: must be something that can be copied to another thread; ${(error as Error).message}`;
      throw new PolyphonError("PROTOCOL_FIELD_INVALID", { message, cause: error });
    }
  }

  cut(reason: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#broken(reason);
  }

  /** Tells the other end and takes nothing more. */
  close(): void {
    if (this.#isOver) return;
    this.send({ ack: 0, closed: true });
    this.#isOver = true;
  }
}

/** A message may be an object with getters, which would not be copied. */
function plainPacket(packet: Packet): Packet {
  if (packet.frame === undefined || !("message" in packet.frame)) return packet;
  return { ...packet, frame: { ...packet.frame, message: plain(packet.frame.message) } };
}

/** Others may use the same port for messages of their own. */
function isPacket(value: unknown): value is Packet {
  return typeof value === "object" && value !== null && typeof (value as { ack?: unknown }).ack === "number";
}

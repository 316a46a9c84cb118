import { PolyphonError } from "../../errors/error.ts";
import type { Packet, Wire } from "../link/frames.ts";
import { encodePacket } from "./codec.ts";

/** Name of the subprotocol both ends must speak. */
export const SUBPROTOCOL = "polyphon.1";

/** Why a socket was closed, beyond the codes of the WebSocket standard. */
export const CLOSE = {
  done: 1000,
  goingAway: 1001,
  tooBig: 1009,
  tryLater: 1013,
  invalid: 4400,
  denied: 4401,
  silent: 4408,
  limit: 4429,
} as const;

/** What is used of a WebSocket: that of browsers and Node, and that of `ws`. */
export interface SocketLike {
  readonly bufferedAmount: number;
  send(data: string): void;
  close(code?: number, reason?: string): void;
  /** Ends it without a handshake, where that exists. */
  terminate?(): void;
  onopen: ((event: never) => void) | null;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  onclose: ((event: { readonly code: number; readonly reason: string }) => void) | null;
  onerror: ((event: never) => void) | null;
}

/** Sends packets as text. */
export class SocketWire implements Wire {
  readonly #socket: SocketLike;
  readonly #messageBytes: number;
  readonly #bufferBytes: number;
  readonly #broken: (reason: string) => void;
  #isOver = false;

  /** A message above `messageBytes` is refused; at `bufferBytes` on their way the wire is cut. `broken` hears of an end once. */
  constructor(
    socket: SocketLike,
    limits: { readonly messageBytes: number; readonly bufferBytes: number },
    broken: (reason: string) => void,
  ) {
    this.#socket = socket;
    this.#messageBytes = limits.messageBytes;
    this.#bufferBytes = limits.bufferBytes;
    this.#broken = broken;
  }

  send(packet: Packet): void {
    if (this.#isOver) return;
    const data = encodePacket(packet);
    if (data.length > this.#messageBytes) {
      const message = `the message has ${data.length} bytes; the connection takes ${this.#messageBytes}.`;
      throw new PolyphonError("PROTOCOL_LIMIT_EXCEEDED", { message });
    }
    if (this.#socket.bufferedAmount > this.#bufferBytes) {
      this.cut("the other end reads too slowly", CLOSE.limit);
      return;
    }
    this.#socket.send(data);
  }

  cut(reason: string, code: number = CLOSE.silent): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#socket.close(code, reason);
    // The other end may be gone: nobody waits for its part of the handshake.
    if (code === CLOSE.silent) this.#socket.terminate?.();
    this.#broken(reason);
  }

  /** The socket was closed. */
  over(reason: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#broken(reason);
  }
}

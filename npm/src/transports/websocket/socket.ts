import { PolyphonError } from "../../errors/error.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { Frame, Packet, Wire } from "../link/frames.ts";
import type { PacketCodec } from "../packets/codec.ts";
import { CLOSE, reasonOf } from "./close.ts";

/** What is used of a WebSocket: that of browsers and Node, and that of `ws`. */
export interface SocketLike {
  readonly bufferedAmount: number;
  binaryType: string;
  send(data: string | Uint8Array): void;
  close(code?: number, reason?: string): void;
  /** Ends it without a handshake, where that exists. */
  terminate?(): void;
  onopen: ((event: never) => void) | null;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  onclose: ((event: { readonly code: number; readonly reason: string }) => void) | null;
  onerror: ((event: never) => void) | null;
}

/** What a wire tells whoever uses it. */
export interface WireEvents {
  /** A packet came. What it throws ends the connection. */
  heard(packet: Packet): void;
  /** A frame that had waited cannot be written; another has taken its number. */
  unsendable(frame: Frame, error: PolyphonError): void;
  /** The other end broke the rules. */
  failed(error: PolyphonError): void;
  /** The connection is over. Once. */
  broken(reason: string): void;
}

/** Bytes on their way from which on a message in parts waits, and for how long, in milliseconds. */
const PART_AHEAD = 4 * 1_048_576;
const PART_PAUSE_MS = 5;

/**
 * Sends packets as the binary messages of a socket, in order. What cannot be written or read at once, because the module of the
 * protocol has to be loaded or a message travels in parts, holds up what comes after it.
 */
export class SocketWire implements Wire {
  readonly #socket: SocketLike;
  readonly #codec: PacketCodec;
  readonly #bufferBytes: number;
  readonly #clock: Clock;
  readonly #events: WireEvents;
  readonly #load: () => Promise<unknown>;
  /** Packets that wait for the one that takes longer. */
  #line: Packet[] | undefined;
  /** What came and waits for the module. */
  #unread: Uint8Array[] | undefined;
  #unreadBytes = 0;
  #isOver = false;

  /** With `bufferBytes` on their way, or read and not understood yet, the wire is cut. `load` loads the module. */
  constructor(
    socket: SocketLike,
    codec: PacketCodec,
    load: () => Promise<unknown>,
    bufferBytes: number,
    clock: Clock,
    events: WireEvents,
  ) {
    this.#socket = socket;
    this.#codec = codec;
    this.#load = load;
    this.#bufferBytes = bufferBytes;
    this.#clock = clock;
    this.#events = events;
  }

  send(packet: Packet): void {
    if (this.#isOver) return;
    if (this.#line !== undefined) {
      this.#line.push(packet);
      return;
    }
    const bytes = this.#codec.encodePacket(packet);
    if (bytes !== undefined) this.#put(bytes);
    else {
      this.#line = [packet];
      void this.#sendLine(this.#line);
    }
  }

  /** Takes what came over the socket. */
  receive(data: unknown): void {
    if (this.#isOver) return;
    const bytes = bytesOf(data);
    if (bytes === undefined) {
      const message = "the other end sent text where packets are due.";
      this.#events.failed(new PolyphonError("TRANSPORT_INVALID", { message }));
    } else if (this.#unread === undefined) {
      this.#read(bytes);
    } else {
      this.#unread.push(bytes);
      this.#unreadBytes += bytes.length;
      if (this.#unreadBytes > this.#bufferBytes) this.cut("too much came before it could be read", CLOSE.limit);
    }
  }

  cut(reason: string, code: number = CLOSE.silent): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#socket.close(code, reasonOf(reason));
    // The other end may be gone: nobody waits for its part of the handshake.
    if (code === CLOSE.silent) this.#socket.terminate?.();
    this.#events.broken(reason);
  }

  /** The socket was closed. */
  over(reason: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#events.broken(reason);
  }

  #put(bytes: Uint8Array): void {
    if (this.#socket.bufferedAmount > this.#bufferBytes) this.cut("the other end reads too slowly", CLOSE.limit);
    else this.#socket.send(bytes);
  }

  async #sendLine(line: Packet[]): Promise<void> {
    for (let packet = line[0]; packet !== undefined && !this.#isOver; packet = line[0]) {
      try {
        for await (const bytes of this.#codec.encodeSlowly(packet)) {
          while (this.#socket.bufferedAmount > PART_AHEAD && !this.#isOver) await this.#pause();
          if (this.#isOver) return;
          this.#put(bytes);
        }
      } catch (error) {
        this.#refused(packet, error);
      }
      line.shift();
    }
    this.#line = undefined;
  }

  /** Its number must be taken all the same. */
  #refused(packet: Packet, error: unknown): void {
    if (!(error instanceof PolyphonError)) throw error;
    if (packet.frame === undefined) return;
    const { seq, ack, frame } = packet;
    const bytes = this.#codec.encodePacket({ seq, ack, frame: { op: "bye" } });
    if (bytes !== undefined) this.#put(bytes);
    this.#events.unsendable(frame, error);
  }

  #read(bytes: Uint8Array): boolean {
    try {
      const packet = this.#codec.decodePacket(bytes);
      if (packet !== undefined) {
        this.#events.heard(packet);
        return true;
      }
      if (this.#unread === undefined) void this.#readLater(bytes);
    } catch (error) {
      if (!(error instanceof PolyphonError)) throw error;
      this.#events.failed(error);
    }
    return false;
  }

  async #readLater(first: Uint8Array): Promise<void> {
    const unread = [first];
    this.#unread = unread;
    try {
      await this.#load();
    } catch (error) {
      this.#events.failed(error as PolyphonError);
      return;
    }
    for (let bytes = unread.shift(); bytes !== undefined && !this.#isOver; bytes = unread.shift()) this.#read(bytes);
    this.#unread = undefined;
    this.#unreadBytes = 0;
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => this.#clock.after(PART_PAUSE_MS, resolve));
  }
}

/** The bytes of a binary message. */
export function bytesOf(data: unknown): Uint8Array | undefined {
  if (data instanceof Uint8Array) return data;
  return data instanceof ArrayBuffer ? new Uint8Array(data) : undefined;
}

import { EventEmitter } from "node:events";
import type { SocketLike } from "../../../npm/src/transports/websocket/socket.ts";
import { drawn } from "../random.ts";
import type { Time } from "./clock.ts";

type Data = string | Uint8Array;

/** What a packet meets on its way, besides time. */
export type Mishap = "lost" | "doubled" | "swapped";

/** Messages of each end until a connection stands. */
const GREETINGS = 2;

/** What lies between one node and the server. */
export class Line {
  readonly node: number;
  /** Nothing passes, and nobody hears of it. */
  isCut = false;
  /** Multiplies the time packets take. */
  slowness = 1;
  readonly mishaps: { readonly up: Mishap[]; readonly down: Mishap[] } = { up: [], down: [] };
  connection: Connection | undefined;
  packets = 0;

  constructor(node: number) {
    this.node = node;
  }
}

/** One end's way to the other: packets arrive in order, unless something happens to one. */
class Way {
  /** Bytes that were sent and have not arrived. */
  bytes = 0;
  #lastMs = 0;
  #held: (() => void) | undefined;
  #sent = 0;
  readonly #time: Time;
  readonly #line: Line;
  readonly #seed: number;
  readonly #side: "up" | "down";
  readonly #happened: (mishap: Mishap) => void;

  constructor(time: Time, line: Line, seed: number, side: "up" | "down", happened: (mishap: Mishap) => void) {
    this.#time = time;
    this.#line = line;
    this.#seed = seed;
    this.#side = side;
    this.#happened = happened;
  }

  /** Has `arrive` called when the packet has crossed. */
  send(bytes: number, arrive: () => void): void {
    // Without its greetings a connection never stood.
    const mishap = this.#sent++ < GREETINGS ? undefined : this.#line.mishaps[this.#side].shift();
    if (mishap !== undefined) this.#happened(mishap);
    if (mishap === "lost") return;
    if (mishap === "swapped" && this.#held === undefined) {
      this.#held = () => this.#carry(bytes, arrive);
      return;
    }
    this.#carry(bytes, arrive);
    if (mishap === "doubled") this.#carry(bytes, arrive);
    const held = this.#held;
    this.#held = undefined;
    held?.();
  }

  #carry(bytes: number, arrive: () => void): void {
    const line = this.#line;
    const takesMs = (1 + (drawn(this.#seed, line.node, line.packets++) % 12)) * line.slowness;
    this.#lastMs = Math.max(this.#lastMs, this.#time.nowMs + takesMs);
    this.bytes += bytes;
    this.#time.after(this.#lastMs - this.#time.nowMs, () => {
      // What a cut line swallows stays in the sender's buffer.
      if (line.isCut) return;
      this.bytes -= bytes;
      arrive();
    });
  }
}

/** A connection between a client and the server, with all a network does to one. */
export class Connection {
  readonly client: ClientEnd;
  readonly server: ServerEnd;
  readonly line: Line;
  /** One end is gone and the other has not heard. */
  isHalfOpen = false;
  isOver = false;
  readonly #time: Time;
  readonly up: Way;
  readonly down: Way;

  constructor(time: Time, line: Line, seed: number, happened: (mishap: Mishap) => void) {
    this.#time = time;
    this.line = line;
    this.up = new Way(time, line, seed, "up", happened);
    this.down = new Way(time, line, seed, "down", happened);
    this.client = new ClientEnd(this);
    this.server = new ServerEnd(this, time);
  }

  get carries(): boolean {
    return !this.isOver && !this.isHalfOpen;
  }

  /** Both ends hear that it broke; what was on its way is gone. */
  break(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.#time.after(1, () => this.client.ended(1006, "broken"));
    this.#time.after(2, () => this.server.ended(1006, "broken"));
  }

  /** The client's process died: the server hears of it, unless the line is cut. */
  clientDied(): void {
    this.client.isDead = true;
    if (this.isOver || this.isHalfOpen || this.line.isCut) return;
    this.isOver = true;
    this.#time.after(2, () => this.server.ended(1006, "reset"));
  }
}

/** The client's end, as a platform's WebSocket. */
export class ClientEnd implements SocketLike {
  onopen: ((event: never) => void) | null = null;
  onmessage: ((event: { readonly data: unknown }) => void) | null = null;
  onclose: ((event: { readonly code: number; readonly reason: string }) => void) | null = null;
  onerror: ((event: never) => void) | null = null;
  binaryType = "arraybuffer";
  isDead = false;
  #isClosed = false;
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  get bufferedAmount(): number {
    return this.#connection.up.bytes;
  }

  opened(): void {
    if (!this.isDead && !this.#isClosed) this.onopen?.({} as never);
  }

  send(data: Data): void {
    const connection = this.#connection;
    if (this.isDead || !connection.carries) return;
    connection.up.send(data.length, () => connection.carries && connection.server.heard(data));
  }

  close(code = 1000, reason = ""): void {
    if (this.isDead || this.#isClosed) return;
    this.#isClosed = true;
    const connection = this.#connection;
    if (!connection.carries) return;
    connection.up.send(0, () => {
      if (!connection.carries) return;
      connection.isOver = true;
      connection.server.ended(code, reason);
      this.onclose?.({ code, reason });
    });
  }

  heard(data: Data): void {
    if (this.isDead || this.#isClosed) return;
    this.onmessage?.({ data: typeof data === "string" ? data : data.slice().buffer });
  }

  ended(code: number, reason: string): void {
    if (this.isDead) return;
    this.#isClosed = true;
    this.onclose?.({ code, reason });
  }
}

/** The server's end, as the package `ws` has it. */
export class ServerEnd extends EventEmitter {
  readonly OPEN = 1;
  readyState = 1;
  isPaused = false;
  readonly #connection: Connection;
  readonly #time: Time;
  readonly #unread: Data[] = [];

  constructor(connection: Connection, time: Time) {
    super();
    this.#connection = connection;
    this.#time = time;
  }

  get bufferedAmount(): number {
    return this.#connection.down.bytes;
  }

  send(data: Data): void {
    const connection = this.#connection;
    if (!connection.carries || this.readyState !== 1) return;
    connection.down.send(data.length, () => connection.carries && connection.client.heard(data));
  }

  close(code = 1000, reason = ""): void {
    if (this.readyState !== 1) return;
    this.readyState = 2;
    const connection = this.#connection;
    if (!connection.carries) return;
    connection.down.send(0, () => {
      if (!connection.carries) return;
      connection.isOver = true;
      connection.client.ended(code, reason);
      this.ended(code, reason);
    });
  }

  terminate(): void {
    if (this.readyState === 3) return;
    const connection = this.#connection;
    const told = connection.carries && !connection.line.isCut;
    connection.isOver = true;
    if (told) this.#time.after(2, () => connection.client.ended(1006, "reset"));
    this.ended(1006, "terminated");
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    if (!this.isPaused) return;
    this.isPaused = false;
    this.#time.after(0, () => this.#read());
  }

  heard(data: Data): void {
    this.#unread.push(data);
    this.#read();
  }

  ended(code: number, reason: string): void {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.emit("close", code, Buffer.from(reason));
  }

  #read(): void {
    while (!this.isPaused && this.#unread.length > 0) {
      const data = this.#unread.shift() as Data;
      if (this.readyState === 1) this.emit("message", Buffer.from(data as string), typeof data !== "string");
    }
  }
}

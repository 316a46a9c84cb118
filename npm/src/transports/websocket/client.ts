import { PolyphonError } from "../../errors/error.ts";
import { type Clock, systemClock } from "../../runtime/clock.ts";
import { randomFraction } from "../../runtime/random.ts";
import { LinkTransport } from "../link/client.ts";
import { Pulse } from "../link/pulse.ts";
import type { Transport } from "../transport.ts";
import { decodePacket, readWelcome, type Welcome } from "./codec.ts";
import { CLOSE, type SocketLike, SocketWire, SUBPROTOCOL } from "./socket.ts";

/** How a connection is made. Every field is optional. */
export interface WebSocketTransportOptions {
  /** What authenticates this end, asked for before each connection. Headers cannot be given in a browser. */
  readonly token?: string | (() => string | Promise<string>);
  /** Wait before the second attempt to connect, in milliseconds; it doubles from one to the next. Default 100. */
  readonly retryMs?: number;
  /** Longest such wait. Default 10,000. */
  readonly retryMostMs?: number;
  /** Longest time until a connection stands, in milliseconds. Default 10,000. */
  readonly connectMs?: number;
  /** Bytes of one message. Default 10 MiB. */
  readonly messageBytes?: number;
  /** Bytes that may be on their way in this process; beyond that the connection is made anew. Default 16 MiB. */
  readonly bufferBytes?: number;
  /** Makes the socket. Default: the platform's `WebSocket`. */
  readonly socket?: (url: string, protocol: string) => SocketLike;
  /** Default: the clock of the machine. */
  readonly clock?: Clock;
  /** Hears of what no caller hears of. */
  readonly onError?: (error: PolyphonError) => void;
}

const MIB = 1_048_576;

/**
 * A transport to a bus behind `webSocketServer`. It connects by itself, again and again, and goes on where it was: frames
 * are numbered, and what a break swallowed is sent again by both ends. Meanwhile calls wait, 4,096 at most. When the
 * server no longer knows the session, what was under way ends with `TRANSPORT_LOST` and subscriptions are made anew.
 */
export function webSocketTransport(url: string, options: WebSocketTransportOptions = {}): Transport {
  return new Connection(url, options).transport;
}

class Connection {
  readonly transport: LinkTransport;
  readonly #url: string;
  readonly #options: WebSocketTransportOptions;
  readonly #clock: Clock;
  #socket: SocketLike | undefined;
  #pulse: Pulse | undefined;
  #session: string | undefined;
  #attempts = 0;
  #callOff: () => void = () => undefined;
  #isOver = false;

  constructor(url: string, options: WebSocketTransportOptions) {
    const { clock = systemClock(), onError = () => undefined } = options;
    this.#url = url;
    this.#options = options;
    this.#clock = clock;
    this.transport = new LinkTransport("websocket", clock, () => this.#release(), onError);
    void this.#connect();
  }

  async #connect(): Promise<void> {
    const { token, connectMs = 10_000, socket: make = platformSocket } = this.#options;
    const { messageBytes = 10 * MIB, bufferBytes = 16 * MIB } = this.#options;
    let socket: SocketLike;
    let given: string | undefined;
    try {
      given = typeof token === "function" ? await token() : token;
      if (this.#isOver) return;
      socket = make(this.#url, SUBPROTOCOL);
    } catch (error) {
      this.#again(`${(error as Error).message}`);
      return;
    }
    this.#socket = socket;
    let welcome: Welcome | undefined;
    const wire = new SocketWire(socket, { messageBytes, bufferBytes }, (reason) => this.#broken(socket, reason));
    this.#callOff = this.#clock.after(connectMs, () => wire.cut(`no connection within ${connectMs} ms`));
    socket.onopen = () => {
      const { cursor } = this.transport.link;
      socket.send(JSON.stringify({ hello: { session: this.#session, cursor, token: given } }));
    };
    socket.onmessage = ({ data }) => {
      if (socket !== this.#socket) return;
      try {
        if (welcome !== undefined) {
          const packet = decodePacket(String(data));
          this.#pulse?.heard(packet);
          this.transport.roundTripMs = this.#pulse?.roundTripMs;
          this.transport.link.receive(packet);
          return;
        }
        welcome = readWelcome(String(data));
        this.#callOff();
        this.#welcomed(welcome, wire);
      } catch (error) {
        if (!(error instanceof PolyphonError)) throw error;
        wire.cut(error.message.slice(0, 100), CLOSE.invalid);
        this.transport.end(error);
      }
    };
    socket.onclose = ({ code, reason }) => {
      if (socket !== this.#socket) return;
      const error = finalError(code, reason);
      if (error !== undefined) this.transport.end(error);
      wire.over(reason === "" ? `the connection was closed (${code})` : reason);
    };
    // A close follows.
    socket.onerror = () => undefined;
  }

  #welcomed({ session, cursor, resumed, heartbeatMs }: Welcome, wire: SocketWire): void {
    this.#attempts = 0;
    if (!resumed && this.#session !== undefined) this.transport.restart("it no longer knows the session");
    this.#session = session;
    const { link } = this.transport;
    link.attach(wire, resumed ? cursor : 0);
    this.transport.connected();
    this.#pulse = new Pulse(this.#clock, heartbeatMs, link, wire);
  }

  #broken(socket: SocketLike, reason: string): void {
    if (socket !== this.#socket) return;
    this.#socket = undefined;
    this.#again(reason);
  }

  #again(reason: string): void {
    this.#callOff();
    this.#pulse?.stop();
    this.transport.link.detach();
    if (this.#isOver) return;
    this.transport.disconnected(reason);
    const { retryMs = 100, retryMostMs = 10_000 } = this.#options;
    const waitMs = Math.min(retryMs * 2 ** this.#attempts, retryMostMs) * (0.5 + randomFraction() / 2);
    this.#attempts += 1;
    this.#callOff = this.#clock.after(waitMs, () => void this.#connect());
  }

  #release(): void {
    this.#isOver = true;
    this.#callOff();
    this.#pulse?.stop();
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close(CLOSE.done, "closed");
  }
}

/** Why it makes no sense to connect again. */
function finalError(code: number, reason: string): PolyphonError | undefined {
  if (code === CLOSE.denied) {
    return new PolyphonError("TRANSPORT_DENIED", { message: `the server does not let this end in: ${reason}.` });
  }
  if (code === CLOSE.invalid) return new PolyphonError("TRANSPORT_INVALID", { message: `the server says: ${reason}.` });
  if (code === CLOSE.tooBig) {
    return new PolyphonError("TRANSPORT_LIMIT", { message: "a message was larger than the server takes." });
  }
  return undefined;
}

function platformSocket(url: string, protocol: string): SocketLike {
  return new WebSocket(url, protocol) as unknown as SocketLike;
}

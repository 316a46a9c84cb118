import type { IncomingHttpHeaders, IncomingMessage, Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { WebSocket } from "ws";
import { PolyphonError } from "../../errors/error.ts";
import type { Protocol } from "../../protocol/protocol.ts";
import { type Clock, systemClock } from "../../runtime/clock.ts";
import { randomHex } from "../../runtime/random.ts";
import { type LinkLimits, LinkSession, type Visitor } from "../link/server.ts";
import { Speech, type SpeechOptions } from "../packets/speech.ts";
import { CLOSE, SUBPROTOCOL } from "./close.ts";
import { Door } from "./door.ts";
import { receive } from "./reception.ts";

export type { Visitor } from "../link/server.ts";
export type { SpeechOptions } from "../packets/speech.ts";

/** Somebody who wants to come in. */
export interface Visit {
  /** What it gave as `token`. */
  readonly token: string | undefined;
  readonly headers: IncomingHttpHeaders;
  /** Path and query of the request. */
  readonly url: string;
  /** The page that asks, when it is a browser. Pages of other sites can connect too: look at it. */
  readonly origin: string | undefined;
  readonly address: string | undefined;
}

/** What one connection may use. Every field is optional. */
export interface WebSocketLimits {
  /** Connections at once; one more is sent away for the time being. Default 10,000. */
  readonly connections: number;
  /** Bytes of one message; larger ones travel in parts, see {@link SpeechOptions.transferBytes}. Default and at most 10 MiB. */
  readonly messageBytes: number;
  /** Messages and bytes a second; above that the server reads no further until the time is right. Default 20,000 and 64 MiB. */
  readonly messagesPerSecond: number;
  readonly bytesPerSecond: number;
  /** Bytes that wait for a client that reads slowly; above that its connection is cut. Default 16 MiB. */
  readonly bufferBytes: number;
  /** Publishes and requests that may be open at once; one more is `BUS_BACKPRESSURE`. Default 512. */
  readonly inFlight: number;
  /** Default 1,000. */
  readonly subscriptions: number;
  /** Frames that wait for a client that is away; beyond that its session ends. Default 16,384. */
  readonly waiting: number;
}

/** How a bus is served. */
export interface WebSocketServerOptions {
  /**
   * Says who a visitor is and what it may use, or nothing to send it away. Called for each connection, also when a session
   * goes on: only the same name may go on with it.
   */
  readonly authenticate: (visit: Visit) => Visitor | undefined | Promise<Visitor | undefined>;
  /** An HTTP server to share. Default: one of its own on `port` and `host`. */
  readonly server?: Server;
  /** Default 0: any free one. */
  readonly port?: number;
  /** Default `127.0.0.1`. */
  readonly host?: string;
  /** Default: every path. */
  readonly path?: string;
  /** Codecs, compression, seals, keys and transfers. Default: every codec, neither compressed nor sealed. */
  readonly speech?: SpeechOptions;
  readonly limits?: Partial<WebSocketLimits>;
  /** Rhythm of signs of life, in milliseconds; two and a half without one cut the connection. Default 10,000. */
  readonly heartbeatMs?: number;
  /** How long a session waits for a client whose connection broke, in milliseconds. Default 30,000. */
  readonly resumeMs?: number;
  /** Default: the clock of the machine. */
  readonly clock?: Clock;
  /** Hears of what no caller hears of. */
  readonly onError?: (error: Error) => void;
}

/** A server that lets others use a bus. */
export interface WebSocketServer extends AsyncDisposable {
  /** Where it listens; 0 on a server that is not listening. */
  readonly port: number;
  health(): WebSocketServerHealth;
  /** Lets nobody in, ends what is subscribed, and closes each connection when its client has what is under way. */
  drain(): Promise<void>;
  /** Closes every connection. Safe to call twice. */
  close(): Promise<void>;
}

export interface WebSocketServerHealth {
  readonly state: "up" | "draining" | "closed";
  readonly connections: number;
  /** Sessions, those included whose client is away. */
  readonly sessions: number;
  readonly subscriptions: number;
  /** Frames that clients have not confirmed. */
  readonly waiting: number;
}

const MIB = 1_048_576;
const LIMITS: WebSocketLimits = {
  connections: 10_000,
  messageBytes: 10 * MIB,
  messagesPerSecond: 20_000,
  bytesPerSecond: 64 * MIB,
  bufferBytes: 16 * MIB,
  inFlight: 512,
  subscriptions: 1_000,
  waiting: 16_384,
};

/** Serves a bus over WebSocket. Needs the package `ws`; without it `TRANSPORT_PACKAGE_MISSING`. */
export async function webSocketServer(options: WebSocketServerOptions): Promise<WebSocketServer> {
  const { WebSocketServer: Listener } = await import("ws").catch((cause: unknown) => {
    const message = "serving WebSocket needs the package ws: npm install ws";
    throw new PolyphonError("TRANSPORT_PACKAGE_MISSING", { message, details: { package: "ws" }, cause });
  });
  const { server, port = 0, host = "127.0.0.1", path } = options;
  const limits = { ...LIMITS, ...options.limits };
  const listener = new Listener({
    ...(server === undefined ? { port, host } : { server }),
    ...(path === undefined ? {} : { path }),
    maxPayload: limits.messageBytes,
    perMessageDeflate: false,
    clientTracking: false,
    handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
  });
  if (server === undefined) {
    await new Promise<void>((resolve, reject) => {
      listener.once("listening", resolve);
      listener.once("error", reject);
    });
  }
  const serving = new Serving(options, limits, () => (listener.address() as AddressInfo | null)?.port ?? 0);
  listener.on("connection", (socket, request) => serving.connected(socket, request));
  listener.on("error", (error) => options.onError?.(error));
  serving.onClosed = () => new Promise<void>((resolve) => listener.close(() => resolve()));
  return serving;
}

class Serving implements WebSocketServer {
  readonly #options: WebSocketServerOptions;
  readonly #limits: WebSocketLimits;
  readonly #port: () => number;
  readonly #clock: Clock;
  readonly #speech: Speech;
  readonly #sessions = new Map<string, Door>();
  readonly #sockets = new Set<WebSocket>();
  #state: WebSocketServerHealth["state"] = "up";
  onClosed: () => Promise<void> = async () => undefined;

  constructor(options: WebSocketServerOptions, limits: WebSocketLimits, port: () => number) {
    this.#options = options;
    this.#limits = limits;
    this.#port = port;
    this.#clock = options.clock ?? systemClock();
    const load = async (): Promise<Protocol> => (await import("../../protocol/index.node.ts")).loadProtocol();
    this.#speech = new Speech(options.speech ?? {}, ["msgpack", "json", "protobuf"], this.#clock, load);
  }

  get port(): number {
    return this.#port();
  }

  connected(socket: WebSocket, request: IncomingMessage): void {
    socket.on("error", (error) => this.#options.onError?.(error));
    if (this.#state !== "up") {
      socket.close(CLOSE.goingAway, "the server is draining");
      return;
    }
    if (this.#sockets.size >= this.#limits.connections) {
      socket.close(CLOSE.tryLater, "too many connections");
      return;
    }
    this.#sockets.add(socket);
    socket.on("close", () => this.#sockets.delete(socket));
    receive(socket, request, {
      clock: this.#clock,
      speech: this.#speech,
      troubled: (error) => this.#options.onError?.(error),
      heartbeatMs: this.#options.heartbeatMs ?? 10_000,
      authenticate: this.#options.authenticate,
      limits: this.#limits,
      doorOf: (session, visitor) => this.#doorOf(session, visitor),
    });
  }

  health(): WebSocketServerHealth {
    const doors = [...this.#sessions.values()];
    return {
      state: this.#state,
      connections: this.#sockets.size,
      sessions: doors.length,
      subscriptions: doors.reduce((sum, { session }) => sum + session.subscriptions, 0),
      waiting: doors.reduce((sum, { session }) => sum + session.link.waiting, 0),
    };
  }

  async drain(): Promise<void> {
    if (this.#state !== "up") return;
    this.#state = "draining";
    await Promise.all([...this.#sessions.values()].map((door) => door.drain()));
  }

  async close(): Promise<void> {
    if (this.#state === "closed") return;
    this.#state = "closed";
    await Promise.all([...this.#sessions.values()].map((door) => door.close(CLOSE.goingAway, "the server is closed")));
    for (const socket of this.#sockets) socket.terminate();
    await this.onClosed();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.drain();
    await this.close();
  }

  /** The session a visitor goes on with, or a new one. */
  #doorOf(id: string | undefined, visitor: Visitor): { readonly door: Door; readonly resumed: boolean } {
    const known = id === undefined ? undefined : this.#sessions.get(id);
    if (known !== undefined && known.session.visitor.name === visitor.name) return { door: known, resumed: true };
    const fresh = randomHex(16);
    const door: Door = new Door(fresh, {
      clock: this.#clock,
      resumeMs: this.#options.resumeMs ?? 30_000,
      ended: () => this.#sessions.delete(fresh),
      makeSession: (troubles) => new LinkSession(visitor, this.#limits satisfies LinkLimits, troubles),
      troubled: (error) => this.#options.onError?.(error),
    });
    this.#sessions.set(fresh, door);
    return { door, resumed: false };
  }
}

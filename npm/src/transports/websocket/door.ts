import type { IncomingMessage } from "node:http";
import type { WebSocket } from "ws";
import { PolyphonError } from "../../errors/error.ts";
import type { Clock } from "../../runtime/clock.ts";
import { Pulse } from "../link/pulse.ts";
import type { LinkSession, SessionTroubles, Visitor } from "../link/server.ts";
import { decodePacket, type Hello, readHello, type Welcome } from "./codec.ts";
import { Rate } from "./rate.ts";
import type { Visit, WebSocketLimits } from "./server.ts";
import { CLOSE, type SocketLike, SocketWire } from "./socket.ts";

/** Time a client has to say who it is. */
const HELLO_MS = 10_000;

/** What a new connection is received with. */
export interface Reception {
  readonly clock: Clock;
  readonly heartbeatMs: number;
  readonly limits: WebSocketLimits;
  authenticate(visit: Visit): Visitor | undefined | Promise<Visitor | undefined>;
  doorOf(session: string | undefined, visitor: Visitor): { readonly door: Door; readonly resumed: boolean };
}

/** A connection that has said who it is. */
interface Received extends Reception {
  /** What was read since; from here on nobody holds anything. */
  release(): readonly Buffer[];
}

export interface DoorParts {
  readonly clock: Clock;
  readonly resumeMs: number;
  makeSession(troubles: SessionTroubles): LinkSession;
  ended(): void;
  troubled(error: PolyphonError): void;
}

/** A session of a client, and the connection it has at the moment. */
export class Door {
  readonly id: string;
  readonly session: LinkSession;
  readonly #parts: DoorParts;
  #wire: SocketWire | undefined;
  #socket: WebSocket | undefined;
  #pulse: Pulse | undefined;
  #callOff: () => void = () => undefined;

  constructor(id: string, parts: DoorParts) {
    this.id = id;
    this.#parts = parts;
    this.session = parts.makeSession({
      overflow: (error) => {
        parts.troubled(error);
        void this.close(CLOSE.limit, "too much waited for this client");
      },
      unsent: (error) => parts.troubled(error),
    });
  }

  /** Waits for a connection's first message, finds out who it is, and gives it its door. */
  static greet(socket: WebSocket, request: IncomingMessage, reception: Reception): void {
    const { clock } = reception;
    const callOff = clock.after(HELLO_MS, () => socket.close(CLOSE.denied, "it did not say who it is"), {
      background: true,
    });
    socket.once("close", callOff);
    socket.once("message", (data: Buffer) => {
      callOff();
      // What follows waits until somebody listens: on the other side, but for what has been read already.
      const early: Buffer[] = [];
      const hold = (next: Buffer): void => void early.push(next);
      socket.on("message", hold);
      socket.pause();
      const release = (): readonly Buffer[] => {
        socket.off("message", hold);
        return early;
      };
      receive(socket, request, { ...reception, release }, data.toString()).catch((error: Error) => {
        socket.resume();
        const code = error instanceof PolyphonError ? CLOSE.invalid : CLOSE.denied;
        socket.close(code, error instanceof PolyphonError ? error.message.slice(0, 100) : "authentication failed");
      });
    });
  }

  /** Goes on over a new connection; one that is still there is given up. */
  attach(socket: WebSocket, hello: Hello, resumed: boolean, { heartbeatMs, limits, clock, release }: Received): void {
    this.#wire?.cut("another connection took its place", CLOSE.goingAway);
    this.#callOff();
    this.#pulse?.stop();
    const { link } = this.session;
    const wire = new SocketWire(socket as unknown as SocketLike, limits, () => this.#detached(socket));
    this.#wire = wire;
    this.#socket = socket;
    const welcome: Welcome = { session: this.id, cursor: link.cursor, resumed, heartbeatMs };
    socket.send(JSON.stringify({ welcome }));
    const messages = new Rate(clock, limits.messagesPerSecond);
    const bytes = new Rate(clock, limits.bytesPerSecond);
    const take = (data: Buffer): void => {
      if (socket !== this.#socket) return;
      this.#take(data.toString(), wire);
      const waitMs = Math.max(messages.take(1), bytes.take(data.byteLength));
      if (waitMs === 0 || socket.isPaused) return;
      // What it sends too fast stays on its side.
      socket.pause();
      clock.after(waitMs, () => socket.resume(), { background: true });
    };
    socket.on("close", (code: number) => {
      wire.over(`closed with ${code}`);
      if (code === CLOSE.done) void this.close(CLOSE.done, "closed");
    });
    link.attach(wire, resumed ? hello.cursor : 0);
    for (const data of release()) take(data);
    socket.on("message", take);
    socket.resume();
    this.#pulse = new Pulse(clock, heartbeatMs, link, wire);
  }

  /** Ends its subscriptions and closes when the client has what is under way. A client that is away is not waited for. */
  async drain(): Promise<void> {
    if (this.session.link.isAttached) await this.session.drain();
    await this.close(CLOSE.goingAway, "the server is draining");
  }

  async close(code: number, reason: string): Promise<void> {
    this.#callOff();
    this.#pulse?.stop();
    this.#parts.ended();
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close(code, reason);
    await this.session.close();
  }

  #take(data: string, wire: SocketWire): void {
    try {
      const packet = decodePacket(data);
      this.#pulse?.heard(packet);
      this.session.link.receive(packet);
    } catch (error) {
      if (!(error instanceof PolyphonError)) throw error;
      this.#parts.troubled(error);
      wire.cut(error.message.slice(0, 100), CLOSE.invalid);
      void this.close(CLOSE.invalid, "invalid");
    }
  }

  #detached(socket: WebSocket): void {
    if (socket !== this.#socket) return;
    this.#socket = undefined;
    this.#wire = undefined;
    this.#pulse?.stop();
    this.session.link.detach();
    const { clock, resumeMs } = this.#parts;
    this.#callOff = clock.after(resumeMs, () => void this.close(CLOSE.goingAway, "it stayed away too long"), {
      background: true,
    });
  }
}

async function receive(socket: WebSocket, request: IncomingMessage, reception: Received, data: string): Promise<void> {
  const hello = readHello(data);
  const visitor = await reception.authenticate({
    token: hello.token,
    headers: request.headers,
    url: request.url ?? "/",
    origin: request.headers.origin,
    address: request.socket.remoteAddress,
  });
  if (visitor === undefined) {
    // Its part of the handshake has to be read.
    socket.resume();
    socket.close(CLOSE.denied, "not authenticated");
    return;
  }
  if (socket.readyState !== socket.OPEN) return;
  const { door, resumed } = reception.doorOf(hello.session, visitor);
  door.attach(socket, hello, resumed, reception);
}

import type { IncomingMessage } from "node:http";
import type { WebSocket } from "ws";
import { LinkSession, type Visitor } from "../../../npm/src/transports/link/server.ts";
import { Speech } from "../../../npm/src/transports/packets/speech.ts";
import { Door } from "../../../npm/src/transports/websocket/door.ts";
import { receive } from "../../../npm/src/transports/websocket/reception.ts";
import type { WebSocketLimits } from "../../../npm/src/transports/websocket/server.ts";
import { drawn } from "../random.ts";
import type { ProcessClock, Time } from "./clock.ts";
import { Connection, type Line, type Mishap } from "./network.ts";
import { protocol } from "./protocol.ts";

const MIB = 1_048_576;
const LIMITS: WebSocketLimits = {
  connections: 100,
  messageBytes: MIB,
  messagesPerSecond: 20_000,
  bytesPerSecond: 64 * MIB,
  bufferBytes: MIB,
  inFlight: 512,
  subscriptions: 1_000,
  waiting: 4_096,
};

export interface ServerParts {
  readonly time: Time;
  readonly clock: ProcessClock;
  readonly seed: number;
  readonly heartbeatMs: number;
  readonly resumeMs: number;
  /** Who comes in with a token. */
  visitor(token: string): Visitor;
  happened(what: string): void;
  /** The session of a visitor is gone. */
  ended(name: string): void;
}

/** The doors of the home bus, behind a simulated network. */
export class Server {
  readonly #parts: ServerParts;
  readonly #doors = new Map<string, Door>();
  readonly #speech: Speech;
  #sessions = 0;

  constructor(parts: ServerParts) {
    this.#parts = parts;
    this.#speech = new Speech({ protocol }, ["msgpack"], parts.clock, undefined);
  }

  /** Sessions there are, those included whose client is away. */
  get sessions(): number {
    return this.#doors.size;
  }

  /** Frames that clients have not confirmed. */
  get waiting(): number {
    return Math.max(0, ...[...this.#doors.values()].map(({ session }) => session.link.waiting));
  }

  /** Begins a connection over a line; it stands when a packet could have gone there and back. */
  connect(line: Line): Connection["client"] {
    const { time, seed, happened } = this.#parts;
    const connection = new Connection(time, line, seed, (mishap: Mishap) => happened(`fault: packet ${mishap}`));
    line.connection = connection;
    const takesMs = (2 + (drawn(seed, line.node, line.packets++) % 10)) * line.slowness;
    time.after(takesMs, () => {
      if (line.isCut || !connection.carries) return;
      this.#greet(connection);
      connection.client.opened();
    });
    return connection.client;
  }

  /** Forgets every session, as a server that was started anew. */
  forget(): void {
    for (const door of [...this.#doors.values()]) void door.close(1001, "the server was started anew");
  }

  #greet(connection: Connection): void {
    const { clock, heartbeatMs, visitor, happened } = this.#parts;
    const request = { headers: {}, url: "/", socket: {} } as IncomingMessage;
    receive(connection.server as unknown as WebSocket, request, {
      clock,
      speech: this.#speech,
      troubled: (error) => happened(`trouble: ${error.code}`),
      heartbeatMs,
      limits: LIMITS,
      authenticate: ({ token = "" }) => visitor(token),
      doorOf: (session, who) => this.#doorOf(session, who),
    });
  }

  #doorOf(id: string | undefined, visitor: Visitor): { readonly door: Door; readonly resumed: boolean } {
    const { clock, resumeMs, happened, ended } = this.#parts;
    const known = id === undefined ? undefined : this.#doors.get(id);
    if (known !== undefined) {
      happened("recovery: session resumed");
      return { door: known, resumed: true };
    }
    if (id !== undefined) happened("recovery: session unknown, made anew");
    const fresh = `session-${++this.#sessions}`;
    const door: Door = new Door(fresh, {
      clock,
      resumeMs,
      ended: () => {
        this.#doors.delete(fresh);
        happened("recovery: session ended");
        ended(visitor.name);
      },
      makeSession: (troubles) => new LinkSession(visitor, LIMITS, troubles),
      troubled: (error) => happened(`trouble: ${error.code}`),
    });
    this.#doors.set(fresh, door);
    return { door, resumed: false };
  }
}

import type { WebSocket } from "ws";
import type { PolyphonError } from "../../errors/error.ts";
import type { Clock } from "../../runtime/clock.ts";
import { Pulse } from "../link/pulse.ts";
import type { LinkSession, SessionTroubles } from "../link/server.ts";
import { admissionEnvelope } from "../packets/greeting.ts";
import { CLOSE, reasonOf } from "./close.ts";
import { Rate } from "./rate.ts";
import type { Guest, Reception } from "./reception.ts";
import { type SocketLike, SocketWire } from "./socket.ts";

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

  /** Goes on over a new connection; one that is still there is given up. */
  attach(guest: Guest, { heartbeatMs, limits, clock, speech }: Reception): void {
    const { socket, codec, greeting, resumed, own } = guest;
    this.#wire?.cut("another connection took its place", CLOSE.goingAway);
    this.#callOff();
    this.#pulse?.stop();
    const { link } = this.session;
    const like = socket as unknown as SocketLike;
    const wire = new SocketWire(like, codec, () => speech.load(), limits.bufferBytes, clock, {
      heard: (packet) => {
        this.#pulse?.heard(packet);
        link.receive(packet);
      },
      unsendable: (frame, error) => link.unsent(frame, error),
      failed: (error) => this.#failed(wire, error),
      broken: () => this.#detached(socket),
    });
    this.#wire = wire;
    this.#socket = socket;
    const admission = { session: this.id, cursor: link.cursor, resumed, heartbeatMs, ...own };
    // What an admission says can always be said.
    socket.send(codec.encode(admissionEnvelope(admission, speech.stamps)) as Uint8Array);
    const messages = new Rate(clock, limits.messagesPerSecond);
    const bytes = new Rate(clock, limits.bytesPerSecond);
    const take = (data: Buffer, isBinary = true): void => {
      if (socket !== this.#socket) return;
      wire.receive(isBinary ? data : data.toString());
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
    link.attach(wire, resumed ? greeting.cursor : 0);
    for (const data of guest.release()) take(data);
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

  /** The client broke the rules. What a new connection may do better is not the end of its session. */
  #failed(wire: SocketWire, error: PolyphonError): void {
    this.#parts.troubled(error);
    if (error.retryable) {
      wire.cut(reasonOf(error), CLOSE.goingAway);
      return;
    }
    wire.cut(reasonOf(error), CLOSE.invalid);
    void this.close(CLOSE.invalid, "invalid");
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

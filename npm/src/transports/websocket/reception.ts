import type { IncomingMessage } from "node:http";
import type { WebSocket } from "ws";
import { PolyphonError } from "../../errors/error.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { Visitor } from "../link/server.ts";
import { PacketCodec } from "../packets/codec.ts";
import { invalid } from "../packets/fields.ts";
import { type Greeting, greetingOf } from "../packets/greeting.ts";
import type { Limits } from "../packets/parts.ts";
import type { Speech } from "../packets/speech.ts";
import { CLOSE, reasonOf } from "./close.ts";
import type { Door } from "./door.ts";
import type { Visit, WebSocketLimits } from "./server.ts";

/** Time a client has to say how it speaks and who it is. */
const HELLO_MS = 10_000;

/** What a new connection is received with. */
export interface Reception {
  readonly clock: Clock;
  readonly speech: Speech;
  readonly heartbeatMs: number;
  readonly limits: WebSocketLimits;
  authenticate(visit: Visit): Visitor | undefined | Promise<Visitor | undefined>;
  doorOf(session: string | undefined, visitor: Visitor): { readonly door: Door; readonly resumed: boolean };
  troubled(error: PolyphonError): void;
}

/** A connection that has said how it speaks and who it is. */
export interface Guest {
  readonly socket: WebSocket;
  readonly codec: PacketCodec;
  readonly greeting: Greeting;
  readonly resumed: boolean;
  readonly own: Limits;
  /** What was read since; from here on nobody holds anything. */
  release(): readonly Buffer[];
}

/** Agrees with a connection on how to speak, finds out who it is, and gives it its door. */
export function receive(socket: WebSocket, request: IncomingMessage, reception: Reception): void {
  const late = (): void => socket.close(CLOSE.denied, "it did not say who it is");
  const callOff = reception.clock.after(HELLO_MS, late, { background: true });
  socket.once("close", callOff);
  const messages = new Held(socket);
  welcome(socket, request, messages, reception).then(callOff, (error: unknown) => {
    callOff();
    // Its part of the handshake has to be read.
    socket.resume();
    if (!(error instanceof PolyphonError)) {
      socket.close(CLOSE.denied, "authentication failed");
      return;
    }
    reception.troubled(error);
    socket.close(messages.taken === 1 ? CLOSE.unspoken : CLOSE.invalid, reasonOf(error));
  });
}

async function welcome(
  socket: WebSocket,
  request: IncomingMessage,
  messages: Held,
  reception: Reception,
): Promise<void> {
  const { speech, limits } = reception;
  const own = { messageBytes: limits.messageBytes, transferBytes: speech.transferBytes };
  const hello = await messages.next();
  const agreement = await speech.answer(hello);
  const codec = new PacketCodec(speech, agreement, true, own);
  socket.send(new TextDecoder().decode(agreement.welcome));
  const first = await messages.next();
  let envelope = codec.decode(first);
  if (envelope === undefined) {
    await speech.load();
    envelope = codec.decode(first);
  }
  if (envelope === undefined) throw invalid("a greeting was due");
  const greeting = greetingOf(envelope);
  const visitor = await reception.authenticate({
    token: greeting.token,
    headers: request.headers,
    url: request.url ?? "/",
    origin: request.headers.origin,
    address: request.socket.remoteAddress,
  });
  if (visitor === undefined) {
    socket.resume();
    socket.close(CLOSE.denied, "not authenticated");
    return;
  }
  if (socket.readyState !== socket.OPEN) return;
  const { door, resumed } = reception.doorOf(greeting.session, visitor);
  codec.bound(greeting);
  const release = (): readonly Buffer[] => messages.release();
  door.attach({ socket, codec, greeting, resumed, own, release }, reception);
}

/** Messages that wait until somebody asks: on the other side, but for what has been read already. */
class Held {
  /** How many were asked for and came. */
  taken = 0;
  readonly #socket: WebSocket;
  readonly #waiting: Buffer[] = [];
  readonly #hold: (data: Buffer) => void;
  #wake: (() => void) | undefined;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    this.#hold = (data) => {
      this.#waiting.push(data);
      socket.pause();
      this.#wake?.();
    };
    socket.on("message", this.#hold);
  }

  async next(): Promise<Buffer> {
    this.taken += 1;
    for (;;) {
      const data = this.#waiting.shift();
      if (data !== undefined) return data;
      this.#socket.resume();
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  release(): readonly Buffer[] {
    this.#socket.off("message", this.#hold);
    return this.#waiting;
  }
}

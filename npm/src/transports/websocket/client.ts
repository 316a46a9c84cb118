import { PolyphonError } from "../../errors/error.ts";
import type { Envelope } from "../../protocol/envelope.ts";
import type { Protocol } from "../../protocol/protocol.ts";
import { type Clock, systemClock } from "../../runtime/clock.ts";
import { randomFraction } from "../../runtime/random.ts";
import { LinkTransport } from "../link/client.ts";
import { Pulse } from "../link/pulse.ts";
import { PacketCodec } from "../packets/codec.ts";
import { invalid } from "../packets/fields.ts";
import { type Admission, admissionOf, greetingEnvelope } from "../packets/greeting.ts";
import { Speech, type SpeechOptions } from "../packets/speech.ts";
import type { Transport } from "../transport.ts";
import { CLOSE, finalError, reasonOf, SUBPROTOCOL } from "./close.ts";
import { bytesOf, type SocketLike, SocketWire } from "./socket.ts";

export type { SpeechOptions } from "../packets/speech.ts";
export type { SocketLike } from "./socket.ts";

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
  /** Codecs, compression, seals, keys and transfers. Default: MessagePack, neither compressed nor sealed. */
  readonly speech?: SpeechOptions;
  /** Bytes of one message; larger ones travel in parts, see {@link SpeechOptions.transferBytes}. Default and at most 10 MiB. */
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

/**
 * A transport to a bus behind `webSocketServer`. It connects by itself, again and again, and goes on where it was: frames
 * are numbered, and what a break swallowed is sent again by both ends. Meanwhile calls wait, 4,096 at most. When the
 * server no longer knows the session, what was under way ends with `TRANSPORT_LOST` and subscriptions are made anew.
 * `load` gets the module of the protocol when it is needed.
 */
export function connectWebSocket(
  url: string,
  options: WebSocketTransportOptions,
  load?: () => Promise<Protocol>,
): Transport {
  return new Connection(url, options, load).transport;
}

class Connection {
  readonly transport: LinkTransport;
  readonly #url: string;
  readonly #options: WebSocketTransportOptions;
  readonly #speech: Speech;
  readonly #clock: Clock;
  #socket: SocketLike | undefined;
  #pulse: Pulse | undefined;
  #session: string | undefined;
  #attempts = 0;
  #callOff: () => void = () => undefined;
  #isOver = false;

  constructor(url: string, options: WebSocketTransportOptions, load: (() => Promise<Protocol>) | undefined) {
    const { clock = systemClock(), onError = () => undefined, speech = {} } = options;
    this.#url = url;
    this.#options = options;
    this.#clock = clock;
    this.#speech = new Speech(speech, ["msgpack"], clock, load);
    this.transport = new LinkTransport("websocket", clock, () => this.#release(), onError);
    void this.#connect();
  }

  async #connect(): Promise<void> {
    const { token, connectMs = 10_000, socket: make = platformSocket } = this.#options;
    let socket: SocketLike;
    let given: string | undefined;
    let hello: Uint8Array;
    try {
      given = typeof token === "function" ? await token() : token;
      hello = await this.#speech.hello();
      if (this.#isOver) return;
      socket = make(this.#url, SUBPROTOCOL);
    } catch (error) {
      // A key that cannot be used does not become better.
      if (error instanceof PolyphonError && !error.retryable) this.transport.end(error);
      this.#again(`${(error as Error).message}`);
      return;
    }
    this.#socket = socket;
    socket.binaryType = "arraybuffer";
    this.#callOff = this.#clock.after(connectMs, () => {
      socket.close(CLOSE.goingAway, "it took too long");
      this.#broken(socket, `no connection within ${connectMs} ms`);
    });
    socket.onopen = () => socket.send(decoder.decode(hello));
    socket.onmessage = ({ data }) => void this.#welcomed(socket, hello, given, data);
    socket.onclose = ({ code, reason }) => this.#closed(socket, code, reason);
    // A close follows.
    socket.onerror = () => undefined;
  }

  /** The server has answered how both speak. */
  async #welcomed(socket: SocketLike, hello: Uint8Array, token: string | undefined, data: unknown): Promise<void> {
    const early = (): void => this.#failed(socket, invalid("it came before a greeting"));
    if (socket !== this.#socket) return;
    socket.onmessage = early;
    const { messageBytes = MESSAGE_BYTES } = this.#options;
    const limits = { messageBytes, transferBytes: this.#speech.transferBytes };
    try {
      if (typeof data !== "string") throw invalid("a welcome was due");
      const agreement = await this.#speech.accept(hello, encoder.encode(data));
      if (socket !== this.#socket) return;
      const codec = new PacketCodec(this.#speech, agreement, false, limits);
      const { cursor } = this.transport.link;
      const greeting = { session: this.#session, cursor, token, ...limits };
      socket.send(await this.#encoded(codec, greetingEnvelope(greeting, this.#speech.stamps)));
      socket.onmessage = ({ data: answer }) => void this.#admitted(socket, codec, answer);
    } catch (error) {
      this.#failed(socket, error, CLOSE.unspoken);
    }
  }

  async #encoded(codec: PacketCodec, envelope: Envelope): Promise<Uint8Array> {
    const bytes = codec.encode(envelope);
    if (bytes !== undefined) return bytes;
    await this.#speech.load();
    return codec.encode(envelope) as Uint8Array;
  }

  #admitted(socket: SocketLike, codec: PacketCodec, data: unknown): void {
    if (socket !== this.#socket) return;
    let admission: Admission;
    try {
      const envelope = codec.decode(bytesOf(data) ?? new Uint8Array());
      if (envelope === undefined) throw invalid("an admission was due");
      admission = admissionOf(envelope);
    } catch (error) {
      this.#failed(socket, error);
      return;
    }
    this.#callOff();
    codec.bound(admission);
    const { session, cursor, resumed, heartbeatMs } = admission;
    this.#attempts = 0;
    if (!resumed && this.#session !== undefined) this.transport.restart("it no longer knows the session");
    this.#session = session;
    const wire = this.#wireOf(socket, codec);
    const { link } = this.transport;
    link.attach(wire, resumed ? cursor : 0);
    this.transport.connected(codec.choice);
    this.#pulse = new Pulse(this.#clock, heartbeatMs, link, wire);
  }

  #wireOf(socket: SocketLike, codec: PacketCodec): SocketWire {
    const { bufferBytes = BUFFER_BYTES } = this.#options;
    const wire = new SocketWire(socket, codec, () => this.#speech.load(), bufferBytes, this.#clock, {
      heard: (packet) => {
        this.#pulse?.heard(packet);
        this.transport.roundTripMs = this.#pulse?.roundTripMs;
        this.transport.link.receive(packet);
      },
      unsendable: (frame, error) => this.transport.link.unsent(frame, error),
      failed: (error) => this.#failed(socket, error),
      broken: (reason) => this.#broken(socket, reason),
    });
    socket.onmessage = ({ data }) => {
      if (socket === this.#socket) wire.receive(data);
    };
    socket.onclose = ({ code, reason }) => {
      this.#closed(socket, code, reason);
      wire.over(reason);
    };
    return wire;
  }

  /** The server does not keep to what both must: there is no use in trying again. */
  #failed(socket: SocketLike, error: unknown, code: number = CLOSE.invalid): void {
    if (!(error instanceof PolyphonError)) throw error;
    if (socket !== this.#socket) return;
    socket.close(code, reasonOf(error));
    if (error.retryable) this.#broken(socket, error.message);
    else this.transport.end(error);
  }

  #closed(socket: SocketLike, code: number, reason: string): void {
    if (socket !== this.#socket) return;
    const error = finalError(code, reason);
    if (error !== undefined) this.transport.end(error);
    this.#broken(socket, reason === "" ? `the connection was closed (${code})` : reason);
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

function platformSocket(url: string, protocol: string): SocketLike {
  return new WebSocket(url, protocol) as unknown as SocketLike;
}

const MESSAGE_BYTES = 10 * 1_048_576;
const BUFFER_BYTES = 16 * 1_048_576;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

import { PolyphonError } from "../../errors/error.ts";
import { acceptWelcome, answerHello, writeHello } from "../../protocol/direct/negotiation.ts";
import { DirectPackets } from "../../protocol/direct/packets.ts";
import { protocolError } from "../../protocol/failure.ts";
import type { Agreement, Offer } from "../../protocol/negotiation.ts";
import type { Protocol } from "../../protocol/protocol.ts";
import type { KeyRing } from "../../protocol/sealing/key-ring.ts";
import type { CodecName, CompressionName, SealName } from "../../protocol/wire/names.ts";
import type { Clock } from "../../runtime/clock.ts";
import { randomNonce } from "../../runtime/random.ts";
import { uuidSource } from "../../runtime/uuid.ts";
import type { Stamps } from "./frame.ts";
import { LINK } from "./message.ts";

/** How a connection speaks. Every field is optional; lists have favourites first, and those of who connects count. */
export interface SpeechOptions {
  /**
   * Codecs of headers. Default: `msgpack` for who connects, which is read and written without WebAssembly; `msgpack`, `json`
   * and `protobuf` for who answers.
   */
  readonly codecs?: readonly CodecName[];
  /** How payloads from 1 KiB on are made smaller. Default: not at all. */
  readonly compressions?: readonly CompressionName[];
  /**
   * How packets are sealed, and with which keys: the active one of the ring seals, all of them open. Both ends must have one in
   * common. Needs `protocol`. Default: not at all.
   */
  readonly seals?: Partial<Readonly<Record<SealName, KeyRing>>>;
  /** A secret of both ends, 16 bytes or more, with which they prove what they can: nobody between can take anything away. */
  readonly key?: Uint8Array;
  /** Bytes of a payload that travels in parts, as its message is too large for one. 0: none does. Default 64 MiB. */
  readonly transferBytes?: number;
  /**
   * The protocol that made the rings. Default: that of this package, which is loaded when something needs it: another codec, a
   * compression, a key, a message in parts, or one with what is rare.
   */
  readonly protocol?: Protocol;
}

/** What one end of connections can say and understand, and what both agree on. */
export class Speech {
  readonly direct: DirectPackets = new DirectPackets();
  readonly stamps: Stamps;
  readonly transferBytes: number;
  readonly #options: SpeechOptions;
  readonly #offer: Offer;
  readonly #load: () => Promise<Protocol>;
  #protocol: Protocol | undefined;
  #loading: Promise<Protocol> | undefined;

  /** `load` gets the protocol of this package. */
  constructor(
    options: SpeechOptions,
    codecs: readonly CodecName[],
    clock: Clock,
    load: (() => Promise<Protocol>) | undefined,
  ) {
    const seals = Object.keys(options.seals ?? {}) as SealName[];
    if (seals.length > 0 && options.protocol === undefined)
      throw protocolError("PROTOCOL_FIELD_MISSING", "protocol", "must be the one that made the rings", "nothing");
    this.#options = options;
    this.#protocol = options.protocol;
    this.#load = load ?? missing;
    this.#offer = {
      codecs: options.codecs ?? codecs,
      compressions: options.compressions ?? [],
      seals,
      extensions: { [LINK]: true },
    };
    this.transferBytes = options.transferBytes ?? TRANSFER_BYTES;
    const id = uuidSource(clock);
    this.stamps = { id, wallMs: () => clock.wallMs() };
  }

  /** The protocol, once it was needed. */
  get protocol(): Protocol | undefined {
    return this.#protocol;
  }

  /** Loads the protocol. A failure (`KERNEL_UNAVAILABLE`) is that of this call only. */
  async load(): Promise<Protocol> {
    if (this.#protocol !== undefined) return this.#protocol;
    this.#loading ??= this.#load();
    try {
      this.#protocol = await this.#loading;
      return this.#protocol;
    } catch (error) {
      throw unloaded(error);
    } finally {
      this.#loading = undefined;
    }
  }

  ringOf(seal: SealName): KeyRing {
    return (this.#options.seals as Record<SealName, KeyRing>)[seal];
  }

  /** The first document of a connection. */
  async hello(): Promise<Uint8Array> {
    const { key } = this.#options;
    if (key === undefined) return writeHello(this.#offer, randomNonce(NONCE_BYTES));
    return (await this.load()).negotiation.hello(this.#offer, key);
  }

  /** Answers a hello; refuses as `Negotiation.answer`. */
  async answer(hello: Uint8Array): Promise<Agreement & { readonly welcome: Uint8Array }> {
    const { key } = this.#options;
    const answered =
      key === undefined
        ? answerHello(hello, this.#offer, randomNonce(NONCE_BYTES))
        : (await this.load()).negotiation.answer(hello, this.#offer, key);
    await this.#prepare(answered);
    return answered;
  }

  /** Checks the answer to a hello; refuses as `Negotiation.accept`. */
  async accept(hello: Uint8Array, welcome: Uint8Array): Promise<Agreement> {
    const { key } = this.#options;
    const agreement =
      key === undefined ? acceptWelcome(hello, welcome) : (await this.load()).negotiation.accept(hello, welcome, key);
    await this.#prepare(agreement);
    return agreement;
  }

  /** Loads what is never done without it. */
  async #prepare({ choice }: Agreement): Promise<void> {
    const { codec, compression, seal } = choice;
    if (codec === "msgpack" && compression === undefined && seal === undefined) return;
    const protocol = await this.load();
    if (compression === undefined) return;
    try {
      await protocol.loadCompression();
    } catch (error) {
      throw unloaded(error);
    }
  }
}

async function missing(): Promise<never> {
  throw protocolError("PROTOCOL_FIELD_MISSING", "protocol", "must be given for what takes the module", "nothing");
}

function unloaded(cause: unknown): PolyphonError {
  if (cause instanceof PolyphonError) return cause;
  const message = `the module of the protocol cannot be loaded: ${(cause as Error).message}`;
  return new PolyphonError("KERNEL_UNAVAILABLE", { message, cause });
}

const TRANSFER_BYTES = 64 * 1_048_576;
const NONCE_BYTES = 16;

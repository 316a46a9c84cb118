import type { ProtocolBindings } from "../wasm/protocol.ts";
import { refusing } from "./failure.ts";
import type { CodecName, CompressionName, SealName } from "./wire/names.ts";

/** The epoch of a connection: 64 bits. */
export type Epoch = bigint;

/** What one side can do, each list with what it likes best first. */
export interface Offer {
  /** Default `["1.0.0"]`. */
  readonly versions?: readonly string[] | undefined;
  /** Default `["msgpack", "json", "protobuf"]`. */
  readonly codecs?: readonly CodecName[] | undefined;
  /** None at all is always possible. Default `["lz4", "deflate"]`. */
  readonly compressions?: readonly CompressionName[] | undefined;
  /** How messages may be sealed. An empty list means not at all; otherwise one must be in common. Default `[]`. */
  readonly seals?: readonly SealName[] | undefined;
  /** Extensions by name, and whether the other side must know them. Default `{}`. */
  readonly extensions?: Readonly<Record<string, boolean>> | undefined;
}

/** What both sides agreed on. */
export interface Choice {
  readonly version: string;
  readonly codec: CodecName;
  readonly compression?: CompressionName;
  readonly seal?: SealName;
  readonly extensions: readonly string[];
}

/** An agreement, and the epoch of what is sealed on the connection it was made on. */
export interface Agreement {
  readonly choice: Choice;
  readonly epoch: Epoch;
}

/**
 * How two sides agree before they talk: who connects sends a hello, the other answers with a welcome, and the first
 * checks it. With a shared key of 16 bytes or more both are authenticated.
 */
export class Negotiation {
  readonly #bindings: ProtocolBindings;

  /** @internal */
  constructor(bindings: ProtocolBindings) {
    this.#bindings = bindings;
  }

  /** The first document, with random bytes of its own. */
  hello(offer: Offer = {}, key?: Uint8Array): Uint8Array {
    return refusing(() => this.#bindings.hello(written(offer), key));
  }

  /**
   * Answers a hello with the best both can. `PROTOCOL_NEGOTIATION_FAILED` when nothing is in common,
   * `PROTOCOL_EXTENSION_UNKNOWN`, `PROTOCOL_SEAL_MISSING` or `PROTOCOL_SEAL_BROKEN` when a key is given and the hello was
   * not made with it.
   */
  answer(hello: Uint8Array, offer: Offer = {}, key?: Uint8Array): Agreement & { readonly welcome: Uint8Array } {
    const welcome = refusing(() => this.#bindings.answer(hello, written(offer), key));
    const epoch = whole(this.#bindings.sessionEpoch(hello, welcome));
    return { welcome, choice: choiceOf(welcome), epoch };
  }

  /** Checks the answer to a hello. `PROTOCOL_DOWNGRADED` when it is less than both can do; else as {@link answer}. */
  accept(hello: Uint8Array, welcome: Uint8Array, key?: Uint8Array): Agreement {
    const epoch = whole(refusing(() => this.#bindings.accept(hello, welcome, key)));
    return { choice: choiceOf(welcome), epoch };
  }
}

/** The module takes an epoch as two numbers, the low half first. */
export function halves(epoch: Epoch): Uint32Array {
  return Uint32Array.of(Number(epoch & MASK), Number((epoch >> 32n) & MASK));
}

function whole([low = 0, high = 0]: Uint32Array): Epoch {
  return (BigInt(high) << 32n) | BigInt(low);
}

function written(offer: Offer): string {
  return JSON.stringify({
    versions: offer.versions ?? ["1.0.0"],
    codecs: offer.codecs ?? ["msgpack", "json", "protobuf"],
    compressions: offer.compressions ?? ["lz4", "deflate"],
    seals: offer.seals ?? [],
    extensions: offer.extensions ?? {},
  });
}

/** The choice of a welcome that the module wrote or checked. */
function choiceOf(welcome: Uint8Array): Choice {
  const { choice } = JSON.parse(decoder.decode(welcome)) as { choice: Choice };
  return { ...choice, extensions: choice.extensions ?? [] };
}

const MASK = 0xffff_ffffn;
const decoder = new TextDecoder();

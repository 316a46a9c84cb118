import type { Compressor } from "./compression/compressor.ts";
import { DirectPackets } from "./direct/packets.ts";
import type { Envelope, EnvelopeHeader, ReceivedEnvelope } from "./envelope.ts";
import { protocolError } from "./failure.ts";
import { type Epoch, halves } from "./negotiation.ts";
import type { Payload } from "./payload.ts";
import type { KeyRing } from "./sealing/key-ring.ts";
import type { ReplayGuard } from "./sealing/replay-guard.ts";
import { own, type ProtocolModule, TO_EXPAND, TO_HOST } from "./wire/module.ts";
import { CODECS, COMPRESSIONS, type CodecName, type CompressionName, numberOf } from "./wire/names.ts";

/** How a packet is written. */
export interface PacketOptions {
  /** Codec of the header. Default `msgpack`. */
  readonly codec?: CodecName | undefined;
  /** Default: none. */
  readonly compression?: CompressionName | undefined;
  readonly seal?: PacketSeal | undefined;
}

/** What a seal needs. */
export interface PacketSeal {
  /** Its active key seals. */
  readonly ring: KeyRing;
  /** The epoch of the connection, from the negotiation. */
  readonly epoch: Epoch;
  /** 1 for the first packet of the epoch, and one more for each. */
  readonly counter: number;
}

/** What a receiver demands of a packet. */
export interface OpenOptions {
  /** Keys for sealed packets; without a ring none can be opened. */
  readonly ring?: KeyRing | undefined;
  /** Refuses what came before. Default: nothing is refused for that. */
  readonly guard?: ReplayGuard | undefined;
  /** Whether packets without a seal are refused. Default `false`. */
  readonly sealedOnly?: boolean | undefined;
}

/** Where the nonce of a packet begins. */
const NONCE_AT = 40;
const NONCE_BYTES = [0, 0, 0, 24, 12];
/** From here on the seals are those of ciphers. */
const FIRST_CIPHER = 3;

/** Packets of one instance of the module. @internal */
export class Packets {
  readonly #module: ProtocolModule;
  readonly #noKeys: KeyRing;
  readonly #noGuard: ReplayGuard;
  readonly #compressor: Compressor;
  readonly #direct = new DirectPackets();

  constructor(module: ProtocolModule, noKeys: KeyRing, noGuard: ReplayGuard, compressor: Compressor) {
    this.#module = module;
    this.#noKeys = noKeys;
    this.#noGuard = noGuard;
    this.#compressor = compressor;
  }

  pack(envelope: Envelope, options: PacketOptions): Uint8Array {
    return this.#direct.pack(envelope, options) ?? this.#pack(envelope, options);
  }

  #pack(envelope: Envelope, { codec = "msgpack", compression, seal }: PacketOptions): Uint8Array {
    const module = this.#module;
    if (compression !== undefined && !COMPRESSIONS.includes(compression)) {
      throw protocolError("PROTOCOL_FIELD_INVALID", "compression", "must be lz4 or deflate", "another value");
    }
    const { payload } = envelope;
    const small =
      compression === undefined || payload === undefined
        ? undefined
        : this.#compressor.compress(compression, trimmed(payload));
    module.put(envelope);
    const number = compression === undefined || small === undefined ? 0 : numberOf(COMPRESSIONS, compression);
    const how = [numberOf(CODECS, codec), number, small ?? NOTHING] as const;
    if (seal === undefined) return module.taken(module.raw.writePlain(...how));
    const { ring, epoch, counter } = seal;
    if (!Number.isSafeInteger(counter) || counter < 1) {
      throw protocolError("PROTOCOL_FIELD_INVALID", "counter", "must be an integer from 1", typeof counter);
    }
    const place = [...halves(epoch), ...halves(BigInt(counter))];
    const answer = module.raw.writeSealed(...how, ring.raw, new Uint32Array(place), ring.ownHmacBytes);
    return answer === TO_HOST ? this.#sealed(ring) : module.taken(answer);
  }

  open(bytes: Uint8Array, options: OpenOptions): ReceivedEnvelope {
    const packet = own(bytes);
    return this.#direct.open(packet, options) ?? this.#open(packet, options);
  }

  #open(packet: Uint8Array, { ring, guard, sealedOnly = false }: OpenOptions): ReceivedEnvelope {
    const module = this.#module;
    // What passes once is not to be lost because nobody can read it.
    if (packet[7] !== 0) this.#compressor.require();
    module.load(packet);
    const keys = ring ?? this.#noKeys;
    const { raw } = guard ?? this.#noGuard;
    const guarded = guard !== undefined;
    const answer = module.raw.open(packet.length, keys.raw, raw, guarded, sealedOnly, keys.ownHmacBytes);
    if (answer !== TO_HOST) return this.#opened(answer, packet);
    const [handle = 0, seal = 0, payloadAt = 0, tagAt = 0, nonceAt = 0] = module.words().slice(0, 5);
    const nonce = packet.subarray(nonceAt, nonceAt + (NONCE_BYTES[seal] as number));
    const key = keys.engineKey(handle);
    const plain = key.open(packet.subarray(0, tagAt), payloadAt, nonce, packet.subarray(tagAt));
    if (seal < FIRST_CIPHER || plain === undefined) {
      return this.#opened(module.raw.openChecked(packet.length, raw, guarded), packet);
    }
    // The payload as it was takes the place of the encrypted one; a packet of its own, so that the caller's stays whole.
    const opened = packet.slice();
    opened.set(plain, payloadAt);
    module.load(opened);
    return this.#opened(module.raw.openChecked(opened.length, raw, guarded), opened);
  }

  /** The message a call answered, or whose payload it left to be decompressed. */
  #opened(answer: number, packet: Uint8Array): ReceivedEnvelope {
    const module = this.#module;
    if (answer !== TO_EXPAND) return module.message(answer, packet);
    const [compression = 0, at = 0, bytes = 0, size = 0] = module.words().slice(0, 4);
    const plain = this.#compressor.decompress(compression, packet.subarray(at, at + bytes), size);
    return module.message(module.raw.openExpanded(packet.length, plain), plain);
  }

  peek(bytes: Uint8Array): EnvelopeHeader {
    const packet = own(bytes);
    this.#module.load(packet);
    const { payload: _, ...header } = this.#module.message(this.#module.raw.peek(packet.length), packet);
    return header;
  }

  /** Lets the host's key seal the packet that stands in the output. */
  #sealed(ring: KeyRing): Uint8Array {
    const [handle = 0, seal = 0, payloadAt = 0, tagAt = 0, end = 0] = this.#module.words().slice(0, 5);
    const packet = this.#module.taken(end);
    const nonce = packet.subarray(NONCE_AT, NONCE_AT + (NONCE_BYTES[seal] as number));
    const { tag, payload } = ring.engineKey(handle).seal(packet.subarray(0, tagAt), payloadAt, nonce);
    if (payload !== undefined) packet.set(payload, payloadAt);
    packet.set(tag, tagAt);
    return packet;
  }
}

/** The bytes of a payload as they travel: JSON without the white space around it. */
function trimmed({ encoding, bytes }: Payload): Uint8Array {
  if (encoding !== "json") return bytes;
  let from = 0;
  let end = bytes.length;
  while (from < end && isSpace(bytes[from] as number)) from++;
  while (end > from && isSpace(bytes[end - 1] as number)) end--;
  return bytes.subarray(from, end);
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;
}

const NOTHING = new Uint8Array();

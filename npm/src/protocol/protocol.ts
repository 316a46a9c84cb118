import type { Compressor } from "./compression/compressor.ts";
import type { Envelope, EnvelopeHeader, ReceivedEnvelope, Target } from "./envelope.ts";
import { protocolError, refusing } from "./failure.ts";
import { Filter } from "./filter.ts";
import { Negotiation } from "./negotiation.ts";
import { type OpenOptions, type PacketOptions, Packets } from "./packets.ts";
import type { Engine } from "./sealing/engine.ts";
import { KeyRing } from "./sealing/key-ring.ts";
import { ReplayGuard } from "./sealing/replay-guard.ts";
import { Subjects } from "./subjects.ts";
import { Transfers, type TransfersOptions } from "./transfers.ts";
import { own, ProtocolModule } from "./wire/module.ts";
import { CODECS, type CodecName, numberOf } from "./wire/names.ts";

/**
 * The protocol of `docs/protocol.md`: envelopes, packets, keys, filters. Bytes that are decoded must not be changed
 * while the message is in use: its payload is a view of them.
 */
export class Protocol {
  /** Rules of subjects and patterns. */
  readonly subjects: Subjects;
  /** How two sides agree before they talk. */
  readonly negotiation: Negotiation;
  readonly #module: ProtocolModule;
  readonly #packets: Packets;
  readonly #engine: Engine;
  readonly #compressor: Compressor;

  /** @internal */
  constructor(module: WebAssembly.Module, engine: Engine, compressor: Compressor) {
    this.#module = new ProtocolModule(module);
    this.#engine = engine;
    this.#compressor = compressor;
    this.#packets = new Packets(this.#module, this.keyRing(), this.replayGuard(), compressor);
    this.subjects = new Subjects(this.#module.bindings);
    this.negotiation = new Negotiation(this.#module.bindings);
  }

  /** A new id of a message made at `nowMs`, milliseconds since 1970. */
  messageId(nowMs: number): string {
    return refusing(() => this.#module.bindings.messageId(nowMs));
  }

  /**
   * The bytes of a message; at most 10 MB.
   * @throws PolyphonError with the code, field and rule of what is refused
   */
  encode(envelope: Envelope, codec: CodecName = "msgpack"): Uint8Array {
    this.#module.put(envelope);
    return this.#module.taken(this.#module.raw.encode(numberOf(CODECS, codec)));
  }

  /** Reads a message and checks every rule, those of its payload too. Refuses as {@link encode}. */
  decode(bytes: Uint8Array, codec: CodecName = "msgpack"): ReceivedEnvelope {
    return this.#read(bytes, codec, true);
  }

  /** Reads everything but the payload, at which nobody looks: it may break its rules. Refuses as {@link encode}. */
  header(bytes: Uint8Array, codec: CodecName = "msgpack"): EnvelopeHeader {
    const { payload: _, ...header } = this.#read(bytes, codec, false);
    return header;
  }

  /**
   * Loads what compresses. Pages have to wait for it before they write or open a compressed packet, which is refused with
   * `PROTOCOL_COMPRESSION_UNAVAILABLE` until then; in Node it is at hand. `KERNEL_UNAVAILABLE` when it is not served.
   */
  loadCompression(): Promise<void> {
    return this.#compressor.load();
  }

  /** Writes a packet: compressed where that gains, sealed with the active key of a ring when one is given. */
  pack(envelope: Envelope, options: PacketOptions = {}): Uint8Array {
    return this.#packets.pack(envelope, options);
  }

  /** Opens a packet: seal, replay, decompression, then every rule of the envelope. */
  open(packet: Uint8Array, options: OpenOptions = {}): ReceivedEnvelope {
    return this.#packets.open(packet, options);
  }

  /** The header of a packet, for routing: valid, but as nobody checked the seal, nobody vouches for it. */
  peek(packet: Uint8Array): EnvelopeHeader {
    return this.#packets.peek(packet);
  }

  /** Whether a filter takes an encoded message. Its payload is looked at only when the filter asks for it. */
  takes(filter: Filter, bytes: Uint8Array, codec: CodecName = "msgpack"): boolean {
    const { raw } = this.#module;
    this.#module.load(bytes);
    return this.#module.checked(raw.takes(filter.raw, numberOf(CODECS, codec), bytes.length)) === 1;
  }

  /** Reads a filter, as `docs/protocol.md` describes it. `PROTOCOL_FILTER_INVALID` */
  filter(definition: unknown): Filter {
    const json = encoder.encode(JSON.stringify(definition) ?? "null");
    return new Filter(refusing(() => new this.#module.bindings.RawFilter(json)));
  }

  /**
   * Puts a task message (its JSON, byte for byte) into an envelope with this id. An assignment names its agent itself;
   * an agent's message goes to `orchestrator`.
   */
  taskEnvelope(message: Uint8Array, id: string, orchestrator: Target): ReceivedEnvelope {
    const bytes = own(message);
    this.#module.load(bytes);
    const agent = "agent" in orchestrator ? orchestrator.agent : undefined;
    const topic = "topic" in orchestrator ? orchestrator.topic : undefined;
    return this.#module.message(this.#module.raw.task(bytes.length, id, agent, topic), bytes);
  }

  /** A ring without keys. */
  keyRing(): KeyRing {
    return new KeyRing(new this.#module.bindings.RawRing(), this.#engine);
  }

  /** A guard that knows nobody. */
  replayGuard(): ReplayGuard {
    return new ReplayGuard(new this.#module.bindings.RawGuard());
  }

  /** Data above 10 MB, in chunks. */
  transfers(options: TransfersOptions = {}): Transfers {
    return new Transfers(this.#module.bindings, options);
  }

  #read(bytes: Uint8Array, codec: CodecName, whole: boolean): ReceivedEnvelope {
    if (!(bytes instanceof Uint8Array)) {
      throw protocolError("PROTOCOL_MALFORMED", "message", "must be bytes", typeof bytes);
    }
    const source = own(bytes);
    this.#module.load(source);
    return this.#module.message(this.#module.raw.decode(numberOf(CODECS, codec), source.length, whole), source);
  }
}

const encoder = new TextEncoder();

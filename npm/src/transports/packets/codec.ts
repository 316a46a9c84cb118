import { PolyphonError } from "../../errors/error.ts";
import type { Envelope, ReceivedEnvelope } from "../../protocol/envelope.ts";
import { protocolError } from "../../protocol/failure.ts";
import type { Agreement, Choice } from "../../protocol/negotiation.ts";
import type { KeyRing } from "../../protocol/sealing/key-ring.ts";
import { CODECS, COMPRESSIONS, numberOf, SEALS } from "../../protocol/wire/names.ts";
import type { Packet } from "../link/frames.ts";
import { invalid, readNumber } from "./fields.ts";
import { linkOf, packetEnvelope, packetOf } from "./frame.ts";
import { payloadOf } from "./message.ts";
import { APART, type Limits, Parts, partEnvelope, tooLarge } from "./parts.ts";
import { Seals } from "./seals.ts";
import type { Speech } from "./speech.ts";

/** One connection's way from packets of a link to bytes and back, as both ends have agreed. */
export class PacketCodec {
  readonly choice: Choice;
  readonly #speech: Speech;
  readonly #ring: KeyRing | undefined;
  readonly #seals: Seals | undefined;
  readonly #parts: Parts;
  readonly #codec: number;
  readonly #compression: number;
  readonly #seal: number;
  #limits: Limits;

  /** `isAnswering`: this end was connected to. `limits`: what it takes. */
  constructor(speech: Speech, { choice, epoch }: Agreement, isAnswering: boolean, limits: Limits) {
    const { codec, compression, seal } = choice;
    this.choice = choice;
    this.#speech = speech;
    this.#limits = limits;
    this.#parts = new Parts(speech, limits.transferBytes);
    this.#ring = seal === undefined ? undefined : speech.ringOf(seal);
    if (this.#ring !== undefined) this.#seals = new Seals(speech, this.#ring, epoch, isAnswering);
    this.#codec = numberOf(CODECS, codec);
    this.#compression = compression === undefined ? 0 : numberOf(COMPRESSIONS, compression);
    this.#seal = seal === undefined ? 0 : numberOf(SEALS, seal);
  }

  /** What the other end takes: nothing beyond that is sent. */
  bound({ messageBytes, transferBytes }: Limits): void {
    const own = this.#limits;
    this.#limits = {
      messageBytes: Math.min(own.messageBytes, messageBytes),
      transferBytes: Math.min(own.transferBytes, transferBytes),
    };
  }

  /** The bytes of an envelope, or `undefined` when the module is needed and not there. Refuses as `Protocol.pack`. */
  encode(envelope: Envelope): Uint8Array | undefined {
    const { protocol, direct } = this.#speech;
    if (protocol === undefined) return direct.pack(envelope, PLAIN);
    const { codec, compression } = this.choice;
    return protocol.pack(envelope, { codec, compression, seal: this.#seals?.next() });
  }

  /** The envelope that came, or `undefined` when the module is needed and not there. Refuses as `Protocol.open`. */
  decode(bytes: Uint8Array): ReceivedEnvelope | undefined {
    this.#check(bytes);
    const { protocol, direct } = this.#speech;
    const ring = this.#ring;
    if (protocol === undefined) return direct.open(bytes, PLAIN);
    const envelope = protocol.open(bytes, { ring, sealedOnly: ring !== undefined });
    this.#seals?.admit(bytes);
    return envelope;
  }

  /**
   * The bytes of a packet, or `undefined` when it takes {@link encodeSlowly}: the module is not there yet, or a message is too
   * large to travel in one piece.
   */
  encodePacket(packet: Packet): Uint8Array | undefined {
    let bytes: Uint8Array | undefined;
    try {
      bytes = this.encode(packetEnvelope(packet, this.#speech.stamps));
    } catch (error) {
      if (this.#limits.transferBytes > 0 && isTooLarge(error, packet)) return undefined;
      throw error instanceof PolyphonError ? error : unreadable(error);
    }
    const { messageBytes, transferBytes } = this.#limits;
    if (bytes === undefined || bytes.length <= messageBytes) return bytes;
    if (bytes.length > transferBytes) throw tooLarge(bytes.length, Math.max(messageBytes, transferBytes));
    return undefined;
  }

  /** All that has to be sent for a packet, one after the other. */
  async *encodeSlowly(packet: Packet): AsyncGenerator<Uint8Array, void> {
    let whole = this.encodePacket(packet);
    if (whole === undefined) {
      await this.#speech.load();
      whole = this.encodePacket(packet);
    }
    if (whole !== undefined) {
      yield whole;
      return;
    }
    const protocol = await this.#speech.load();
    const { stamps } = this.#speech;
    const { messageBytes, transferBytes } = this.#limits;
    const payload = packet.frame && "message" in packet.frame ? payloadOf(packet.frame.message) : undefined;
    const size = payload?.bytes.length ?? 0;
    if (payload === undefined || size > transferBytes) throw tooLarge(size, transferBytes);
    const chunkBytes = Math.max(1, Math.min(CHUNK_BYTES, messageBytes >> 1));
    for (const chunk of protocol.transfers().split(stamps.id(), payload.bytes, chunkBytes))
      yield this.encode(partEnvelope(chunk, packet.ack, stamps)) as Uint8Array;
    yield this.encode(packetEnvelope(packet, stamps, false, ` ${APART}${payload.encoding}`)) as Uint8Array;
  }

  /** The packet that came; `undefined` when the module has to be loaded first. */
  decodePacket(bytes: Uint8Array): Packet | undefined {
    const envelope = this.decode(bytes);
    if (envelope === undefined) return undefined;
    const words = linkOf(envelope);
    if (words[2] === "part") {
      this.#parts.take(envelope);
      return { ack: readNumber(words[1], "confirmed number") };
    }
    const last = words[words.length - 1] as string;
    return packetOf(envelope, words, last.startsWith(APART) ? this.#parts.whole(last.slice(APART.length)) : undefined);
  }

  /** What comes is spoken as agreed: nobody between has chosen anything less. */
  #check(bytes: Uint8Array): void {
    if (!MAGIC.every((byte, at) => bytes[at] === byte)) throw invalid("it is no packet of the protocol");
    if (bytes[5] !== this.#codec) throw another("codec");
    if (bytes[7] !== 0 && bytes[7] !== this.#compression) throw another("compression");
    // What has no seal at all is refused by that name when it is opened.
    if (bytes[8] !== 0 && bytes[8] !== this.#seal) throw another("seal");
  }
}

function another(field: string): Error {
  return protocolError("PROTOCOL_DOWNGRADED", `packet.${field}`, "must be the one agreed on", "another one");
}

/** A payload of the application has thrown while it was read. */
function unreadable(cause: unknown): PolyphonError {
  const message = `payload: must be something that can be read; ${(cause as Error).message}`;
  return new PolyphonError("PROTOCOL_FIELD_INVALID", { message, details: { field: "payload" }, cause });
}

function isTooLarge(error: unknown, { frame }: Packet): boolean {
  return (error as { code?: unknown }).code === "PROTOCOL_LIMIT_EXCEEDED" && frame !== undefined && "message" in frame;
}

const PLAIN = Object.freeze({});
const CHUNK_BYTES = 1_048_576;
const MAGIC: Uint8Array = Uint8Array.of(0x50, 0x4c, 0x59, 0x4d);

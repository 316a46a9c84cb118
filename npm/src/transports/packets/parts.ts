import { PolyphonError } from "../../errors/error.ts";
import type { Encoding, Envelope, ReceivedEnvelope } from "../../protocol/envelope.ts";
import { protocolError } from "../../protocol/failure.ts";
import { Payload } from "../../protocol/payload.ts";
import type { Protocol } from "../../protocol/protocol.ts";
import { CHUNK_SCHEMA, type Transfers } from "../../protocol/transfers.ts";
import { ENCODINGS } from "../../protocol/wire/names.ts";
import { type Stamps, saying } from "./frame.ts";
import type { Speech } from "./speech.ts";

/** Bytes of one message, and of a payload that travels in parts; with 0 none does. */
export interface Limits {
  readonly messageBytes: number;
  readonly transferBytes: number;
}

/** The word that says that a payload came before its message, and how it is to be read. */
export const APART = "apart=";
const PEER = "peer";

/** A part of a payload on its way. */
export function partEnvelope(chunk: Payload, ack: number, stamps: Stamps): Envelope {
  return { ...saying(stamps, `0 ${ack} part`), schema: CHUNK_SCHEMA, payload: chunk };
}

export function tooLarge(bytes: number, most: number): PolyphonError {
  const message = `the message has ${bytes} bytes; the connection takes ${most}.`;
  return new PolyphonError("PROTOCOL_LIMIT_EXCEEDED", { message, details: { field: "payload", bytes, most } });
}

/** Puts payloads together that come in parts, one after the other. */
export class Parts {
  readonly #speech: Speech;
  readonly #transferBytes: number;
  #transfers: Transfers | undefined;
  #whole: Uint8Array | undefined;

  constructor(speech: Speech, transferBytes: number) {
    this.#speech = speech;
    this.#transferBytes = transferBytes;
  }

  /** Takes a part. `PROTOCOL_TRANSFER_INVALID`, `PROTOCOL_LIMIT_EXCEEDED` */
  take({ payload, schema }: ReceivedEnvelope): void {
    if (schema !== CHUNK_SCHEMA || payload === undefined) throw wrong("part", "must be a chunk");
    const bytes = this.#transferBytes;
    if (bytes === 0) throw tooLarge(payload.bytes.length, 0);
    // What could be read as a chunk was read by the module.
    const protocol = this.#speech.protocol as Protocol;
    this.#transfers ??= protocol.transfers({ transfers: 1, transferBytes: bytes, totalBytes: bytes });
    const whole = this.#transfers.take(PEER, payload, this.#speech.stamps.wallMs());
    if (whole !== undefined) this.#whole = whole;
  }

  /** The payload all of whose parts are there. */
  whole(encoding: string): Payload {
    const whole = this.#whole;
    this.#whole = undefined;
    if (whole === undefined) throw wrong("payload", "must have come before its message");
    if (!ENCODINGS.includes(encoding as Encoding)) throw wrong("encoding", "must be json, msgpack or bytes");
    return Payload.encoded(encoding as Encoding, whole);
  }
}

function wrong(field: string, rule: string): Error {
  return protocolError("PROTOCOL_TRANSFER_INVALID", field, rule, "something else");
}

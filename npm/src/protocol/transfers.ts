import type { ProtocolBindings, RawTransfers } from "../wasm/protocol.ts";
import { refusing } from "./failure.ts";
import { Payload } from "./payload.ts";

/** Schema of the messages that carry chunks; their kind is `data`. */
export const CHUNK_SCHEMA = "polyphon.chunk/1";

/** Bounds of a receiver of transfers. */
export interface TransfersOptions {
  /** Transfers at a time. Default 16. */
  readonly transfers?: number | undefined;
  /** Bytes of one. Default 1 GiB. */
  readonly transferBytes?: number | undefined;
  /** Bytes of all. Default 2 GiB. */
  readonly totalBytes?: number | undefined;
  /** How long one may rest, in milliseconds. Default 60,000. */
  readonly idleMs?: number | undefined;
}

const GIB = 1024 ** 3;

/** Data above 10 MB: split into the payloads of messages, and put together again in any order. */
export class Transfers {
  readonly #bindings: ProtocolBindings;
  readonly #raw: RawTransfers;

  /** @internal */
  constructor(bindings: ProtocolBindings, options: TransfersOptions) {
    const { transfers = 16, transferBytes = GIB, totalBytes = 2 * GIB, idleMs = 60_000 } = options;
    this.#bindings = bindings;
    this.#raw = new bindings.RawTransfers(transfers, transferBytes, totalBytes, idleMs);
  }

  /**
   * The payloads of the chunks of some data, in order; `transfer` is a message id of its own.
   * @param chunkBytes 1 byte to 8 MiB. Default 1 MiB
   */
  split(transfer: string, data: Uint8Array, chunkBytes: number = 1024 * 1024): readonly Payload[] {
    const bytes = refusing(() => this.#bindings.chunks(transfer, data, chunkBytes));
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const payloads: Payload[] = [];
    for (let at = 0; at < bytes.length; ) {
      const end = at + 4 + view.getUint32(at, true);
      payloads.push(Payload.encoded("msgpack", bytes.subarray(at + 4, end)));
      at = end;
    }
    return payloads;
  }

  /**
   * Takes a chunk from a sender; the whole when none is missing any more. `PROTOCOL_TRANSFER_INVALID` ends its transfer,
   * `PROTOCOL_LIMIT_EXCEEDED` says there is no room.
   */
  take(sender: string, chunk: Payload, nowMs: number): Uint8Array | undefined {
    return refusing(() => this.#raw.take(sender, chunk.bytes, nowMs));
  }

  /** Forgets transfers that rested too long; says how many. */
  expire(nowMs: number): number {
    return this.#raw.expire(nowMs);
  }

  /** How many are under way. */
  get count(): number {
    return this.#raw.count;
  }
}

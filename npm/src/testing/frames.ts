import { crc32c } from "../stores/crc32c.ts";
import { FRAME_CHECKSUM_BYTES, FRAME_FORMAT, FRAME_HEADER_BYTES, FRAME_MAGIC } from "../stores/frame-header.ts";

/** What a test may choose about a frame. */
export interface FrameOptions {
  /** Default 1. */
  readonly events?: number;
  /** Default 1. */
  readonly commands?: number;
  /** Default: 64 bytes that depend on the sequence. */
  readonly body?: Uint8Array;
  /** Default: the sequence, as milliseconds. */
  readonly kernelTimeMs?: number;
  /** Default: the kernel time. */
  readonly wallTimeMs?: number;
}

/** Everything a frame's header says. */
export interface FrameFields extends FrameOptions {
  readonly firstSeq: number;
  readonly epoch: number;
  readonly partition?: number;
  readonly prevHash: Uint8Array;
}

/** A whole frame with header and checksum. The body is opaque to a store, so any bytes will do. */
export function encodeFrame(fields: FrameFields): Uint8Array<ArrayBuffer> {
  const { firstSeq, epoch, partition = 0, prevHash, events = 1, commands = 1 } = fields;
  const body = fields.body ?? new Uint8Array(64).fill(firstSeq);
  const frame = new Uint8Array(FRAME_HEADER_BYTES + body.byteLength + FRAME_CHECKSUM_BYTES);
  const view = new DataView(frame.buffer);
  const kernelTimeMs = fields.kernelTimeMs ?? firstSeq;
  view.setUint32(0, FRAME_MAGIC, true);
  view.setUint16(4, FRAME_FORMAT, true);
  view.setUint32(8, partition, true);
  view.setUint32(12, events, true);
  view.setBigUint64(16, BigInt(epoch), true);
  view.setBigUint64(24, BigInt(firstSeq), true);
  view.setBigUint64(32, BigInt(kernelTimeMs), true);
  view.setBigInt64(40, BigInt(fields.wallTimeMs ?? kernelTimeMs), true);
  frame.set(prevHash, 48);
  view.setUint32(80, body.byteLength, true);
  view.setUint32(84, commands, true);
  frame.set(body, FRAME_HEADER_BYTES);
  sealFrame(frame);
  return frame;
}

/** Writes the checksum again, for a test that changed a frame and wants it to look whole. */
export function sealFrame(frame: Uint8Array): void {
  const end = frame.byteLength - FRAME_CHECKSUM_BYTES;
  new DataView(frame.buffer, frame.byteOffset).setUint32(end, crc32c(frame.subarray(0, end)), true);
}

/** Makes the frames of one journal, each linked to the one before. */
export class FrameChain {
  /** Sequence the next frame begins at. */
  nextSeq = 1;
  /** Epoch the next frame is written in; set it to what `open` granted. */
  epoch: number;
  readonly #partition: number;
  #prevHash: Uint8Array = new Uint8Array(32);

  /** `epoch` defaults to 1, `partition` to 0. */
  constructor(start: { readonly epoch?: number; readonly partition?: number } = {}) {
    this.epoch = start.epoch ?? 1;
    this.#partition = start.partition ?? 0;
  }

  /** The next frame. */
  async next(options: FrameOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
    const frame = this.peek(options);
    await this.follow(frame);
    return frame;
  }

  /** The frame `next` would make, without going on to the one after. */
  peek(options: FrameOptions = {}): Uint8Array<ArrayBuffer> {
    const fields = { firstSeq: this.nextSeq, epoch: this.epoch, partition: this.#partition, prevHash: this.#prevHash };
    return encodeFrame({ ...fields, ...options });
  }

  /** Goes on after `frame`, for example the last one that was found on disk. */
  async follow(frame: Uint8Array): Promise<void> {
    const view = new DataView(frame.buffer, frame.byteOffset);
    this.nextSeq = Number(view.getBigUint64(24, true)) + view.getUint32(12, true);
    this.#prevHash = new Uint8Array(await globalThis.crypto.subtle.digest("SHA-256", frame as Uint8Array<ArrayBuffer>));
  }
}

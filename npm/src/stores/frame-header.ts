import { storeError } from "./store-error.ts";

/** The fixed header at the start of every frame; all numbers little-endian. */
export interface FrameHeader {
  readonly format: number;
  readonly flags: number;
  readonly partition: number;
  readonly eventCount: number;
  readonly commandCount: number;
  /** Epoch of the owner that wrote it. */
  readonly epoch: number;
  readonly firstSeq: number;
  /** `firstSeq + eventCount - 1`. */
  readonly lastSeq: number;
  readonly kernelTimeMs: number;
  readonly wallTimeMs: number;
  /** SHA-256 of the whole previous frame, zeros in the first. A view on the frame. */
  readonly prevHash: Uint8Array;
  readonly bodyBytes: number;
}

/** Bytes of the header. */
export const FRAME_HEADER_BYTES = 88;
/** Bytes of the checksum at the end. */
export const FRAME_CHECKSUM_BYTES = 4;
/** The format this version writes and the newest it reads. */
export const FRAME_FORMAT = 1;
/** "PLYF", read as a little-endian number. */
export const FRAME_MAGIC = 0x46594c50;

/** Reads the header of a whole frame. Throws `STORE_FRAME_INVALID` naming the field; does not check the checksum. */
export function parseFrameHeader(frame: Uint8Array): FrameHeader {
  if (frame.byteLength < FRAME_HEADER_BYTES + FRAME_CHECKSUM_BYTES) {
    throw invalid("length", `has ${frame.byteLength} bytes, less than a header and a checksum`);
  }
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  if (view.getUint32(0, true) !== FRAME_MAGIC) throw invalid("magic", "does not begin with PLYF");
  const format = view.getUint16(4, true);
  if (format === 0 || format > FRAME_FORMAT) throw invalid("format", `is of format ${format}, not ${FRAME_FORMAT}`);
  const bodyBytes = view.getUint32(80, true);
  const expected = FRAME_HEADER_BYTES + bodyBytes + FRAME_CHECKSUM_BYTES;
  if (expected !== frame.byteLength) {
    throw invalid("body_len", `says it has ${expected} bytes but has ${frame.byteLength}`);
  }
  const eventCount = view.getUint32(12, true);
  if (eventCount === 0) throw invalid("event_count", "holds no event");
  const firstSeq = safe(view.getBigUint64(24, true), "first_seq");
  if (firstSeq === 0) throw invalid("first_seq", "begins at sequence 0");
  return {
    format,
    flags: view.getUint16(6, true),
    partition: view.getUint32(8, true),
    eventCount,
    commandCount: view.getUint32(84, true),
    epoch: safe(view.getBigUint64(16, true), "epoch"),
    firstSeq,
    lastSeq: safe(BigInt(firstSeq) + BigInt(eventCount) - 1n, "event_count"),
    kernelTimeMs: safe(view.getBigUint64(32, true), "kernel_time_ms"),
    wallTimeMs: safe(view.getBigInt64(40, true), "wall_time_ms"),
    prevHash: frame.subarray(48, 80),
    bodyBytes,
  };
}

/** The checksum a frame carries in its last four bytes. */
export function frameChecksum(frame: Uint8Array): number {
  const at = frame.byteOffset + frame.byteLength - FRAME_CHECKSUM_BYTES;
  return new DataView(frame.buffer, at, FRAME_CHECKSUM_BYTES).getUint32(0, true);
}

function safe(value: bigint, field: string): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw invalid(field, `has a ${field} of ${value}, beyond 2^53`);
  return number;
}

function invalid(field: string, what: string): Error {
  return storeError("STORE_FRAME_INVALID", `the frame ${what}`, { field });
}

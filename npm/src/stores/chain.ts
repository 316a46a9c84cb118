import { PolyphonError } from "../errors/error.ts";
import { crc32c } from "./crc32c.ts";
import { FRAME_CHECKSUM_BYTES, type FrameHeader, frameChecksum, parseFrameHeader } from "./frame-header.ts";
import type { Damage, DamageReason } from "./store.ts";
import { storeError } from "./store-error.ts";

/** What the next frame must connect to. */
export interface ChainLink {
  /** Sequence the next frame must begin at. */
  readonly nextSeq: number;
  /** SHA-256 of the frame before, zeros before the first; `undefined` leaves the chain unchecked. */
  readonly prevHash: Uint8Array | undefined;
  /** Epoch of the frame before: epochs never fall. */
  readonly epoch: number;
}

/** Before the first frame of a journal. */
export function firstLink(): ChainLink {
  return { nextSeq: 1, prevHash: new Uint8Array(32), epoch: 0 };
}

/** Where the chain goes on after a frame. */
export function linkAfter(header: FrameHeader, hash: Uint8Array | undefined): ChainLink {
  return { nextSeq: header.lastSeq + 1, prevHash: hash, epoch: header.epoch };
}

export type Inspection =
  | { readonly header: FrameHeader; readonly damage?: never }
  | { readonly damage: Damage; readonly header?: never };

/** Checks one frame and its place in the chain: header, checksum, sequence, epoch, hash of the frame before. */
export function inspectFrame(frame: Uint8Array, link: ChainLink): Inspection {
  const damage = (reason: DamageReason, message: string): Inspection => ({
    damage: { seq: link.nextSeq, reason, message },
  });
  let header: FrameHeader;
  try {
    header = parseFrameHeader(frame);
  } catch (error) {
    if (!(error instanceof PolyphonError)) throw error;
    return damage("header", error.message);
  }
  const computed = crc32c(frame.subarray(0, frame.byteLength - FRAME_CHECKSUM_BYTES));
  if (computed !== frameChecksum(frame)) return damage("checksum", "the frame does not match its checksum");
  if (header.firstSeq !== link.nextSeq) {
    return damage("gap", `sequence ${link.nextSeq} should follow, but the frame begins at ${header.firstSeq}`);
  }
  if (header.epoch < link.epoch) return damage("epoch", `epoch falls from ${link.epoch} to ${header.epoch}`);
  if (link.prevHash !== undefined && !equalBytes(link.prevHash, header.prevHash)) {
    return damage("chain", "the frame does not name the hash of the frame before it");
  }
  return { header };
}

/** The error form of {@link Damage}. */
export function corrupt(store: string, damage: Damage): PolyphonError {
  const message = `${store}: the journal is damaged at sequence ${damage.seq}: ${damage.message}. Restore a backup, or open it read-only up to sequence ${damage.seq - 1}.`;
  return storeError("STORE_CORRUPT", message, { seq: damage.seq, reason: damage.reason });
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.byteLength !== b.byteLength) return false;
  for (let i = 0; i < a.byteLength; i++) if (a[i] !== b[i]) return false;
  return true;
}

import type { PolyphonError } from "../errors/error.ts";
import type { FrameHeader } from "./frame-header.ts";
import type { Snapshot } from "./store.ts";
import { storeError } from "./store-error.ts";

/** Where an owner stands: what the next frame is held against. */
export interface Turn {
  /** The epoch granted at open. */
  readonly epoch: number;
  readonly lastSeq: number;
  /** Partition of the journal; `undefined` until its first frame. */
  readonly partition: number | undefined;
}

/** Throws unless the frame is the owner's and the next one: `STORE_FENCED`, `STORE_GAP`, `STORE_FRAME_INVALID`. */
export function checkTurn(name: string, header: FrameHeader, turn: Turn): void {
  if (header.epoch !== turn.epoch) throw fenced(name, header.epoch, turn.epoch);
  const expected = turn.lastSeq + 1;
  if (header.firstSeq !== expected) {
    const message = `${name}: the frame begins at sequence ${header.firstSeq}, the journal goes on at ${expected}`;
    throw storeError("STORE_GAP", message, { expected, firstSeq: header.firstSeq });
  }
  if (turn.partition !== undefined && header.partition !== turn.partition) {
    const message = `${name}: the frame is of partition ${header.partition}, the journal of ${turn.partition}`;
    throw storeError("STORE_FRAME_INVALID", message, { field: "partition" });
  }
}

/** The refusal of a write whose epoch is not, or no longer, the granted one. */
export function fenced(name: string, epoch: number, granted: number): PolyphonError {
  const message = `${name}: epoch ${epoch} may not write, the store granted epoch ${granted}. Another owner opened it, or it was reopened.`;
  return storeError("STORE_FENCED", message, { epoch, granted });
}

/** Codes of a refused append that left the journal as it was; after any other the frame may be found there. */
const NOTHING_WRITTEN: ReadonlySet<string> = new Set([
  "STORE_GAP",
  "STORE_FENCED",
  "STORE_FRAME_INVALID",
  "STORE_PAYLOAD_CONFLICT",
]);

/** Whether a failed append certainly wrote nothing. */
export function wroteNothing({ code }: PolyphonError): boolean {
  return NOTHING_WRITTEN.has(code);
}

/** The refusal of everything that builds on an append whose fate is open. */
export function halted(name: string, cause: PolyphonError): PolyphonError {
  const message = `${name}: an append failed (${cause.code}); reopen the store to learn what is durable`;
  return storeError("STORE_HALTED", message, { because: cause.code }, cause);
}

export function closed(name: string): PolyphonError {
  return storeError("STORE_CLOSED", `${name}: the store is not open`);
}

/** The refusal of a second payload under a taken key. */
export function payloadConflict(name: string, key: string): PolyphonError {
  const message = `${name}: another payload is stored under the key ${JSON.stringify(key)}`;
  return storeError("STORE_PAYLOAD_CONFLICT", message, { key });
}

/** The refusal of a read below what compaction kept. */
export function compacted(name: string, fromSeq: number, firstSeq: number): PolyphonError {
  const message = `${name}: sequence ${fromSeq} was compacted away; the journal begins at ${firstSeq}`;
  return storeError("STORE_COMPACTED", message, { fromSeq, firstSeq });
}

/** Throws `STORE_SNAPSHOT_INVALID` for a snapshot that is ahead of the journal or behind the last one. */
export function checkSnapshot(name: string, snapshot: Pick<Snapshot, "seq">, lastSeq: number, latestSeq: number): void {
  if (snapshot.seq <= lastSeq && snapshot.seq >= latestSeq && snapshot.seq > 0) return;
  const message = `${name}: a snapshot at sequence ${snapshot.seq} does not lie between the last one (${latestSeq}) and the end of the journal (${lastSeq})`;
  throw storeError("STORE_SNAPSHOT_INVALID", message, { seq: snapshot.seq, latestSeq, lastSeq });
}

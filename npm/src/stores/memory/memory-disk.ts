import type { Archive, Snapshot } from "../store.ts";

/** What a memory store writes to. Two stores on one disk see the same data, as two processes on one file would. */
export interface MemoryDisk {
  readonly journalId: string;
  epoch: number;
  /** The store that owns it now. */
  owner: object | undefined;
  /** Bytes of everything below. */
  usedBytes: number;
  /** Kept frames in order. */
  frames: MemoryFrame[];
  /** Last sequence that compaction dropped, and how the chain goes on after it. */
  base: { readonly seq: number; readonly hash: Uint8Array; readonly epoch: number };
  readonly payloads: Map<string, MemoryPayload>;
  /** Oldest first, at most two. */
  snapshots: Snapshot[];
  /** In the order they came. */
  readonly archives: Map<string, Archive>;
}

export interface MemoryFrame {
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly epoch: number;
  readonly bytes: Uint8Array;
}

export interface MemoryPayload {
  readonly owner: number;
  /** First sequence of the frame it came with. */
  readonly seq: number;
  readonly bytes: Uint8Array;
}

/** An empty disk. `journalId` identifies its journal: 32 hexadecimal digits, by default zeros, as nothing outlives it. */
export function memoryDisk(journalId: string = "0".repeat(32)): MemoryDisk {
  return {
    journalId,
    epoch: 0,
    owner: undefined,
    usedBytes: 0,
    frames: [],
    base: { seq: 0, hash: new Uint8Array(32), epoch: 0 },
    payloads: new Map(),
    snapshots: [],
    archives: new Map(),
  };
}

/** Highest sequence on the disk. */
export function lastSeqOf(disk: MemoryDisk): number {
  return disk.frames.at(-1)?.lastSeq ?? disk.base.seq;
}

/** Index of the frame that holds `seq`, or of the first above it. */
export function frameIndex(disk: MemoryDisk, seq: number): number {
  let low = 0;
  let high = disk.frames.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((disk.frames[middle] as MemoryFrame).lastSeq < seq) low = middle + 1;
    else high = middle;
  }
  return low;
}

import { sha256 } from "../sha256.ts";
import { frameIndex, type MemoryDisk, type MemoryFrame } from "./memory-disk.ts";

/** Drops frames wholly below `beforeSeq` and below the older kept snapshot, then the payloads of closed and archived owners. */
export async function compactDisk(disk: MemoryDisk, beforeSeq: number, closed: readonly number[]): Promise<void> {
  const [older, newer] = disk.snapshots;
  if (older === undefined || newer === undefined) return;
  const cut = Math.min(beforeSeq, older.seq + 1);
  const last = disk.frames[frameIndex(disk, cut) - 1];
  if (last !== undefined) {
    const hash = await sha256(last.bytes);
    dropFrames(disk, last, hash);
  }
  sweepPayloads(disk, closed);
}

function dropFrames(disk: MemoryDisk, last: MemoryFrame, hash: Uint8Array): void {
  // Another compaction may have come this far while the hash was computed.
  if (last.lastSeq <= disk.base.seq) return;
  const count = frameIndex(disk, last.lastSeq + 1);
  for (const frame of disk.frames.splice(0, count)) disk.usedBytes -= frame.bytes.byteLength;
  disk.base = { seq: last.lastSeq, hash, epoch: last.epoch };
}

function sweepPayloads(disk: MemoryDisk, closed: readonly number[]): void {
  const gone = new Set(closed);
  for (const archive of disk.archives.values()) if (archive.lastSeq <= disk.base.seq) gone.add(archive.owner);
  if (gone.size > 0) dropPayloads(disk, (owner) => gone.has(owner));
}

/** Drops the payloads whose owner `matches`. */
export function dropPayloads(disk: MemoryDisk, matches: (owner: number) => boolean): void {
  for (const [key, payload] of disk.payloads) {
    if (!matches(payload.owner)) continue;
    disk.payloads.delete(key);
    disk.usedBytes -= payload.bytes.byteLength;
  }
}

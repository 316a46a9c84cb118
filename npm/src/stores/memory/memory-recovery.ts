import { corrupt } from "../chain.ts";
import type { StoreOpened } from "../store.ts";
import { lastSeqOf, type MemoryDisk } from "./memory-disk.ts";
import { scanDisk } from "./memory-scan.ts";

/** Checks what a rebuild would read, cuts a torn last frame, grants the next epoch. */
export async function recoverDisk(name: string, disk: MemoryDisk): Promise<StoreOpened> {
  const oldest = disk.snapshots[0]?.seq ?? 0;
  if (oldest < disk.base.seq) {
    const message = "the snapshot that stands for the dropped frames is missing";
    throw corrupt(name, { seq: disk.base.seq, reason: "snapshot", message });
  }
  let repaired: StoreOpened["repaired"];
  for await (const { frame, damage } of scanDisk(disk, oldest + 1)) {
    if (damage === undefined) continue;
    const torn = damage.reason === "header" || damage.reason === "checksum";
    if (!torn || frame !== disk.frames.at(-1)) throw corrupt(name, damage);
    repaired = { cutFromSeq: frame.firstSeq, bytes: frame.bytes.byteLength };
    cutLastFrame(disk);
  }
  disk.epoch = Math.max(disk.epoch, disk.frames.at(-1)?.epoch ?? 0) + 1;
  const opened = {
    journalId: disk.journalId,
    lastSeq: lastSeqOf(disk),
    firstSeq: disk.base.seq + 1,
    epoch: disk.epoch,
  };
  return repaired === undefined ? opened : { ...opened, repaired };
}

function cutLastFrame(disk: MemoryDisk): void {
  const cut = disk.frames.pop();
  if (cut === undefined) return;
  disk.usedBytes -= cut.bytes.byteLength;
  for (const [key, payload] of disk.payloads) {
    if (payload.seq !== cut.firstSeq) continue;
    disk.payloads.delete(key);
    disk.usedBytes -= payload.bytes.byteLength;
  }
  // A snapshot of a state the journal no longer reaches would contradict what is written next.
  const kept = disk.snapshots.filter((snapshot) => snapshot.seq < cut.firstSeq);
  for (const gone of disk.snapshots) if (!kept.includes(gone)) disk.usedBytes -= gone.bytes.byteLength;
  disk.snapshots = kept;
}

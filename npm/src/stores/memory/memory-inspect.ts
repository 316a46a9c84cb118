import type { PolyphonError } from "../../errors/error.ts";
import type { StoreHealth, VerifyOptions, VerifyReport } from "../store.ts";
import { lastSeqOf, type MemoryDisk } from "./memory-disk.ts";
import { scanDisk } from "./memory-scan.ts";

/** Checks every frame on the disk. */
export async function verifyDisk(disk: MemoryDisk, options: VerifyOptions): Promise<VerifyReport> {
  const firstSeq = disk.base.seq + 1;
  let seq = disk.base.seq;
  let frames = 0;
  let bytes = 0;
  const counts = () => ({ frames, bytes });
  for await (const { frame, header, damage } of scanDisk(disk, firstSeq)) {
    options.signal?.throwIfAborted();
    // Compaction overtook the check: what is left is checked from its beginning.
    if (damage !== undefined && damage.seq <= disk.base.seq) return verifyDisk(disk, options);
    if (damage !== undefined) return report({ ok: false, damage });
    seq = header.lastSeq;
    frames += 1;
    bytes += frame.bytes.byteLength;
    options.onProgress?.({ seq, lastSeq: lastSeqOf(disk), ...counts() });
  }
  return report({ ok: true });

  function report(outcome: Pick<VerifyReport, "ok" | "damage">): VerifyReport {
    const events = seq - firstSeq + 1;
    return { ...outcome, firstSeq, lastSeq: seq, events, ...counts(), snapshots: disk.snapshots.length };
  }
}

export function diskHealth(disk: MemoryDisk, failure: PolyphonError | undefined): StoreHealth {
  const health: StoreHealth = {
    ok: failure === undefined,
    lastSeq: lastSeqOf(disk),
    firstSeq: disk.base.seq + 1,
    snapshotSeq: disk.snapshots.at(-1)?.seq ?? 0,
    journalBytes: sum(disk.frames),
    payloadBytes: sum(disk.payloads.values()),
    snapshotBytes: sum(disk.snapshots),
    archiveBytes: sum(disk.archives.values()),
    storedBytes: disk.usedBytes,
  };
  return failure === undefined ? health : { ...health, problem: failure.message };
}

function sum(rows: Iterable<{ readonly bytes: Uint8Array }>): number {
  let total = 0;
  for (const row of rows) total += row.bytes.byteLength;
  return total;
}

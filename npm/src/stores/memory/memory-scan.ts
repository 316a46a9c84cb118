import { type ChainLink, inspectFrame, linkAfter } from "../chain.ts";
import type { FrameHeader } from "../frame-header.ts";
import { sha256 } from "../sha256.ts";
import type { Damage } from "../store.ts";
import { frameIndex, type MemoryDisk, type MemoryFrame } from "./memory-disk.ts";

export type Scanned =
  | { readonly frame: MemoryFrame; readonly header: FrameHeader; readonly damage?: never }
  | { readonly frame: MemoryFrame; readonly damage: Damage; readonly header?: never };

/** Every frame from the one that holds `fromSeq`, each checked; ends after the first damaged one. */
export async function* scanDisk(disk: MemoryDisk, fromSeq: number): AsyncGenerator<Scanned> {
  let index = frameIndex(disk, fromSeq);
  let link = await linkBefore(disk, index);
  for (;;) {
    // Compaction may have moved the frames since the last turn: the sequence is the position, not the index.
    index = frameIndex(disk, link.nextSeq);
    const frame = disk.frames[index];
    if (frame === undefined) return;
    const { header, damage } = inspectFrame(frame.bytes, link);
    if (damage !== undefined) {
      yield { frame, damage };
      return;
    }
    link = linkAfter(header, await sha256(frame.bytes));
    yield { frame, header };
  }
}

async function linkBefore(disk: MemoryDisk, index: number): Promise<ChainLink> {
  const before = disk.frames[index - 1];
  if (before === undefined) return { nextSeq: disk.base.seq + 1, prevHash: disk.base.hash, epoch: disk.base.epoch };
  return { nextSeq: before.lastSeq + 1, prevHash: await sha256(before.bytes), epoch: before.epoch };
}

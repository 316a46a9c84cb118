import { parseFrameHeader } from "../../npm/src/stores/frame-header.ts";
import { sqliteStore } from "../../npm/src/stores/sqlite/sqlite-store.ts";
import { bodyOf, payloadOf, snapshotOf } from "./content.ts";

/** What is wrong with the journal in `file` for somebody who was promised everything up to `acknowledged`; empty: nothing. */
export async function judge(file: string, acknowledged: number): Promise<string[]> {
  const store = sqliteStore(file, { thread: "caller" });
  const wrong: string[] = [];
  try {
    const opened = await store.open();
    if (opened.lastSeq < acknowledged) wrong.push(`lost: ${acknowledged} was acknowledged, ${opened.lastSeq} is there`);
    if (opened.repaired !== undefined) wrong.push("a frame was cut although commits are atomic");
    const report = await store.verify();
    if (report.damage !== undefined) wrong.push(`damaged: ${report.damage.message}`);
    for await (const frame of store.read(opened.firstSeq)) {
      const { firstSeq } = parseFrameHeader(frame);
      if (!same(frame.subarray(88, -4), bodyOf(firstSeq))) wrong.push(`another frame at ${firstSeq}`);
      if (!same(await store.payload(`p${firstSeq}`), payloadOf(firstSeq))) wrong.push(`another payload at ${firstSeq}`);
    }
    const snapshot = await store.latestSnapshot();
    if (snapshot !== undefined && !same(snapshot.bytes, snapshotOf(snapshot.seq))) wrong.push("another snapshot");
  } catch (error) {
    wrong.push(String(error));
  } finally {
    await store.close();
  }
  return wrong;
}

function same(a: Uint8Array | undefined, b: Uint8Array): boolean {
  return a !== undefined && Buffer.compare(a, b) === 0;
}

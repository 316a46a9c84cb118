import { PolyphonError } from "../../errors/error.ts";
import { systemClock } from "../../runtime/clock.ts";
import { type ChainLink, corrupt } from "../chain.ts";
import type { Damage, Snapshot, VerifyOptions, VerifyReport, WaitOptions } from "../store.ts";
import type { Client } from "./client.ts";
import type { ReaderService } from "./reader-service.ts";
import type { Part } from "./scan.ts";
import type { SnapshotRow } from "./snapshots.ts";

/** Bytes of frames that cross from the thread at once, and are checked between two appends, unless told otherwise. */
export const PART_BYTES = 262_144;

/** Answers that are there already are served without a turn of the event loop: who works between two parts gives it one. */
function turn(): Promise<void> {
  return new Promise((resolve) => systemClock().soon(resolve));
}

/** Frames from the one that holds `fromSeq`; the next part is fetched while this one is used. */
export async function* readFrames(
  client: Client<ReaderService>,
  name: string,
  fromSeq: number,
  { signal }: WaitOptions,
  partBytes: number,
): AsyncGenerator<Uint8Array> {
  signal?.throwIfAborted();
  const link = await client.call("linkBefore", [Math.max(1, fromSeq)]);
  let pending = client.call("read", [link, partBytes]);
  for (;;) {
    const part = await pending;
    const following =
      part.damage === undefined && part.next !== undefined ? client.call("read", [part.next, partBytes]) : undefined;
    // Should the reader leave the loop early, nobody waits for the part on its way.
    following?.catch(() => undefined);
    for (const frame of part.frames) {
      signal?.throwIfAborted();
      yield frame;
    }
    if (part.damage !== undefined) throw corrupt(name, part.damage);
    if (following === undefined) return;
    await turn();
    pending = following;
  }
}

/** The newest snapshot whose every chunk is intact. */
export async function loadSnapshot(client: Client<ReaderService>, name: string): Promise<Snapshot | undefined> {
  for (const row of await client.call("snapshots", [])) {
    const bytes = await loadChunks(client, row);
    if (bytes !== undefined) return { seq: row.seq, stateHash: row.state_hash, bytes };
  }
  const { firstSeq } = await client.call("ends", []);
  if (firstSeq === 1) return undefined;
  const message = "no intact snapshot stands for the dropped frames";
  throw corrupt(name, { seq: firstSeq - 1, reason: "snapshot", message });
}

async function loadChunks(client: Client<ReaderService>, row: SnapshotRow): Promise<Uint8Array | undefined> {
  const bytes = new Uint8Array(row.size);
  let offset = 0;
  for (let index = 0; index < row.chunks; index++) {
    const chunk = await client.call("snapshotChunk", [row.id, index]);
    if (chunk === undefined || offset + chunk.byteLength > row.size) return undefined;
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return offset === row.size ? bytes : undefined;
}

/** Whether every chunk of a snapshot is there and matches its checksum; its bytes stay where they are. */
export async function snapshotIntact(client: Client<ReaderService>, row: SnapshotRow): Promise<boolean> {
  for (let index = 0; index < row.chunks; index++) {
    if (!(await client.call("snapshotChunkIntact", [row.id, index]))) return false;
  }
  return true;
}

/** Checks the whole journal part by part, and every snapshot. */
export async function verifyJournal(client: Client<ReaderService>, options: VerifyOptions): Promise<VerifyReport> {
  for (;;) {
    try {
      return await verifyFromStart(client, options);
    } catch (error) {
      // The owner's compaction overtook the check: what is left is checked from its beginning.
      if (!(error instanceof PolyphonError) || error.code !== "STORE_COMPACTED") throw error;
    }
  }
}

async function verifyFromStart(client: Client<ReaderService>, options: VerifyOptions): Promise<VerifyReport> {
  const ends = await client.call("ends", []);
  let link: ChainLink | undefined = await client.call("firstLink", []);
  let seq = ends.firstSeq - 1;
  let frames = 0;
  let events = 0;
  let bytes = 0;
  let damage: Damage | undefined;
  while (link !== undefined && damage === undefined) {
    options.signal?.throwIfAborted();
    const part: Part = await client.call("check", [link, PART_BYTES]);
    frames += part.count;
    events += part.events;
    seq += part.events;
    bytes += part.bytes;
    link = part.next;
    damage = part.damage;
    await turn();
    options.onProgress?.({ seq, lastSeq: Math.max(seq, ends.lastSeq), frames, bytes });
  }
  let snapshots = 0;
  for (const row of await client.call("snapshots", [])) {
    options.signal?.throwIfAborted();
    if (await snapshotIntact(client, row)) snapshots += 1;
    else damage ??= { seq: row.seq, reason: "snapshot", message: `the snapshot at sequence ${row.seq} is damaged` };
  }
  const report = { ok: damage === undefined, firstSeq: ends.firstSeq, lastSeq: seq, frames, events, bytes, snapshots };
  return damage === undefined ? report : { ...report, damage };
}

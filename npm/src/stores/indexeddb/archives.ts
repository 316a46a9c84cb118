import { crc32c } from "../crc32c.ts";
import type { Archive, ArchiveEntry } from "../store.ts";
import { storeError } from "../store-error.ts";
import { answer, type Database } from "./database.ts";
import { type Owned, ownMeta } from "./owned.ts";
import { dropOwned } from "./payloads.ts";
import type { ArchiveBytes, ArchiveRow } from "./schema.ts";

/** Payloads deleted in one transaction. */
export const SWEEP_STEP = 1_000;

export async function putArchive(owned: Owned, archive: Archive): Promise<void> {
  const { id, owner, lastSeq, closedMs } = archive;
  const deflated = await through(new CompressionStream("deflate-raw"), archive.bytes);
  const row: ArchiveRow = { id, owner, lastSeq, closedMs, size: deflated.byteLength, swept: false };
  const bytes: ArchiveBytes = { id, checksum: crc32c(deflated), deflated };
  await owned.db.write(["meta", "archives", "archiveBytes"], async (tx) => {
    const meta = await ownMeta(tx, owned);
    const before = await answer<ArchiveRow | undefined>(tx.table("archives").get(id));
    tx.table("archives").put(row);
    tx.table("archiveBytes").put(bytes);
    tx.putMeta({ ...meta, archiveBytes: meta.archiveBytes + row.size - (before?.size ?? 0) });
  });
}

export async function getArchive(db: Database, name: string, id: string): Promise<Archive | undefined> {
  const [row, packed] = await db.read(["archives", "archiveBytes"], async (tx) =>
    Promise.all([
      answer<ArchiveRow | undefined>(tx.table("archives").get(id)),
      answer<ArchiveBytes | undefined>(tx.table("archiveBytes").get(id)),
    ]),
  );
  if (row === undefined) return undefined;
  if (packed === undefined || crc32c(packed.deflated) !== packed.checksum) {
    const message = `${name}: the archive ${id} does not match its checksum`;
    throw storeError("STORE_CORRUPT", message, { archive: id, reason: "checksum" });
  }
  return { ...entry(row), bytes: await through(new DecompressionStream("deflate-raw"), packed.deflated) };
}

/** All of them, oldest first. */
export async function listArchives(db: Database): Promise<readonly ArchiveEntry[]> {
  return (await archiveRows(db)).map(entry);
}

export async function archiveRows(db: Database): Promise<ArchiveRow[]> {
  const rows = await db.read(["archives"], (tx) => answer<ArchiveRow[]>(tx.table("archives").getAll()));
  return rows.sort((a, b) => a.closedMs - b.closedMs || a.lastSeq - b.lastSeq);
}

/** Forgets one archive and a part of what its owner's payloads leave. Answers whether it must be called again. */
export function dropArchiveStep(owned: Owned, id: string): Promise<boolean> {
  return owned.db.write(["meta", "payloads", "archives", "archiveBytes"], async (tx) => {
    const meta = await ownMeta(tx, owned);
    const row = await answer<ArchiveRow | undefined>(tx.table("archives").get(id));
    if (row === undefined) return false;
    const { count, bytes } = await dropOwned(tx, row.owner, Number.MAX_SAFE_INTEGER, SWEEP_STEP);
    const more = count === SWEEP_STEP;
    if (!more) {
      tx.table("archives").delete(id);
      tx.table("archiveBytes").delete(id);
    }
    const archiveBytes = meta.archiveBytes - (more ? 0 : row.size);
    tx.putMeta({ ...meta, archiveBytes, payloadBytes: meta.payloadBytes - bytes });
    return more;
  });
}

function entry({ id, owner, lastSeq, closedMs }: ArchiveRow): ArchiveEntry {
  return { id, owner, lastSeq, closedMs };
}

async function through(stream: CompressionStream | DecompressionStream, bytes: Uint8Array): Promise<Uint8Array> {
  const piped = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough(stream);
  return new Uint8Array(await new Response(piped).arrayBuffer());
}

import type { ChainLink } from "../chain.ts";
import { closed } from "../rules.ts";
import type { ArchiveEntry, StoreHealth } from "../store.ts";
import { storeError } from "../store-error.ts";
import { getArchive, listArchives, type PackedArchive } from "./archives.ts";
import { checkEngine, connectReader, probe } from "./connection.ts";
import type { Database } from "./database.ts";
import { readHealth } from "./health.ts";
import { isLocked } from "./lock.ts";
import { baseLink, lastFrame, readMeta } from "./meta.ts";
import type { Owner } from "./recovery.ts";
import { linkBefore, type Part, readPart } from "./scan.ts";
import { listSnapshots, type SnapshotRow, snapshotChunk } from "./snapshots.ts";

export interface ReaderConfig {
  readonly name: string;
  readonly file: string;
}

/** What the thread that holds the connection answers; every call is short. */
export class ReaderService {
  readonly config: ReaderConfig;
  #db: Database | undefined;

  constructor(config: ReaderConfig) {
    this.config = config;
  }

  /** Opens for reading only. */
  connect(): void {
    checkEngine(this.config.name);
    if (!probe(this.config)) {
      throw storeError("STORE_NOT_FOUND", `${this.config.name}: there is no such file`, { file: this.config.file });
    }
    this.#db = connectReader(this.config);
  }

  /** Where the whole of what is kept begins. */
  firstLink(): ChainLink {
    return baseLink(readMeta(this.db));
  }

  /** Where the frame begins that holds `fromSeq`. */
  linkBefore(fromSeq: number): ChainLink {
    return linkBefore(this.db, this.config.name, fromSeq);
  }

  /** A part of the journal with its frames. */
  read(link: ChainLink, budgetBytes: number): Part {
    return readPart(this.db, this.config.name, link, budgetBytes, true);
  }

  /** The same without them. */
  check(link: ChainLink, budgetBytes: number): Part {
    return readPart(this.db, this.config.name, link, budgetBytes, false);
  }

  ends(): { readonly firstSeq: number; readonly lastSeq: number } {
    const base = readMeta(this.db).base_seq;
    return { firstSeq: base + 1, lastSeq: lastFrame(this.db)?.last_seq ?? base };
  }

  payload(key: string): Uint8Array | undefined {
    return this.db.get<{ bytes: Uint8Array }>("SELECT bytes FROM payloads WHERE key = ?", key)?.bytes;
  }

  snapshots(): readonly SnapshotRow[] {
    return listSnapshots(this.db);
  }

  snapshotChunk(id: number, index: number): Uint8Array | undefined {
    return snapshotChunk(this.db, id, index);
  }

  snapshotChunkIntact(id: number, index: number): boolean {
    return snapshotChunk(this.db, id, index) !== undefined;
  }

  archive(id: string): PackedArchive | undefined {
    return getArchive(this.db, this.config.name, id);
  }

  archives(): readonly ArchiveEntry[] {
    return listArchives(this.db);
  }

  health(): StoreHealth {
    return readHealth(this.db, undefined);
  }

  /** Identity of the journal, made with it. */
  journalId(): string {
    return readMeta(this.db).journal_id;
  }

  /** Who owns the file now, if anybody does. */
  owner(): Owner | undefined {
    const { owner_pid, owner_host, owner_since_ms } = readMeta(this.db);
    if (owner_pid === null || !isLocked(this.config.file)) return undefined;
    return { pid: owner_pid, host: owner_host ?? "", sinceMs: owner_since_ms ?? 0 };
  }

  close(): void {
    this.#db?.close();
    this.#db = undefined;
  }

  protected get db(): Database {
    if (this.#db === undefined) throw closed(this.config.name);
    return this.#db;
  }

  protected use(db: Database): void {
    this.#db = db;
  }
}

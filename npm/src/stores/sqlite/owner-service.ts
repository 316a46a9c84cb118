import { existsSync } from "node:fs";
import { dirname } from "node:path";
import type { PolyphonError } from "../../errors/error.ts";
import type { ChainLink } from "../chain.ts";
import { closed, halted, wroteNothing } from "../rules.ts";
import type { StoreHealth, StoreOpened } from "../store.ts";
import { storeError } from "../store-error.ts";
import { Appender, type Entry } from "./append.ts";
import { dropArchiveStep, type PackedArchive, putArchive } from "./archives.ts";
import { Checkpointer, settle } from "./checkpoint.ts";
import { checkEngine, checkSize, connectOwner, probe } from "./connection.ts";
import { ensureFolder } from "./folder.ts";
import { readHealth } from "./health.ts";
import { type FileLock, realPath, takeLock } from "./lock.ts";
import { describeLocked } from "./locked.ts";
import { checkLog } from "./log-check.ts";
import { readMeta } from "./meta.ts";
import type { PackedPayloads } from "./packed-payloads.ts";
import { FilePresence, removed } from "./presence.ts";
import { ReaderService } from "./reader-service.ts";
import { type Owner, recover } from "./recovery.ts";
import { compactStep, dropOwnersStep, erasePayloads } from "./retention.ts";
import type { Part } from "./scan.ts";
import { type Answer, answerOf, failed, type Together } from "./service.ts";
import {
  addSnapshotChunk,
  beginSnapshot,
  endSnapshot,
  pruneSnapshots,
  type SnapshotHead,
  type SnapshotRow,
} from "./snapshots.ts";
import { toStoreError } from "./sqlite-error.ts";

export interface OwnerConfig {
  readonly name: string;
  readonly file: string;
  /** Whether a missing file is made. */
  readonly create: boolean;
  readonly synchronous: "FULL" | "NORMAL";
  readonly owner: Owner;
}

/** What the owning thread answers: all that a reader does, and the writes. Every call is one short transaction. */
export class OwnerService extends ReaderService {
  readonly #config: OwnerConfig;
  #lock: FileLock | undefined;
  #appender: Appender | undefined;
  #checkpointer: Checkpointer | undefined;
  #failure: PolyphonError | undefined;
  #presence: FilePresence | undefined;
  /** What was opened before: another journal in its place is not this one. */
  #journalId: string | undefined;

  constructor(config: OwnerConfig) {
    super(config);
    this.#config = config;
  }

  /** Opens, or opens again without letting go of the lock. */
  open(): StoreOpened {
    const { name, file, owner } = this.#config;
    super.close();
    try {
      this.#lock ??= this.#acquire();
      if (this.#journalId !== undefined && !existsSync(file)) throw removed(name, file);
      const db = connectOwner(this.#config);
      this.use(db);
      settle(db);
      checkSize(db, name, realPath(file));
      if (this.#journalId !== undefined && readMeta(db).journal_id !== this.#journalId) throw removed(name, file);
      const recovered = recover(db, name, owner);
      this.#journalId = recovered.opened.journalId;
      this.#presence = new FilePresence(file);
      this.#appender = new Appender(db, name, recovered);
      this.#checkpointer = new Checkpointer(db);
      this.#failure = undefined;
      return recovered.opened;
    } catch (error) {
      super.close();
      this.#failure ??= toStoreError(name, file, error);
      throw error;
    }
  }

  append(frame: Uint8Array, payloads: PackedPayloads | undefined, drop: readonly string[]): void {
    this.#append([[frame, payloads, drop]]);
  }

  /** Frames that came while others were written are one commit. */
  readonly together: Together = {
    method: "append",
    run: (calls) => {
      const entries = calls as readonly Entry[];
      try {
        this.#append(entries);
        return entries.map((): Answer => [undefined]);
      } catch (error) {
        const failure = error as PolyphonError;
        if (!wroteNothing(failure))
          return calls.map((args, at) => (at === 0 ? failed(failure) : answerOf(this, "append", args)));
        // One of them is to blame: one by one tells which.
        this.#failure = undefined;
        return calls.map((args) => answerOf(this, "append", args));
      }
    },
  };

  #append(entries: readonly Entry[]): void {
    const { appender, checkpointer } = this.#working();
    try {
      appender.append(entries);
      // A file without a name takes commits as ever, and keeps none of them.
      if (this.#presence?.isGone() === true) throw removed(this.#config.name, this.#config.file);
    } catch (error) {
      this.#failure = toStoreError(this.#config.name, this.#config.file, error);
      throw this.#failure;
    }
    for (const [frame, payloads, drop] of entries) {
      const rows = (payloads?.keys.length ?? 0) + drop.length;
      checkpointer.wrote(frame.byteLength + (payloads?.bytes.byteLength ?? 0), rows);
    }
  }

  override linkBefore(fromSeq: number): ChainLink {
    this.#working();
    return super.linkBefore(fromSeq);
  }

  override read(link: ChainLink, budgetBytes: number): Part {
    this.#working();
    return super.read(link, budgetBytes);
  }

  override snapshots(): readonly SnapshotRow[] {
    this.#working();
    return super.snapshots();
  }

  erase(keys: readonly string[]): void {
    this.#write(0, () => erasePayloads(this.db, keys));
  }

  beginSnapshot(head: SnapshotHead): number {
    return this.#write(0, (appender) => beginSnapshot(this.db, this.#config.name, appender.lastSeq, head));
  }

  addSnapshotChunk(id: number, index: number, bytes: Uint8Array): void {
    this.#write(bytes.byteLength, () => addSnapshotChunk(this.db, id, index, bytes));
  }

  endSnapshot(id: number): void {
    this.#write(0, () => endSnapshot(this.db, this.#config.name, id));
  }

  /** Removes a part of the snapshots that no longer count; answers whether something is left. */
  pruneSnapshots(): boolean {
    return this.#write(0, () => pruneSnapshots(this.db));
  }

  putArchive(archive: PackedArchive): void {
    this.#write(archive.deflated.byteLength, () => putArchive(this.db, archive));
  }

  /** A part of dropping one archive; answers whether it must be called again. */
  dropArchive(id: string): boolean {
    return this.#write(0, () => dropArchiveStep(this.db, id));
  }

  /** A part of compaction; answers whether it must be called again. */
  compact(beforeSeq: number): boolean {
    return this.#write(65_536, () => compactStep(this.db, beforeSeq));
  }

  /** A part of dropping the payloads of closed owners, behind row `after`; answers where to go on. */
  dropOwners(owners: readonly number[], beforeSeq: number, after: number): number | undefined {
    return this.#write(0, () => dropOwnersStep(this.db, new Set(owners), beforeSeq, after));
  }

  override health(): StoreHealth {
    return readHealth(this.db, this.#failure?.message ?? this.#checkpointer?.problem);
  }

  /** Called after an answer was sent: what may take a moment without anybody waiting for it. */
  rest(): void {
    this.#checkpointer?.runIfDue();
  }

  override close(): void {
    super.close();
    this.#appender = undefined;
    this.#checkpointer = undefined;
    this.#lock?.release();
    this.#lock = undefined;
    this.#journalId = undefined;
  }

  #acquire(): FileLock {
    const { name, file, create } = this.#config;
    checkEngine(name);
    if (!probe(this.#config) && !create) {
      throw storeError("STORE_NOT_FOUND", `${name}: there is no such file`, { file });
    }
    ensureFolder(dirname(file));
    const lock = takeLock(file);
    if (lock === undefined) throw describeLocked(this.#config);
    try {
      // Without a sync at each commit the end of the log may be torn in more places than one.
      if (this.#config.synchronous === "FULL") checkLog(name, realPath(file));
      return lock;
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  #working(): { readonly appender: Appender; readonly checkpointer: Checkpointer } {
    if (this.#failure !== undefined) throw halted(this.#config.name, this.#failure);
    if (this.#appender === undefined || this.#checkpointer === undefined) throw closed(this.#config.name);
    return { appender: this.#appender, checkpointer: this.#checkpointer };
  }

  /** A write beside the journal. One that the disk failed makes everything after it doubtful as well. */
  #write<T>(bytes: number, body: (appender: Appender) => T): T {
    const { appender, checkpointer } = this.#working();
    try {
      const value = body(appender);
      checkpointer.wrote(bytes);
      return value;
    } catch (error) {
      const failure = toStoreError(this.#config.name, this.#config.file, error);
      if (failure.code === "STORE_IO" || failure.code === "STORE_CORRUPT") this.#failure = failure;
      throw failure;
    }
  }
}

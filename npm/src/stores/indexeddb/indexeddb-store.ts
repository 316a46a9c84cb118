import type { ErrorCode } from "../../errors/codes.generated.ts";
import { PolyphonError } from "../../errors/error.ts";
import { type Clock, systemClock } from "../../runtime/clock.ts";
import { randomHex } from "../../runtime/random.ts";
import { Jobs } from "../jobs.ts";
import { closed, halted } from "../rules.ts";
import type {
  AppendOptions,
  Archive,
  ArchiveEntry,
  CompactOptions,
  PayloadRow,
  Snapshot,
  Store,
  StoreGuarantees,
  StoreHealth,
  StoreOpened,
  VerifyOptions,
  VerifyReport,
  WaitOptions,
} from "../store.ts";
import { storeError } from "../store-error.ts";
import { Appender } from "./append.ts";
import { dropArchiveStep, getArchive, listArchives, putArchive } from "./archives.ts";
import { answer, Database } from "./database.ts";
import { toStoreError } from "./idb-error.ts";
import { readHealth, verify } from "./inspect.ts";
import { type NamedLock, stealLock, takeLock } from "./lock.ts";
import type { Owned } from "./owned.ts";
import { type Grant, recover } from "./recovery.ts";
import { compact, erasePayloads } from "./retention.ts";
import { readFrames } from "./scan.ts";
import type { StoredPayload } from "./schema.ts";
import { latestSnapshot, putSnapshot } from "./snapshots.ts";
import { requirePlatform } from "./support.ts";

export interface IndexedDbStoreOptions {
  /**
   * How long another page or worker may still hold the journal before `STORE_LOCKED`, in milliseconds. A page that is
   * loaded again may meet the last moments of the one before. Default 1,000.
   */
  readonly lockWaitMs?: number;
  /**
   * Takes the journal from whoever holds it, once, when it is opened: from an owner that hangs. What that one writes afterwards is
   * refused by its epoch (`STORE_FENCED`). Default false.
   */
  readonly steal?: boolean;
  /** Default: the clock of the machine. */
  readonly clock?: Clock;
}

/**
 * A journal in the IndexedDB of the origin, in the database `polyphon:<file>`. One page or worker owns it at a time, by a Web
 * Lock of the same name.
 */
export function indexedDbStore(file: string, options: IndexedDbStoreOptions = {}): Store {
  return new IndexedDbStore(file, options);
}

const LOCK_WAIT_MS = 1_000;
const DOUBTFUL: ReadonlySet<ErrorCode> = new Set<ErrorCode>(["STORE_IO", "STORE_CORRUPT", "STORE_FENCED"]);

class IndexedDbStore implements Store {
  readonly name: string;
  readonly #database: string;
  readonly #options: IndexedDbStoreOptions;
  #lock: NamedLock | undefined;
  #db: Database | undefined;
  #appender: Appender | undefined;
  #jobs: Jobs | undefined;
  /** What was granted last, while it is open. */
  #grant: Grant | undefined;
  #failure: PolyphonError | undefined;
  #appends: Promise<unknown> = Promise.resolve();
  #opening: Promise<StoreOpened> | undefined;

  constructor(file: string, options: IndexedDbStoreOptions) {
    this.name = `indexeddb:${file}`;
    this.#database = `polyphon:${file}`;
    this.#options = options;
  }

  get guarantees(): StoreGuarantees {
    // Engines that do not know the option sync when they like.
    const strict = typeof IDBTransaction !== "undefined" && "durability" in IDBTransaction.prototype;
    return {
      durability: strict ? "power-loss" : "process-crash",
      ordering: "total",
      concurrentReaders: false,
    };
  }

  open(): Promise<StoreOpened> {
    this.#opening ??= this.#stop()
      .then(() => this.#start())
      .finally(() => {
        this.#opening = undefined;
      });
    return this.#opening;
  }

  async reopen(): Promise<StoreOpened> {
    if (this.#lock === undefined) throw closed(this.name);
    await this.#appends;
    return this.#recover(this.#lock);
  }

  append(frame: Uint8Array, payloads: readonly PayloadRow[], options: AppendOptions = {}): Promise<void> {
    const whole = frame.byteLength === frame.buffer.byteLength;
    const own = options.transfer === true && whole ? frame : frame.slice();
    const rows = payloads.map((row) => ({ ...row, bytes: row.bytes.slice() }));
    const appended = this.#appends.then(() => this.#append(own, rows, options.drop ?? []));
    this.#appends = appended.catch(() => undefined);
    return appended;
  }

  async *read(fromSeq: number, options: WaitOptions = {}): AsyncGenerator<Uint8Array> {
    this.#working();
    yield* readFrames(this.#reading(), this.name, fromSeq, options);
  }

  async payload(key: string): Promise<Uint8Array | undefined> {
    const get = (): Promise<StoredPayload | undefined> =>
      this.#reading().read(["payloads"], (tx) => answer(tx.table("payloads").get(key)));
    return (await get())?.bytes;
  }

  async erasePayloads(keys: readonly string[]): Promise<void> {
    await this.#failing(() => erasePayloads(this.#owned, keys));
  }

  async putSnapshot(snapshot: Snapshot, options: WaitOptions = {}): Promise<void> {
    const { seq, stateHash } = snapshot;
    const bytes = snapshot.bytes.slice();
    await this.#job(options, (stop) => putSnapshot(this.#owned, { seq, stateHash, bytes }, stop));
  }

  async latestSnapshot(): Promise<Snapshot | undefined> {
    this.#working();
    return latestSnapshot(this.#reading(), this.name);
  }

  async putArchive(archive: Archive): Promise<void> {
    this.#working();
    await this.#failing(() => putArchive(this.#owned, archive));
  }

  async archive(id: string): Promise<Archive | undefined> {
    return getArchive(this.#reading(), this.name, id);
  }

  async archives(): Promise<readonly ArchiveEntry[]> {
    return listArchives(this.#reading());
  }

  async dropArchives(ids: readonly string[]): Promise<void> {
    await this.#job({}, async (stop) => {
      for (const id of ids) while (await dropArchiveStep(this.#owned, id)) stop();
    });
  }

  async compact(beforeSeq: number, options: CompactOptions = {}): Promise<{ readonly firstSeq: number }> {
    await this.#job(options, (stop) => compact(this.#owned, beforeSeq, options.closed ?? [], stop));
    const { baseSeq } = await this.#reading().read(["meta"], (tx) => tx.meta());
    return { firstSeq: baseSeq + 1 };
  }

  async verify(options: VerifyOptions = {}): Promise<VerifyReport> {
    return this.#job(options, (stop) => verify(this.#reading(), options, stop));
  }

  async health(): Promise<StoreHealth> {
    return readHealth(this.#reading(), this.#failure?.message);
  }

  async close(): Promise<void> {
    await this.#opening?.catch(() => undefined);
    await this.#stop();
  }

  /** Any failure leaves in doubt what is durable. */
  async #append(frame: Uint8Array, rows: readonly PayloadRow[], drop: readonly string[]): Promise<void> {
    const appender = this.#working();
    try {
      await appender.append(frame, rows, drop);
    } catch (error) {
      this.#failure ??= toStoreError(this.name, error);
      throw error;
    }
  }

  async #start(): Promise<StoreOpened> {
    const { lockWaitMs = LOCK_WAIT_MS, steal = false, clock = systemClock() } = this.#options;
    requirePlatform(this.name);
    const lock = steal ? await stealLock(this.#database) : await takeLock(this.#database, lockWaitMs, clock);
    if (lock === undefined) {
      const message = `${this.name}: another page or worker of this site owns it; close that one, or let it do what you want`;
      throw storeError("STORE_LOCKED", message, { lock: this.#database });
    }
    this.#lock = lock;
    this.#jobs = new Jobs(this.name);
    try {
      return await this.#recover(lock);
    } catch (error) {
      await this.#stop();
      throw error;
    }
  }

  async #recover(lock: NamedLock): Promise<StoreOpened> {
    this.#appender = undefined;
    try {
      if (lock.isLost) throw storeError("STORE_LOCKED", `${this.name}: another page or worker took it over`, {});
      if (this.#db?.isGone === true) this.#db = undefined;
      this.#db ??= await Database.open(this.name, this.#database, randomHex(16));
      const recovered = await recover(this.#db, this.name, this.#grant);
      if (this.#grant !== undefined && this.#grant.journalId !== recovered.opened.journalId) throw this.#replaced();
      this.#grant = recovered.opened;
      this.#appender = new Appender(this.#db, this.name, recovered);
      this.#failure = undefined;
      return recovered.opened;
    } catch (error) {
      this.#failure ??= toStoreError(this.name, error);
      throw error;
    }
  }

  async #stop(): Promise<void> {
    await this.#appends;
    const jobs = this.#jobs;
    this.#jobs = undefined;
    this.#appender = undefined;
    await jobs?.end();
    this.#db?.close();
    this.#db = undefined;
    this.#grant = undefined;
    this.#failure = undefined;
    const lock = this.#lock;
    this.#lock = undefined;
    await lock?.release();
  }

  #replaced(): PolyphonError {
    const message = `${this.name}: the journal was deleted while it was open. What it held is gone; open the team again to begin a new one.`;
    return storeError("STORE_NOT_FOUND", message);
  }

  #reading(): Database {
    if (this.#db === undefined) throw closed(this.name);
    return this.#db;
  }

  #working(): Appender {
    if (this.#failure !== undefined) throw halted(this.name, this.#failure);
    if (this.#appender === undefined) throw closed(this.name);
    return this.#appender;
  }

  get #owned(): Owned {
    const working = () => this.#working();
    const reading = () => this.#reading();
    return {
      name: this.name,
      get db() {
        return reading();
      },
      get epoch() {
        return working().epoch;
      },
    };
  }

  #job<T>(options: WaitOptions, body: (stop: () => void) => Promise<T>): Promise<T> {
    this.#working();
    if (this.#jobs === undefined) throw closed(this.name);
    return this.#jobs.run(options, (stop) => this.#failing(() => body(stop)));
  }

  /** A write beside the journal. One that the disk failed, or that came too late, makes everything after it doubtful. */
  async #failing<T>(body: () => Promise<T>): Promise<T> {
    const appender = this.#appender;
    try {
      return await body();
    } catch (error) {
      const doubtful = error instanceof PolyphonError && DOUBTFUL.has(error.code);
      if (doubtful && this.#appender === appender) this.#failure ??= error;
      throw error;
    }
  }
}

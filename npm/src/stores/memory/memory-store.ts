import type { PolyphonError } from "../../errors/error.ts";
import { corrupt, equalBytes } from "../chain.ts";
import { parseFrameHeader } from "../frame-header.ts";
import { checkSnapshot, checkTurn, closed, compacted, fenced, halted, payloadConflict } from "../rules.ts";
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
import { compactDisk, dropPayloads } from "./memory-compaction.ts";
import { type MemoryDisk, memoryDisk } from "./memory-disk.ts";
import { diskHealth, verifyDisk } from "./memory-inspect.ts";
import { recoverDisk } from "./memory-recovery.ts";
import { scanDisk } from "./memory-scan.ts";

export interface MemoryStoreOptions {
  /** Where it writes; default: a disk of its own, gone with the store. */
  readonly disk?: MemoryDisk;
  /** Frames, payloads, snapshots and archives together; a write beyond is `STORE_FULL`. Default: unbounded. */
  readonly maxBytes?: number;
}

/** A store in memory: ordered and fenced like any other, and gone with the process. */
export function memoryStore(options: MemoryStoreOptions = {}): Store {
  return new MemoryStore(options);
}

class MemoryStore implements Store {
  readonly name = "memory";
  readonly guarantees: StoreGuarantees = { durability: "none", ordering: "total", concurrentReaders: false };
  readonly #disk: MemoryDisk;
  readonly #maxBytes: number;
  #epoch = 0;
  #lastSeq = 0;
  #partition: number | undefined;
  #failure: PolyphonError | undefined;

  constructor(options: MemoryStoreOptions) {
    this.#disk = options.disk ?? memoryDisk();
    this.#maxBytes = options.maxBytes ?? Number.POSITIVE_INFINITY;
  }

  async open(): Promise<StoreOpened> {
    if (this.#disk.owner !== undefined && this.#disk.owner !== this) {
      throw storeError("STORE_LOCKED", `${this.name}: another store owns the disk`, {});
    }
    this.#disk.owner = this;
    try {
      return await this.reopen();
    } catch (error) {
      this.#disk.owner = undefined;
      throw error;
    }
  }

  async reopen(): Promise<StoreOpened> {
    if (this.#disk.owner !== this) throw closed(this.name);
    const opened = await recoverDisk(this.name, this.#disk);
    const last = this.#disk.frames.at(-1);
    this.#epoch = opened.epoch;
    this.#lastSeq = opened.lastSeq;
    this.#partition = last === undefined ? undefined : parseFrameHeader(last.bytes).partition;
    this.#failure = undefined;
    return opened;
  }

  async append(frame: Uint8Array, payloads: readonly PayloadRow[], options: AppendOptions = {}): Promise<void> {
    this.#requireWorking();
    try {
      this.#append(frame, payloads, options.transfer === true);
      this.#drop(options.drop ?? []);
    } catch (error) {
      this.#failure = error as PolyphonError;
      throw error;
    }
  }

  #append(frame: Uint8Array, payloads: readonly PayloadRow[], keep: boolean): void {
    const header = parseFrameHeader(frame);
    checkTurn(this.name, header, { epoch: this.#epoch, lastSeq: this.#lastSeq, partition: this.#partition });
    if (this.#disk.epoch !== this.#epoch) throw fenced(this.name, this.#epoch, this.#disk.epoch);
    const added = new Map<string, PayloadRow>();
    let size = frame.byteLength;
    for (const row of payloads) {
      const taken = this.#disk.payloads.get(row.key) ?? added.get(row.key);
      if (taken !== undefined && !equalBytes(taken.bytes, row.bytes)) throw payloadConflict(this.name, row.key);
      if (taken !== undefined) continue;
      added.set(row.key, { key: row.key, owner: row.owner, bytes: row.bytes.slice() });
      size += row.bytes.byteLength;
    }
    this.#take(size);
    const { firstSeq, lastSeq, epoch, partition } = header;
    const whole = frame.byteLength === frame.buffer.byteLength;
    this.#disk.frames.push({ firstSeq, lastSeq, epoch, bytes: keep && whole ? frame : frame.slice() });
    for (const row of added.values()) {
      this.#disk.payloads.set(row.key, { owner: row.owner, seq: firstSeq, bytes: row.bytes });
    }
    this.#lastSeq = lastSeq;
    this.#partition = partition;
  }

  async *read(fromSeq: number, options: WaitOptions = {}): AsyncGenerator<Uint8Array> {
    this.#requireWorking();
    const from = Math.max(fromSeq, 1);
    if (from <= this.#disk.base.seq) throw compacted(this.name, from, this.#disk.base.seq + 1);
    for await (const { frame, damage } of scanDisk(this.#disk, from)) {
      options.signal?.throwIfAborted();
      const base = this.#disk.base.seq;
      // Compaction overtook the reading.
      if (damage !== undefined && damage.seq <= base) throw compacted(this.name, damage.seq, base + 1);
      if (damage !== undefined) throw corrupt(this.name, damage);
      yield frame.bytes;
    }
  }

  async payload(key: string): Promise<Uint8Array | undefined> {
    this.#requireOpen();
    return this.#disk.payloads.get(key)?.bytes;
  }

  async erasePayloads(keys: readonly string[]): Promise<void> {
    this.#requireWorking();
    this.#drop(keys);
  }

  #drop(keys: readonly string[]): void {
    for (const key of keys) {
      this.#disk.usedBytes -= this.#disk.payloads.get(key)?.bytes.byteLength ?? 0;
      this.#disk.payloads.delete(key);
    }
  }

  async putSnapshot(snapshot: Snapshot, options: WaitOptions = {}): Promise<void> {
    this.#requireWorking();
    options.signal?.throwIfAborted();
    const kept = this.#disk.snapshots;
    checkSnapshot(this.name, snapshot, this.#lastSeq, kept.at(-1)?.seq ?? 0);
    this.#take(snapshot.bytes.byteLength);
    const all = [...kept.filter((one) => one.seq !== snapshot.seq), { ...snapshot, bytes: snapshot.bytes.slice() }];
    this.#disk.snapshots = all.slice(-2);
    for (const one of kept) if (!this.#disk.snapshots.includes(one)) this.#disk.usedBytes -= one.bytes.byteLength;
  }

  async latestSnapshot(): Promise<Snapshot | undefined> {
    this.#requireWorking();
    return this.#disk.snapshots.at(-1);
  }

  async putArchive(archive: Archive): Promise<void> {
    this.#requireWorking();
    this.#take(archive.bytes.byteLength - (this.#disk.archives.get(archive.id)?.bytes.byteLength ?? 0));
    this.#disk.archives.set(archive.id, { ...archive, bytes: archive.bytes.slice() });
  }

  async archive(id: string): Promise<Archive | undefined> {
    this.#requireOpen();
    return this.#disk.archives.get(id);
  }

  async archives(): Promise<readonly ArchiveEntry[]> {
    this.#requireOpen();
    return [...this.#disk.archives.values()].map(({ bytes: _, ...entry }) => entry);
  }

  async dropArchives(ids: readonly string[]): Promise<void> {
    this.#requireWorking();
    for (const id of ids) {
      const archive = this.#disk.archives.get(id);
      if (archive === undefined) continue;
      dropPayloads(this.#disk, (owner) => owner === archive.owner);
      this.#disk.archives.delete(id);
      this.#disk.usedBytes -= archive.bytes.byteLength;
    }
  }

  async compact(beforeSeq: number, options: CompactOptions = {}): Promise<{ readonly firstSeq: number }> {
    this.#requireWorking();
    options.signal?.throwIfAborted();
    await compactDisk(this.#disk, beforeSeq, options.closed ?? []);
    return { firstSeq: this.#disk.base.seq + 1 };
  }

  async verify(options: VerifyOptions = {}): Promise<VerifyReport> {
    this.#requireWorking();
    return verifyDisk(this.#disk, options);
  }

  async health(): Promise<StoreHealth> {
    this.#requireOpen();
    return diskHealth(this.#disk, this.#failure);
  }

  async close(): Promise<void> {
    if (this.#disk.owner === this) this.#disk.owner = undefined;
  }

  #take(bytes: number): void {
    const needed = this.#disk.usedBytes + bytes;
    if (needed > this.#maxBytes) {
      const message = `${this.name}: ${needed} bytes would be stored, the limit is ${this.#maxBytes}`;
      throw storeError("STORE_FULL", message, { limitBytes: this.#maxBytes });
    }
    this.#disk.usedBytes = needed;
  }

  #requireOpen(): void {
    if (this.#disk.owner !== this) throw closed(this.name);
  }

  #requireWorking(): void {
    this.#requireOpen();
    if (this.#failure !== undefined) throw halted(this.name, this.#failure);
  }
}

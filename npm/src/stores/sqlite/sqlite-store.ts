import { hostname } from "node:os";
import { basename } from "node:path";
import { type Clock, systemClock } from "../../runtime/clock.ts";
import { closed } from "../rules.ts";
import type {
  AppendOptions,
  Archive,
  CompactOptions,
  PayloadRow,
  Snapshot,
  Store,
  StoreGuarantees,
  StoreOpened,
  VerifyOptions,
  VerifyReport,
  WaitOptions,
} from "../store.ts";
import { packArchive } from "./archive-packing.ts";
import { type StoreThread, startClient } from "./client.ts";
import { Maintenance } from "./maintenance.ts";
import type { OwnerService } from "./owner-service.ts";
import { packPayloads } from "./packed-payloads.ts";
import { SqliteReading } from "./sqlite-reading.ts";

export interface SqliteStoreOptions {
  /**
   * What acknowledged data survives. `power-loss` (default) syncs every commit; `process-crash` leaves it to the system
   * when data reaches the disk, so the last seconds may be lost when the machine stops.
   */
  readonly durability?: "power-loss" | "process-crash";
  /** Whether a missing file is made, with its folder; otherwise `STORE_NOT_FOUND`. Default `true`. */
  readonly create?: boolean;
  /** Where SQLite runs: a thread of its own (default), or the caller's, which every commit then stalls. */
  readonly thread?: StoreThread;
  /** Default: the clock of the machine. */
  readonly clock?: Clock;
}

/** A journal in one SQLite file: `file`, with its write-ahead log and `<file>.lock` beside it while it is open. */
export function sqliteStore(file: string, options: SqliteStoreOptions = {}): Store {
  return new SqliteStore(file, options);
}

/** Frames up to this size are copied to the thread, larger ones move when they may. */
const COPY_BYTES_MAX = 65_536;
/** Keys of one erasure transaction. */
const ERASE_STEP = 500;

class SqliteStore extends SqliteReading<OwnerService> implements Store {
  readonly guarantees: StoreGuarantees;
  readonly #file: string;
  readonly #options: SqliteStoreOptions;
  #maintenance: Maintenance | undefined;
  #opening: Promise<StoreOpened> | undefined;

  constructor(file: string, options: SqliteStoreOptions) {
    super(`sqlite:${basename(file)}`);
    this.#file = file;
    this.#options = options;
    this.guarantees = { durability: options.durability ?? "power-loss", ordering: "total", concurrentReaders: true };
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
    const client = this.client;
    // The thread itself may be what failed; the lock went with it.
    return client.alive ? client.call("open", []) : this.open();
  }

  async append(frame: Uint8Array, payloads: readonly PayloadRow[], options: AppendOptions = {}): Promise<void> {
    const client = this.client;
    const packed = packPayloads(payloads);
    const transfer: ArrayBuffer[] = packed === undefined ? [] : [packed.bytes.buffer];
    const whole = frame.byteLength === frame.buffer.byteLength;
    // A view would cross with all of its buffer, which may be the memory of a wasm module: hence the copy.
    const own = whole ? frame : frame.slice();
    // To move a buffer costs more than to copy a small one; what crosses without being moved is copied on the way.
    const large = own.byteLength > COPY_BYTES_MAX && own.buffer instanceof ArrayBuffer;
    if (large && (options.transfer === true || !whole)) transfer.push(own.buffer as ArrayBuffer);
    await client.call("append", [own, packed, options.drop ?? []], transfer);
  }

  async erasePayloads(keys: readonly string[]): Promise<void> {
    for (let at = 0; at < keys.length; at += ERASE_STEP) {
      await this.client.call("erase", [keys.slice(at, at + ERASE_STEP)]);
    }
  }

  async putSnapshot(snapshot: Snapshot, options: WaitOptions = {}): Promise<void> {
    await this.#jobs().putSnapshot(snapshot, options);
  }

  async putArchive(archive: Archive): Promise<void> {
    const client = this.client;
    const packed = await packArchive(archive);
    await client.call("putArchive", [packed], [packed.deflated.buffer]);
  }

  async dropArchives(ids: readonly string[]): Promise<void> {
    await this.#jobs().dropArchives(ids);
  }

  async compact(beforeSeq: number, options: CompactOptions = {}): Promise<{ readonly firstSeq: number }> {
    const { firstSeq } = await this.#jobs().compact(beforeSeq, options);
    return { firstSeq };
  }

  override async verify(options: VerifyOptions = {}): Promise<VerifyReport> {
    // Not beside compaction, which would take away what is being checked.
    return this.#jobs().run(options, () => super.verify(options));
  }

  override async close(): Promise<void> {
    await this.#opening?.catch(() => undefined);
    await this.#stop();
  }

  async #stop(): Promise<void> {
    const maintenance = this.#maintenance;
    this.#maintenance = undefined;
    await maintenance?.end();
    await super.close();
  }

  async #start(): Promise<StoreOpened> {
    const { durability, create = true, thread = "worker", clock = systemClock() } = this.#options;
    const config = {
      name: this.name,
      file: this.#file,
      create,
      synchronous: durability === "process-crash" ? ("NORMAL" as const) : ("FULL" as const),
      owner: { pid: process.pid, host: hostname(), sinceMs: clock.wallMs() },
    };
    const client = await startClient<OwnerService>({ kind: "owner", config }, thread);
    this.use(client);
    this.#maintenance = new Maintenance(client, this.name);
    try {
      return await client.call("open", []);
    } catch (error) {
      await this.#stop();
      throw error;
    }
  }

  #jobs(): Maintenance {
    if (this.#maintenance === undefined) throw closed(this.name);
    return this.#maintenance;
  }
}

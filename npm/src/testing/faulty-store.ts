import type { PolyphonError } from "../errors/error.ts";
import { halted } from "../stores/rules.ts";
import type {
  AppendOptions,
  Archive,
  ArchiveEntry,
  PayloadRow,
  Snapshot,
  Store,
  StoreGuarantees,
  StoreHealth,
  StoreOpened,
  VerifyOptions,
  VerifyReport,
  WaitOptions,
} from "../stores/store.ts";
import { storeError } from "../stores/store-error.ts";

/** What happens to an append: it fails unwritten, or is written and fails all the same. The error is the same for both. */
export type AppendFault = "fail" | "fail-after-write";

export interface StoreFaults {
  /** Asked before each append. */
  readonly append?: (frame: Uint8Array) => AppendFault | undefined;
  /** Asked before each `open` and `reopen`; it fails before anything is opened. */
  readonly open?: () => "fail" | undefined;
  /** What a fault raises; default `STORE_IO`. */
  readonly error?: () => PolyphonError;
}

/**
 * `store` with calls that fail on demand, as those of a store whose disk fails: nothing tells the two append faults apart
 * until it is reopened, and until then it answers `STORE_HALTED`.
 */
export function faultyStore(store: Store, faults: StoreFaults): Store {
  return new FaultyStore(store, faults);
}

class FaultyStore implements Store {
  readonly name: string;
  readonly guarantees: StoreGuarantees;
  readonly #store: Store;
  readonly #faults: StoreFaults;
  #failure: PolyphonError | undefined;

  constructor(store: Store, faults: StoreFaults) {
    this.name = store.name;
    this.guarantees = store.guarantees;
    this.#store = store;
    this.#faults = faults;
  }

  async open(): Promise<StoreOpened> {
    if (this.#faults.open?.() === "fail") throw this.#error();
    const opened = await this.#store.open();
    this.#failure = undefined;
    return opened;
  }

  async reopen(): Promise<StoreOpened> {
    if (this.#faults.open?.() === "fail") throw this.#error();
    const opened = await this.#store.reopen();
    this.#failure = undefined;
    return opened;
  }

  async append(frame: Uint8Array, payloads: readonly PayloadRow[], options?: AppendOptions): Promise<void> {
    const store = this.#working();
    const fault = this.#faults.append?.(frame);
    if (fault !== "fail") await store.append(frame, payloads, options);
    if (fault === undefined) return;
    this.#failure = this.#error();
    throw this.#failure;
  }

  async *read(fromSeq: number, options?: WaitOptions): AsyncGenerator<Uint8Array> {
    yield* this.#working().read(fromSeq, options);
  }

  async latestSnapshot(): Promise<Snapshot | undefined> {
    return this.#working().latestSnapshot();
  }

  async putSnapshot(snapshot: Snapshot, options?: WaitOptions): Promise<void> {
    return this.#working().putSnapshot(snapshot, options);
  }

  async putArchive(archive: Archive): Promise<void> {
    return this.#working().putArchive(archive);
  }

  async compact(beforeSeq: number, options?: WaitOptions): Promise<{ readonly firstSeq: number }> {
    return this.#working().compact(beforeSeq, options);
  }

  payload(key: string): Promise<Uint8Array | undefined> {
    return this.#store.payload(key);
  }

  async erasePayloads(keys: readonly string[]): Promise<void> {
    return this.#working().erasePayloads(keys);
  }

  archive(id: string): Promise<Archive | undefined> {
    return this.#store.archive(id);
  }

  archives(): Promise<readonly ArchiveEntry[]> {
    return this.#store.archives();
  }

  async dropArchives(ids: readonly string[]): Promise<void> {
    return this.#working().dropArchives(ids);
  }

  async verify(options?: VerifyOptions): Promise<VerifyReport> {
    return this.#working().verify(options);
  }

  async health(): Promise<StoreHealth> {
    const health = await this.#store.health();
    return this.#failure === undefined ? health : { ...health, ok: false, problem: this.#failure.message };
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  #error(): PolyphonError {
    return this.#faults.error?.() ?? storeError("STORE_IO", `${this.name}: the disk failed on request`);
  }

  #working(): Store {
    if (this.#failure !== undefined) throw halted(this.name, this.#failure);
    return this.#store;
  }
}

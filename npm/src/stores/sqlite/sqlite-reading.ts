import { closed } from "../rules.ts";
import type {
  Archive,
  ArchiveEntry,
  Snapshot,
  StoreHealth,
  StoreReader,
  VerifyOptions,
  VerifyReport,
  WaitOptions,
} from "../store.ts";
import { unpackArchive } from "./archive-packing.ts";
import type { Client } from "./client.ts";
import { loadSnapshot, PART_BYTES, readFrames, verifyJournal } from "./journal-reading.ts";
import type { ReaderService } from "./reader-service.ts";

/** What the owner of a file and a reader of it answer alike. */
export class SqliteReading<S extends ReaderService> implements StoreReader {
  readonly name: string;
  readonly #partBytes: number;
  #client: Client<S> | undefined;

  constructor(name: string, partBytes: number = PART_BYTES) {
    this.name = name;
    this.#partBytes = partBytes;
  }

  async *read(fromSeq: number, options: WaitOptions = {}): AsyncGenerator<Uint8Array> {
    yield* readFrames(this.reading, this.name, fromSeq, options, this.#partBytes);
  }

  async payload(key: string): Promise<Uint8Array | undefined> {
    return this.reading.call("payload", [key]);
  }

  async latestSnapshot(): Promise<Snapshot | undefined> {
    return loadSnapshot(this.reading, this.name);
  }

  async archive(id: string): Promise<Archive | undefined> {
    const packed = await this.reading.call("archive", [id]);
    return packed === undefined ? undefined : unpackArchive(packed);
  }

  async archives(): Promise<readonly ArchiveEntry[]> {
    return this.reading.call("archives", []);
  }

  async verify(options: VerifyOptions = {}): Promise<VerifyReport> {
    return verifyJournal(this.reading, options);
  }

  async health(): Promise<StoreHealth> {
    return this.reading.call("health", []);
  }

  async close(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    await client?.close();
  }

  protected use(client: Client<S>): void {
    this.#client = client;
  }

  /** Throws `STORE_CLOSED` when there is none. */
  protected get client(): Client<S> {
    if (this.#client === undefined) throw closed(this.name);
    return this.#client;
  }

  private get reading(): Client<ReaderService> {
    return this.client as unknown as Client<ReaderService>;
  }
}

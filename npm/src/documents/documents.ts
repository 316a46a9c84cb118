import { PolyphonError } from "../errors/error.ts";
import { type Clock, systemClock } from "../runtime/clock.ts";
import { randomNonce } from "../runtime/random.ts";
import { Channel, type Stream } from "../runtime/stream.ts";
import { Document, type DocumentOptions, whole } from "./document.ts";
import { closed, invalid } from "./errors.ts";
import { DocumentsModule } from "./module.ts";
import { Replica } from "./replica.ts";
import { MemoryDocumentStorage } from "./storage/memory.ts";
import type { DocumentEntry, DocumentStorage } from "./storage/storage.ts";
import type { DocumentLimits, Heads } from "./types.ts";

/** How a collection of documents works. */
export interface DocumentsOptions {
  /** Where they are kept. Default: in memory, as long as the collection lives. */
  readonly storage?: DocumentStorage;
  /** Default: the clock of the machine. */
  readonly clock?: Clock;
  /** What each may grow to. */
  readonly limits?: DocumentLimits;
  /** How long a document that nobody has open stays loaded, in milliseconds. Default 60,000. */
  readonly idleMs?: number;
  /** How many may be loaded at a time, open or idle; beyond it the idle go first, then opening is refused. Default 1,000. */
  readonly maxLoaded?: number;
}

/** How a collection is. */
export interface DocumentsHealth {
  /** Documents in memory, open or idle. */
  readonly loaded: number;
  /** Documents somebody has open. */
  readonly open: number;
  /** Memory of the module, all documents together; at most 1 GiB. */
  readonly memoryBytes: number;
  /** How often the module broke down and was built anew. */
  readonly rebuilds: number;
}

/** A document changed here, whoever changed it. */
export interface DocumentEvent {
  readonly id: string;
}

/** In UTF-8, so that a name of a file has room for it whatever it is. */
const LONGEST_ID_BYTES = 80;

/** Documents by id: loaded when they are opened, unloaded when nobody has had them open for a while. */
export class Documents implements AsyncDisposable {
  readonly #module: DocumentsModule;
  readonly #storage: DocumentStorage;
  readonly #clock: Clock;
  readonly #limits: DocumentLimits;
  readonly #idleMs: number;
  readonly #maxLoaded: number;
  readonly #loaded = new Map<string, Document>();
  readonly #loading = new Map<string, Promise<Document>>();
  readonly #making = new Set<string>();
  /** What calls off the unloading of idle ones. */
  readonly #idle = new Map<string, () => void>();
  readonly #events = new Channel<DocumentEvent>();
  #isClosed = false;

  /** With the wasm module compiled; `openDocuments` does that. */
  constructor(module: WebAssembly.Module, options: DocumentsOptions = {}) {
    this.#module = new DocumentsModule(module);
    this.#storage = options.storage ?? new MemoryDocumentStorage();
    this.#clock = options.clock ?? systemClock();
    this.#limits = options.limits ?? {};
    this.#idleMs = options.idleMs ?? 60_000;
    this.#maxLoaded = options.maxLoaded ?? 1_000;
  }

  /** Each change of each loaded document, whoever made it. */
  get changes$(): Stream<DocumentEvent> {
    return this.#events.stream;
  }

  /** Makes a document; `initial` is its first change. An id has 1 to 80 bytes of UTF-8. `DOCUMENT_EXISTS` when there is one. */
  async create<T extends object = Record<string, unknown>>(
    id: string,
    initial?: T,
    options?: DocumentOptions<T>,
  ): Promise<Document<T>> {
    return this.#new(id, async () => {
      const document = await this.#open<T>(id, options, true);
      try {
        const begun = initial !== undefined && document.change((draft) => void Object.assign(draft, initial));
        // An empty document is one too.
        if (!begun) await this.#storage.append(id, new Uint8Array());
        await document.flush();
        return document;
      } catch (error) {
        await this.remove(id);
        throw error;
      }
    });
  }

  /** Opens a document, which is loaded if it is not. `DOCUMENT_UNKNOWN` when there is none. */
  open<T extends object = Record<string, unknown>>(id: string, options?: DocumentOptions<T>): Promise<Document<T>> {
    return this.#open<T>(id, options, false);
  }

  /** Opens a document that may be nowhere but elsewhere yet: an empty one until its changes arrive. */
  join<T extends object = Record<string, unknown>>(id: string, options?: DocumentOptions<T>): Promise<Document<T>> {
    return this.#open<T>(id, options, true);
  }

  /** Makes a document of bytes: of `save()`, or of another implementation of the format. */
  async import<T extends object = Record<string, unknown>>(
    id: string,
    bytes: Uint8Array,
    options?: DocumentOptions<T>,
  ): Promise<Document<T>> {
    return this.#new(id, async () => {
      await this.#makeRoom();
      const replica = Replica.load(this.#module, bytes, randomNonce(16), this.#limits);
      try {
        await this.#storage.replace(id, bytes);
      } catch (error) {
        replica.free();
        throw error;
      }
      return this.#keep(id, replica, bytes.length, options).opened();
    });
  }

  /** Makes a second document of one, as it is or was; each goes its own way, and `merge` brings them together again. */
  async fork<T extends object>(source: Document<T>, id: string, heads?: Heads): Promise<Document<T>> {
    return this.import<T>(id, source.forked(heads));
  }

  /** Whether there is such a document here. */
  async has(id: string): Promise<boolean> {
    this.#check(id);
    return this.#loaded.has(id) || (await this.#storage.load(id)) !== undefined;
  }

  /** All documents that are stored, with what they take. */
  list(): Promise<readonly DocumentEntry[]> {
    if (this.#isClosed) throw closed("the collection");
    return this.#storage.list();
  }

  /** Closes a document for everybody and forgets it here; other replicas keep theirs. */
  async remove(id: string): Promise<void> {
    this.#check(id);
    await this.#loading.get(id)?.catch(() => undefined);
    await this.#unload(id);
    await this.#storage.remove(id);
  }

  get health(): DocumentsHealth {
    const open = [...this.#loaded.values()].filter((document) => document.isUsed).length;
    return {
      loaded: this.#loaded.size,
      open,
      memoryBytes: this.#module.memoryBytes,
      rebuilds: this.#module.rebuilds,
    };
  }

  /** Stores what is not stored yet and closes everything. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await Promise.allSettled(this.#loading.values());
    const ended = await Promise.allSettled([...this.#loaded.keys()].map((id) => this.#unload(id)));
    await this.#storage.close();
    this.#events.complete();
    const failed = ended.find((result) => result.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #open<T extends object>(
    id: string,
    options: DocumentOptions<T> | undefined,
    isNew: boolean,
  ): Promise<Document<T>> {
    this.#check(id);
    let document = this.#loaded.get(id);
    if (document === undefined) {
      let loading = this.#loading.get(id);
      if (loading === undefined) {
        loading = this.#load(id, options as DocumentOptions<never> | undefined, isNew).finally(() =>
          this.#loading.delete(id),
        );
        this.#loading.set(id, loading);
      }
      document = await loading;
    }
    this.#idle.get(id)?.();
    this.#idle.delete(id);
    return document.opened() as unknown as Document<T>;
  }

  async #load(id: string, options: DocumentOptions<never> | undefined, isNew: boolean): Promise<Document> {
    await this.#makeRoom();
    const stored = await this.#storage.load(id);
    if (stored === undefined && !isNew) {
      throw new PolyphonError("DOCUMENT_UNKNOWN", { message: `there is no document ${id}.`, details: { id } });
    }
    const bytes = whole(stored);
    const replica = Replica.load(this.#module, bytes, randomNonce(16), this.#limits);
    return this.#keep(id, replica, bytes.length, options) as unknown as Document;
  }

  #keep<T extends object>(
    id: string,
    replica: Replica,
    storedBytes: number,
    options: DocumentOptions<T> = {},
  ): Document<T> {
    const parts = {
      id,
      module: this.#module,
      storage: this.#storage,
      clock: this.#clock,
      limits: this.#limits,
      released: () => this.#released(id),
      changed: () => this.#events.next({ id }),
    };
    const document = new Document<T>(parts, replica, storedBytes, options);
    this.#loaded.set(id, document as unknown as Document);
    return document;
  }

  async #makeRoom(): Promise<void> {
    if (this.#loaded.size < this.#maxLoaded) return;
    const [oldest] = this.#idle.keys();
    if (oldest === undefined) {
      throw new PolyphonError("DOCUMENT_FULL", {
        message: `${this.#maxLoaded} documents are open; close some, or raise maxLoaded.`,
        details: { maxLoaded: this.#maxLoaded },
      });
    }
    await this.#unload(oldest);
  }

  #released(id: string): void {
    if (this.#isClosed) return;
    this.#idle.get(id)?.();
    const unload = (): void => {
      this.#idle.delete(id);
      // What could not be stored stays loaded; whoever flushes or closes is told.
      this.#unload(id).catch(() => undefined);
    };
    this.#idle.set(id, this.#clock.after(this.#idleMs, unload, { background: true }));
  }

  async #unload(id: string): Promise<void> {
    const document = this.#loaded.get(id);
    this.#idle.get(id)?.();
    this.#idle.delete(id);
    if (document === undefined) return;
    this.#loaded.delete(id);
    await document.unload();
  }

  /** Makes what is not there, and nobody else is making. */
  async #new<T>(id: string, make: () => Promise<T>): Promise<T> {
    const isMaking = this.#making.has(id);
    this.#making.add(id);
    try {
      if (isMaking || (await this.has(id))) {
        throw new PolyphonError("DOCUMENT_EXISTS", { message: `${id} exists already; open it.`, details: { id } });
      }
      return await make();
    } finally {
      if (!isMaking) this.#making.delete(id);
    }
  }

  #check(id: string): void {
    if (this.#isClosed) throw closed("the collection");
    const { length } = new TextEncoder().encode(id);
    if (length === 0 || length > LONGEST_ID_BYTES || !id.isWellFormed()) {
      throw invalid(`an id has 1 to ${LONGEST_ID_BYTES} bytes of UTF-8`);
    }
  }
}

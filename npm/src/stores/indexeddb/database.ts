import { storeError } from "../store-error.ts";
import { toStoreError } from "./idb-error.ts";
import { createTables, DATABASE_FORMAT, META_KEY, type MetaRow, type Table } from "./schema.ts";

/** The answer of one request. */
export function answer<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("the request failed"));
  });
}

/** One transaction. Between two of its requests nothing else may be waited for: it would end. */
export class Transaction {
  readonly #tx: IDBTransaction;

  constructor(tx: IDBTransaction) {
    this.#tx = tx;
  }

  table(name: Table): IDBObjectStore {
    return this.#tx.objectStore(name);
  }

  async meta(): Promise<MetaRow> {
    return answer<MetaRow>(this.table("meta").get(META_KEY));
  }

  putMeta(meta: MetaRow): void {
    this.table("meta").put(meta, META_KEY);
  }
}

/** A database of one journal. */
export class Database {
  readonly #name: string;
  readonly #db: IDBDatabase;
  /** Why it can be used no longer. */
  #gone: string | undefined;

  private constructor(name: string, db: IDBDatabase) {
    this.#name = name;
    this.#db = db;
    db.onclose = () => {
      this.#gone = "the browser closed the database; its data may have been cleared";
    };
    // Whoever deletes it or brings it to a newer format waits for this connection to go.
    db.onversionchange = () => {
      this.#gone = "the database was deleted, or a newer version of polyphon is about to use it";
      db.close();
    };
  }

  get isGone(): boolean {
    return this.#gone !== undefined;
  }

  /** Opens or makes the database `file`. `journalId` is that of a journal that is made. */
  static async open(name: string, file: string, journalId: string): Promise<Database> {
    try {
      const request = indexedDB.open(file, DATABASE_FORMAT);
      request.onupgradeneeded = () => createTables(request.result, journalId);
      return new Database(name, await answer(request));
    } catch (error) {
      throw toStoreError(name, error);
    }
  }

  /** Reads a consistent picture of `tables`. */
  read<T>(tables: readonly Table[], body: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.#run(tables, "readonly", body);
  }

  /** All of `body` or nothing; resolves when it is durable. */
  write<T>(tables: readonly Table[], body: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.#run(tables, "readwrite", body);
  }

  close(): void {
    this.#db.close();
  }

  async #run<T>(tables: readonly Table[], mode: IDBTransactionMode, body: (tx: Transaction) => Promise<T>): Promise<T> {
    if (this.#gone !== undefined) throw storeError("STORE_IO", `${this.#name}: ${this.#gone}`);
    try {
      const tx = this.#db.transaction(tables, mode, { durability: "strict" });
      const done = new Promise<void>((resolve, reject) => {
        tx.oncomplete = () => resolve();
        tx.onabort = () => reject(tx.error ?? new Error("the transaction was aborted"));
      });
      const [value] = await Promise.all([this.#within(tx, body), done]);
      return value;
    } catch (error) {
      throw toStoreError(this.#name, error);
    }
  }

  async #within<T>(tx: IDBTransaction, body: (tx: Transaction) => Promise<T>): Promise<T> {
    try {
      return await body(new Transaction(tx));
    } catch (error) {
      try {
        tx.abort();
      } catch {
        // Already over: the failure of a request ended it.
      }
      throw error;
    }
  }
}

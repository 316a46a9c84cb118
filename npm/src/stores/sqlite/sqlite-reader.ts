import { basename } from "node:path";
import type { StoreReader } from "../store.ts";
import { type Client, type StoreThread, startClient } from "./client.ts";
import type { ReaderService } from "./reader-service.ts";
import type { Owner } from "./recovery.ts";
import { SqliteReading } from "./sqlite-reading.ts";

/** A journal opened for reading only, whether another process owns it or nobody does. */
export interface SqliteReader extends StoreReader {
  /** The process that owns the file now; `undefined` when none does. */
  owner(): Promise<Owner | undefined>;
  /** Identity of the journal, made with it: 32 hexadecimal digits. */
  journalId(): Promise<string>;
}

export interface SqliteReaderOptions {
  /** Where SQLite runs: a thread of its own (default), or the caller's, which saves its start in a short-lived command. */
  readonly thread?: StoreThread;
  /** Bytes of frames that are read at a time. Default 262,144. */
  readonly partBytes?: number;
}

/** Opens `file` for reading. `STORE_NOT_FOUND`, `STORE_FOREIGN`, `STORE_FORMAT_NEWER` when there is nothing to read. */
export async function openReader(file: string, options: SqliteReaderOptions = {}): Promise<SqliteReader> {
  const name = `sqlite:${basename(file)}`;
  const client = await startClient<ReaderService>(
    { kind: "reader", config: { name, file } },
    options.thread ?? "worker",
  );
  const reader = new Reader(name, client, options.partBytes);
  try {
    await client.call("connect", []);
    return reader;
  } catch (error) {
    await reader.close();
    throw error;
  }
}

class Reader extends SqliteReading<ReaderService> implements SqliteReader {
  constructor(name: string, client: Client<ReaderService>, partBytes?: number) {
    super(name, partBytes);
    this.use(client);
  }

  async owner(): Promise<Owner | undefined> {
    return this.client.call("owner", []);
  }

  async journalId(): Promise<string> {
    return this.client.call("journalId", []);
  }
}

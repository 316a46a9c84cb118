import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { crc32c } from "../../stores/crc32c.ts";
import { storeError } from "../../stores/store-error.ts";
import type { DocumentEntry, DocumentStorage, StoredDocument } from "./storage.ts";

const SNAPSHOT = ".snapshot";
const LOG = ".log";
/** Before each part of a log: its length and its CRC-32C, little-endian. */
const HEAD = 8;

/**
 * Keeps each document as two files of a folder: its snapshot, and a log of what came after it. Both are synced before a
 * promise resolves. One process at a time may write to a folder.
 */
export class FolderDocumentStorage implements DocumentStorage {
  readonly name: string;
  readonly #folder: string;
  readonly #logs = new Map<string, FileHandle>();

  private constructor(folder: string) {
    this.name = `folder:${folder}`;
    this.#folder = folder;
  }

  /** Makes the folder if it is missing. */
  static async open(folder: string): Promise<FolderDocumentStorage> {
    await mkdir(folder, { recursive: true });
    return new FolderDocumentStorage(folder);
  }

  load(id: string): Promise<StoredDocument | undefined> {
    return this.#guard(async () => {
      const [snapshot, log] = await Promise.all([this.#read(id, SNAPSHOT), this.#read(id, LOG)]);
      if (snapshot === undefined && log === undefined) return undefined;
      const { parts, end } = partsOf(log ?? new Uint8Array());
      // What a crash tore is cut off, so that nothing is appended behind it.
      if (log !== undefined && end < log.length) await (await this.#log(id)).truncate(end);
      return { snapshot: snapshot ?? new Uint8Array(), appended: parts };
    });
  }

  append(id: string, bytes: Uint8Array): Promise<void> {
    return this.#guard(async () => {
      const part = new Uint8Array(HEAD + bytes.length);
      const view = new DataView(part.buffer);
      view.setUint32(0, bytes.length, true);
      view.setUint32(4, crc32c(bytes), true);
      part.set(bytes, HEAD);
      const log = await this.#log(id);
      const { size } = await log.stat();
      try {
        await log.appendFile(part);
        await log.datasync();
      } catch (error) {
        await log.truncate(size);
        throw error;
      }
    });
  }

  replace(id: string, snapshot: Uint8Array): Promise<void> {
    return this.#guard(async () => {
      const path = this.#path(id, SNAPSHOT);
      const file = await open(`${path}.new`, "w");
      try {
        await file.writeFile(snapshot);
        await file.datasync();
      } finally {
        await file.close();
      }
      await rename(`${path}.new`, path);
      await this.#syncFolder();
      await (await this.#log(id)).truncate(0);
    });
  }

  remove(id: string): Promise<void> {
    return this.#guard(async () => {
      await this.#logs.get(id)?.close();
      this.#logs.delete(id);
      for (const ending of [SNAPSHOT, LOG]) await rm(this.#path(id, ending), { force: true });
      await this.#syncFolder();
    });
  }

  list(): Promise<readonly DocumentEntry[]> {
    return this.#guard(async () => {
      const sizes = new Map<string, number>();
      for (const file of await readdir(this.#folder)) {
        const ending = [SNAPSHOT, LOG].find((ending) => file.endsWith(ending));
        if (ending === undefined) continue;
        const id = decodeURIComponent(file.slice(0, -ending.length));
        const { size } = await stat(join(this.#folder, file));
        sizes.set(id, (sizes.get(id) ?? 0) + size);
      }
      return [...sizes].map(([id, bytes]) => ({ id, bytes }));
    });
  }

  async close(): Promise<void> {
    const logs = [...this.#logs.values()];
    this.#logs.clear();
    await Promise.all(logs.map((log) => log.close()));
  }

  async #log(id: string): Promise<FileHandle> {
    const known = this.#logs.get(id);
    if (known !== undefined) return known;
    const log = await open(this.#path(id, LOG), "a");
    this.#logs.set(id, log);
    await this.#syncFolder();
    return log;
  }

  async #read(id: string, ending: string): Promise<Uint8Array | undefined> {
    try {
      return await readFile(this.#path(id, ending));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
  }

  /** Names of files are durable only once their folder is. */
  async #syncFolder(): Promise<void> {
    if (process.platform === "win32") return;
    const folder = await open(this.#folder, "r");
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }

  #path(id: string, ending: string): string {
    return join(this.#folder, `${fileNameOf(id)}${ending}`);
  }

  async #guard<T>(body: () => Promise<T>): Promise<T> {
    try {
      return await body();
    } catch (error) {
      throw storeError("STORE_IO", `${this.name}: ${(error as Error).message}`, {}, error);
    }
  }
}

/** A name every file system takes, also those that ignore case: at most three characters for each byte of the id. */
function fileNameOf(id: string): string {
  let name = "";
  for (const byte of new TextEncoder().encode(id)) {
    const character = String.fromCharCode(byte);
    name += /[a-z0-9_-]/.test(character) ? character : `%${byte.toString(16).padStart(2, "0")}`;
  }
  return name;
}

/** The parts of a log that are whole, and where they end. */
function partsOf(log: Uint8Array): { parts: Uint8Array[]; end: number } {
  const view = new DataView(log.buffer, log.byteOffset, log.byteLength);
  const parts: Uint8Array[] = [];
  let end = 0;
  while (end + HEAD <= log.length) {
    const length = view.getUint32(end, true);
    const part = log.subarray(end + HEAD, end + HEAD + length);
    if (part.length < length || crc32c(part) !== view.getUint32(end + 4, true)) break;
    parts.push(part);
    end += HEAD + length;
  }
  return { parts, end };
}

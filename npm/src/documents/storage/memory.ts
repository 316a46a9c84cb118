import type { DocumentEntry, DocumentStorage, StoredDocument } from "./storage.ts";

/** Keeps documents as long as the process lives. */
export class MemoryDocumentStorage implements DocumentStorage {
  readonly name = "memory";
  readonly #documents = new Map<string, { snapshot: Uint8Array; appended: Uint8Array[] }>();

  async load(id: string): Promise<StoredDocument | undefined> {
    const found = this.#documents.get(id);
    return found && { snapshot: found.snapshot.slice(), appended: found.appended.map((bytes) => bytes.slice()) };
  }

  async append(id: string, bytes: Uint8Array): Promise<void> {
    let found = this.#documents.get(id);
    if (found === undefined) {
      found = { snapshot: new Uint8Array(), appended: [] };
      this.#documents.set(id, found);
    }
    found.appended.push(bytes.slice());
  }

  async replace(id: string, snapshot: Uint8Array): Promise<void> {
    this.#documents.set(id, { snapshot: snapshot.slice(), appended: [] });
  }

  async remove(id: string): Promise<void> {
    this.#documents.delete(id);
  }

  async list(): Promise<readonly DocumentEntry[]> {
    return [...this.#documents].map(([id, { snapshot, appended }]) => ({
      id,
      bytes: appended.reduce((sum, bytes) => sum + bytes.length, snapshot.length),
    }));
  }

  async close(): Promise<void> {}
}

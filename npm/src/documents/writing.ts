import type { DocumentStorage } from "./storage/storage.ts";

/** What may be appended before a snapshot takes its place, however small the document. */
const LEAST_APPENDED = 64 * 1024;

/**
 * Brings what a document hands out to its storage, in order and one at a time; what comes meanwhile is written together. What
 * could not be written is kept and tried again with what comes next.
 */
export class Writing {
  readonly #storage: DocumentStorage;
  readonly #id: string;
  #waiting: Uint8Array[] = [];
  /** Takes the place of everything before it. */
  #snapshot: Uint8Array | undefined;
  #running: Promise<void> | undefined;
  #isDue = false;
  #snapshotBytes: number;
  #appendedBytes = 0;

  constructor(storage: DocumentStorage, id: string, storedBytes: number) {
    this.#storage = storage;
    this.#id = id;
    this.#snapshotBytes = storedBytes;
  }

  /** Bytes that are stored or about to be. */
  get storedBytes(): number {
    return this.#snapshotBytes + this.#appendedBytes;
  }

  /** Whether more was appended than the last snapshot has. */
  get wantsSnapshot(): boolean {
    return this.#appendedBytes > Math.max(LEAST_APPENDED, this.#snapshotBytes);
  }

  /** Calls `collect` at the end of the turn, once however often it is asked. */
  soon(collect: () => void): void {
    if (this.#isDue) return;
    this.#isDue = true;
    queueMicrotask(() => {
      this.#isDue = false;
      collect();
    });
  }

  append(bytes: Uint8Array): void {
    this.#waiting.push(bytes);
    this.#appendedBytes += bytes.length;
    this.#start();
  }

  replace(snapshot: Uint8Array): void {
    this.#snapshot = snapshot;
    this.#waiting = [];
    this.#snapshotBytes = snapshot.length;
    this.#appendedBytes = 0;
    this.#start();
  }

  /** Resolves when everything is stored. */
  async settled(): Promise<void> {
    this.#start();
    while (this.#running !== undefined) await this.#running;
  }

  #start(): void {
    if (this.#running !== undefined || (this.#waiting.length === 0 && this.#snapshot === undefined)) return;
    this.#running = this.#run().finally(() => {
      this.#running = undefined;
    });
    // Whoever waits for it is told; nobody has to.
    this.#running.catch(() => undefined);
  }

  async #run(): Promise<void> {
    while (this.#snapshot !== undefined || this.#waiting.length > 0) {
      const snapshot = this.#snapshot;
      if (snapshot !== undefined) {
        await this.#storage.replace(this.#id, snapshot);
        if (this.#snapshot === snapshot) this.#snapshot = undefined;
        continue;
      }
      const parts = this.#waiting;
      this.#waiting = [];
      try {
        await this.#storage.append(this.#id, joined(parts));
      } catch (error) {
        this.#waiting = this.#snapshot === undefined ? [...parts, ...this.#waiting] : this.#waiting;
        throw error;
      }
    }
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [first] = parts;
  if (parts.length === 1 && first !== undefined) return first;
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

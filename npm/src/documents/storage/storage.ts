/** What is stored of one document: a snapshot, and what was appended since. */
export interface StoredDocument {
  readonly snapshot: Uint8Array;
  readonly appended: readonly Uint8Array[];
}

/** A stored document without its contents. */
export interface DocumentEntry {
  readonly id: string;
  readonly bytes: number;
}

/**
 * Where documents are kept: a snapshot each, and changes appended to it. What is kept are bytes in automerge's format; parts
 * that stand in both do no harm, so replacing need not be one step with forgetting what was appended.
 */
export interface DocumentStorage {
  /** Name for errors, for example `folder:documents`. */
  readonly name: string;
  /** `undefined` when there is no such document. */
  load(id: string): Promise<StoredDocument | undefined>;
  /** Adds changes; resolves when they are as durable as the storage makes them. Of a torn write nothing is found later. */
  append(id: string, bytes: Uint8Array): Promise<void>;
  /** Puts a snapshot in the place of everything that was appended before. A crash leaves the old or the new. */
  replace(id: string, snapshot: Uint8Array): Promise<void>;
  /** Forgets a document; one that is not there as well. */
  remove(id: string): Promise<void>;
  list(): Promise<readonly DocumentEntry[]>;
  close(): Promise<void>;
}

import { loadPeer } from "../tasks/peers/load.ts";
import type { Entry, Replica, Subject } from "./subject.ts";

interface Shape {
  items: Record<string, Entry | number>;
  text: string;
}

interface Automerge {
  from(value: Shape): Shape;
  change(document: Shape, change: (draft: Shape) => void): Shape;
  splice(draft: Shape, path: string[], index: number, remove: number, insert: string): void;
  save(document: Shape): Uint8Array;
  load(bytes: Uint8Array): Shape;
  initSyncState(): unknown;
  generateSyncMessage(document: Shape, state: unknown): [unknown, Uint8Array | null];
  receiveSyncMessage(document: Shape, state: unknown, message: Uint8Array): [Shape, unknown];
}

export async function automerge(): Promise<Subject> {
  const library = await loadPeer<Automerge>("@automerge/automerge");
  return {
    name: "@automerge/automerge",
    make: async () => new AutomergeReplica(library, library.from({ items: {}, text: "" })),
    load: async (bytes) => new AutomergeReplica(library, library.load(bytes)),
  };
}

class AutomergeReplica implements Replica {
  readonly #library: Automerge;
  #document: Shape;

  constructor(library: Automerge, document: Shape) {
    this.#library = library;
    this.#document = document;
  }

  set(key: string, entry: Entry): void {
    this.#change((draft) => {
      draft.items[key] = entry;
    });
  }

  setScalar(key: string, value: number): void {
    this.#change((draft) => {
      draft.items[key] = value;
    });
  }

  setAll(entries: ReadonlyMap<string, Entry>): void {
    this.#change((draft) => {
      for (const [key, entry] of entries) draft.items[key] = entry;
    });
  }

  edit(edits: readonly (readonly [number, number, string])[]): void {
    this.#change((draft) => {
      for (const [index, remove, insert] of edits) this.#library.splice(draft, ["text"], index, remove, insert);
    });
  }

  textLength(): number {
    return this.#document.text.length;
  }

  size(): number {
    return Object.keys(this.#document.items).length;
  }

  save(): Uint8Array {
    return this.#library.save(this.#document);
  }

  sync(other: AutomergeReplica): void {
    const library = this.#library;
    let [ours, theirs] = [library.initSyncState(), library.initSyncState()];
    for (;;) {
      const [afterOurs, there] = library.generateSyncMessage(this.#document, ours);
      ours = afterOurs;
      if (there !== null) [other.#document, theirs] = library.receiveSyncMessage(other.#document, theirs, there);
      const [afterTheirs, back] = library.generateSyncMessage(other.#document, theirs);
      theirs = afterTheirs;
      if (back !== null) [this.#document, ours] = library.receiveSyncMessage(this.#document, ours, back);
      if (there === null && back === null) return;
    }
  }

  #change(change: (draft: Shape) => void): void {
    this.#document = this.#library.change(this.#document, change);
  }
}

import { loadPeer } from "../tasks/peers/load.ts";
import type { Entry, Replica, Subject } from "./subject.ts";

interface YMap {
  set(key: string, value: unknown): void;
  readonly size: number;
}

interface YText {
  insert(index: number, text: string): void;
  delete(index: number, length: number): void;
  readonly length: number;
}

interface YDoc {
  getMap(name: string): YMap;
  getText(name: string): YText;
  transact(body: () => void): void;
}

interface Yjs {
  readonly Doc: new () => YDoc;
  readonly Map: new (entries: Iterable<[string, unknown]>) => YMap;
  encodeStateAsUpdate(doc: YDoc, vector?: Uint8Array): Uint8Array;
  encodeStateVector(doc: YDoc): Uint8Array;
  applyUpdate(doc: YDoc, update: Uint8Array): void;
}

export async function yjs(): Promise<Subject> {
  const library = await loadPeer<Yjs>("yjs");
  return {
    name: "yjs",
    make: async () => new YjsReplica(library, new library.Doc()),
    load: async (bytes) => {
      const doc = new library.Doc();
      library.applyUpdate(doc, bytes);
      return new YjsReplica(library, doc);
    },
  };
}

class YjsReplica implements Replica {
  readonly #library: Yjs;
  readonly #doc: YDoc;
  readonly #items: YMap;
  readonly #text: YText;

  constructor(library: Yjs, doc: YDoc) {
    this.#library = library;
    this.#doc = doc;
    this.#items = doc.getMap("items");
    this.#text = doc.getText("text");
  }

  set(key: string, entry: Entry): void {
    this.#doc.transact(() => this.#items.set(key, new this.#library.Map(Object.entries(entry))));
  }

  setScalar(key: string, value: number): void {
    this.#doc.transact(() => this.#items.set(key, value));
  }

  setAll(entries: ReadonlyMap<string, Entry>): void {
    this.#doc.transact(() => {
      for (const [key, entry] of entries) this.#items.set(key, new this.#library.Map(Object.entries(entry)));
    });
  }

  edit(edits: readonly (readonly [number, number, string])[]): void {
    this.#doc.transact(() => {
      for (const [index, remove, insert] of edits) {
        if (remove > 0) this.#text.delete(index, remove);
        if (insert !== "") this.#text.insert(index, insert);
      }
    });
  }

  textLength(): number {
    return this.#text.length;
  }

  size(): number {
    return this.#items.size;
  }

  save(): Uint8Array {
    return this.#library.encodeStateAsUpdate(this.#doc);
  }

  sync(other: YjsReplica): void {
    const { encodeStateAsUpdate, encodeStateVector, applyUpdate } = this.#library;
    const forThem = encodeStateAsUpdate(this.#doc, encodeStateVector(other.#doc));
    const forUs = encodeStateAsUpdate(other.#doc, encodeStateVector(this.#doc));
    applyUpdate(other.#doc, forThem);
    applyUpdate(this.#doc, forUs);
  }
}

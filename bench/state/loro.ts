import { loadPeer } from "../tasks/peers/load.ts";
import type { Entry, Replica, Subject } from "./subject.ts";

interface LoroMap {
  set(key: string, value: unknown): void;
  setContainer(key: string, container: LoroMap): LoroMap;
  readonly size: number;
}

interface LoroText {
  insert(index: number, text: string): void;
  delete(index: number, length: number): void;
  readonly length: number;
}

interface LoroDoc {
  getMap(name: string): LoroMap;
  getText(name: string): LoroText;
  commit(): void;
  export(mode: { mode: "snapshot" } | { mode: "update"; from: unknown }): Uint8Array;
  import(bytes: Uint8Array): unknown;
  version(): unknown;
}

interface Loro {
  readonly LoroDoc: new () => LoroDoc;
  readonly LoroMap: new () => LoroMap;
}

export async function loro(): Promise<Subject> {
  const library = await loadPeer<Loro>("loro-crdt");
  return {
    name: "loro-crdt",
    make: async () => new LoroReplica(library, new library.LoroDoc()),
    load: async (bytes) => {
      const doc = new library.LoroDoc();
      doc.import(bytes);
      return new LoroReplica(library, doc);
    },
  };
}

class LoroReplica implements Replica {
  readonly #library: Loro;
  readonly #doc: LoroDoc;
  readonly #items: LoroMap;
  readonly #text: LoroText;

  constructor(library: Loro, doc: LoroDoc) {
    this.#library = library;
    this.#doc = doc;
    this.#items = doc.getMap("items");
    this.#text = doc.getText("text");
  }

  set(key: string, entry: Entry): void {
    this.#put(key, entry);
    this.#doc.commit();
  }

  setScalar(key: string, value: number): void {
    this.#items.set(key, value);
    this.#doc.commit();
  }

  setAll(entries: ReadonlyMap<string, Entry>): void {
    for (const [key, entry] of entries) this.#put(key, entry);
    this.#doc.commit();
  }

  edit(edits: readonly (readonly [number, number, string])[]): void {
    for (const [index, remove, insert] of edits) {
      if (remove > 0) this.#text.delete(index, remove);
      if (insert !== "") this.#text.insert(index, insert);
    }
    this.#doc.commit();
  }

  textLength(): number {
    return this.#text.length;
  }

  size(): number {
    return this.#items.size;
  }

  save(): Uint8Array {
    return this.#doc.export({ mode: "snapshot" });
  }

  sync(other: LoroReplica): void {
    const forThem = this.#doc.export({ mode: "update", from: other.#doc.version() });
    const forUs = other.#doc.export({ mode: "update", from: this.#doc.version() });
    other.#doc.import(forThem);
    this.#doc.import(forUs);
  }

  #put(key: string, entry: Entry): void {
    const map = this.#items.setContainer(key, new this.#library.LoroMap());
    for (const [field, value] of Object.entries(entry)) map.set(field, value);
  }
}

import { type Document, openDocuments, type Text, text } from "polyphon/documents";
import type { Entry, Replica, Subject } from "./subject.ts";

interface Shape {
  items: Record<string, Entry | number>;
  text: Text;
}

export async function polyphon(): Promise<Subject> {
  const documents = await openDocuments();
  let count = 0;
  const id = (): string => `document ${count++}`;
  return {
    name: "polyphon",
    make: async () => new PolyphonReplica(await documents.create<Shape>(id(), { items: {}, text: text() })),
    load: async (bytes) => new PolyphonReplica(await documents.import<Shape>(id(), bytes)),
  };
}

class PolyphonReplica implements Replica {
  readonly #document: Document<Shape>;

  constructor(document: Document<Shape>) {
    this.#document = document;
  }

  set(key: string, entry: Entry): void {
    this.#document.change((draft) => {
      draft.items[key] = entry;
    });
  }

  setScalar(key: string, value: number): void {
    this.#document.change((draft) => {
      draft.items[key] = value;
    });
  }

  setAll(entries: ReadonlyMap<string, Entry>): void {
    this.#document.change((draft) => {
      const { items } = draft;
      for (const [key, entry] of entries) items[key] = entry;
    });
  }

  edit(edits: readonly (readonly [number, number, string])[]): void {
    this.#document.change((draft) => {
      const text = draft.text;
      for (const [index, remove, insert] of edits) text.splice(index, remove, insert);
    });
  }

  textLength(): number {
    return String(this.#document.get(["text"])).length;
  }

  size(): number {
    return Object.keys(this.#document.value().items).length;
  }

  save(): Uint8Array {
    return this.#document.save();
  }

  /** Each tells the other its heads and gets what follows those both have. */
  sync(other: PolyphonReplica): void {
    const [ours, theirs] = [this.#document, other.#document];
    const common = ours.history().map(({ hash }) => hash);
    const known = new Set(theirs.history().map(({ hash }) => hash));
    const last = common.filter((hash) => known.has(hash)).at(-1);
    const base = last === undefined ? [] : [last];
    const [forThem, forUs] = [ours.saveAfter(base), theirs.saveAfter(base)];
    theirs.merge(forThem);
    ours.merge(forUs);
  }
}

// What every subject can do: the same work, through the interface its users have.

/** A map with four fields, which every subject stores as a map with four entries. */
export interface Entry {
  readonly name: string;
  readonly count: number;
  readonly done: boolean;
  readonly ratio: number;
}

/** One replica of a document with a map `items` and a text `text`. */
export interface Replica {
  /** Puts an entry, as one change. */
  set(key: string, entry: Entry): void;
  /** Puts a number, as one change. */
  setScalar(key: string, value: number): void;
  /** Puts all entries, as one change. */
  setAll(entries: ReadonlyMap<string, Entry>): void;
  /** Edits the text: place, characters that go, characters that come; all edits are one change. */
  edit(edits: readonly (readonly [number, number, string])[]): void;
  /** How many characters the text has. */
  textLength(): number;
  /** How many entries there are. */
  size(): number;
  save(): Uint8Array;
  /** Has two replicas exchange messages until both hold the same. */
  sync(other: Replica): void;
}

/** A library. */
export interface Subject {
  readonly name: string;
  /** An empty document. */
  make(): Promise<Replica>;
  load(bytes: Uint8Array): Promise<Replica>;
}

/** An entry that differs from all others. */
export function entry(n: number): Entry {
  return { name: `entry ${n}`, count: n, done: n % 2 === 0, ratio: n + 0.5 };
}

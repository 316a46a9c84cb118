import type { Event, Payload, Scope } from "../../wasm/codec.generated.ts";

/** Writes of one value that are remembered. */
const REVISIONS = 32;
/** Values that are gone and whose writes are remembered. */
const GONE = 1_000;

type ValueWritten = Extract<Event, { type: "ValueWritten" }>;

/** One write of a value. A class for the reason that entries of the mirror are. */
export class Revision {
  readonly version: number;
  readonly atMs: number;
  /** `null`: with it the value was gone. */
  readonly payload: Payload | null;
  readonly expiresMs: number | null;
  readonly by: string;
  readonly why: string;
  /** What it says, once somebody has read it. */
  value: unknown = undefined;
  isRead = false;

  constructor(
    version: number,
    atMs: number,
    { payload, expiresMs, by, why }: Omit<WrittenRevision, "version" | "atMs">,
  ) {
    this.version = version;
    this.atMs = atMs;
    this.payload = payload;
    this.expiresMs = expiresMs;
    this.by = by;
    this.why = why;
  }
}

/** A write as an archive has it. */
export type WrittenRevision = Pick<Revision, "version" | "atMs" | "payload" | "expiresMs" | "by" | "why">;

/** A value and its last writes, the oldest first. */
export class ValueEntry {
  readonly scope: Scope;
  readonly owner: string;
  readonly name: string;
  readonly past: Revision[] = [];
  last: Revision;

  constructor(key: { readonly scope: Scope; readonly owner: string; readonly name: string }, first: Revision) {
    this.scope = key.scope;
    this.owner = key.owner;
    this.name = key.name;
    this.last = first;
  }

  write(revision: Revision): void {
    this.past.push(this.last);
    if (this.past.length >= REVISIONS) this.past.shift();
    this.last = revision;
  }
}

/** A value with its writes as an archive has it. */
export interface WrittenValue {
  readonly scope: Scope;
  readonly owner: string;
  readonly name: string;
  readonly revisions: readonly WrittenRevision[];
}

/** The values of one session, by scope. */
export class SessionValues {
  readonly #shared = new Map<string, ValueEntry>();
  readonly #temporary = new Map<string, ValueEntry>();
  readonly #private = new Map<string, Map<string, ValueEntry>>();
  /** Those that are gone, the longest first. */
  readonly #gone = new Set<ValueEntry>();

  /** A value, or what is remembered of one that is gone. */
  find(scope: Scope, owner: string, name: string): ValueEntry | undefined {
    return this.#of(scope, owner)?.get(name);
  }

  /** Those that are there and those that are remembered. */
  *entries(): IterableIterator<ValueEntry> {
    yield* this.#shared.values();
    for (const values of this.#private.values()) yield* values.values();
    yield* this.#temporary.values();
  }

  apply(seq: number, timeMs: number, { key, payload, expiresMs, by, why }: ValueWritten): void {
    const revision = new Revision(seq, timeMs, { payload, expiresMs, by, why });
    const known = this.find(key.scope, key.owner, key.name);
    if (known === undefined) {
      this.#enter(new ValueEntry(key, revision));
      return;
    }
    known.write(revision);
    this.#settle(known);
  }

  /** Enters a value as a snapshot or an archive holds it. */
  restore({ revisions, ...key }: WrittenValue): void {
    let entry: ValueEntry | undefined;
    for (const { version, atMs, ...facts } of revisions) {
      const revision = new Revision(version, atMs, facts);
      if (entry === undefined) entry = new ValueEntry(key, revision);
      else entry.write(revision);
    }
    if (entry !== undefined) this.#enter(entry);
  }

  #enter(entry: ValueEntry): void {
    let values = this.#of(entry.scope, entry.owner);
    if (values === undefined) {
      values = new Map();
      this.#private.set(entry.owner, values);
    }
    values.set(entry.name, entry);
    this.#settle(entry);
  }

  #settle(entry: ValueEntry): void {
    this.#gone.delete(entry);
    if (entry.last.payload !== null) return;
    this.#gone.add(entry);
    if (this.#gone.size <= GONE) return;
    const [oldest] = this.#gone;
    if (oldest === undefined) return;
    this.#gone.delete(oldest);
    this.#of(oldest.scope, oldest.owner)?.delete(oldest.name);
  }

  #of(scope: Scope, owner: string): Map<string, ValueEntry> | undefined {
    if (scope === "shared") return this.#shared;
    return scope === "temporary" ? this.#temporary : this.#private.get(owner);
  }
}

/** A value as an archive keeps it; `embed` gives the payloads that shall stay readable without their rows. */
export function writtenValue(
  { scope, owner, name, past, last }: ValueEntry,
  embed: (payload: Payload | null) => Payload | null,
): WrittenValue {
  const revisions = [...past, last].map(({ version, atMs, payload, expiresMs, by, why }) => {
    return { version, atMs, payload: embed(payload), expiresMs, by, why };
  });
  return { scope, owner, name, revisions };
}

import { PolyphonError } from "../errors/error.ts";
import type { Clock } from "../runtime/clock.ts";
import { randomNonce } from "../runtime/random.ts";
import { Channel, type Stream } from "../runtime/stream.ts";
import { AnswerReader } from "./codec/reader.ts";
import { Drafts } from "./draft.ts";
import { closed, invalid } from "./errors.ts";
import type { DocumentsModule } from "./module.ts";
import { type Peer, Replica } from "./replica.ts";
import type { StandardSchemaV1 } from "./schema.ts";
import type { DocumentStorage } from "./storage/storage.ts";
import { Strategies } from "./strategies.ts";
import type {
  Conflict,
  ConflictStrategy,
  DocumentChange,
  DocumentLimits,
  DocumentSize,
  Heads,
  Patch,
  PatchEvent,
  Plain,
} from "./types.ts";
import { Writing } from "./writing.ts";

type Path = readonly (string | number)[];

/** How a document is opened. */
export interface DocumentOptions<T = unknown> {
  /** How places are read that several replicas set at a time; keys are paths with dots, where `*` stands for any key. */
  readonly strategies?: Readonly<Record<string, ConflictStrategy>>;
  /** What a document is to look like. It is looked at when changes came from elsewhere; the verdict is a flag, nothing is undone. */
  readonly schema?: StandardSchemaV1<unknown, T>;
}

/** How a change is made. */
export interface ChangeOptions {
  /** What the history says about it. */
  readonly message?: string;
}

/** Whether a document looks as its schema wants. */
export interface Verdict {
  readonly ok: boolean;
  readonly issues: readonly { readonly message: string; readonly path?: Path }[];
  /** The state it was said of. */
  readonly heads: Heads;
}

/** What a document is made of; `Documents` gives it. */
export interface DocumentParts {
  readonly id: string;
  readonly module: DocumentsModule;
  readonly storage: DocumentStorage;
  readonly clock: Clock;
  readonly limits: DocumentLimits;
  /** Called when the last who opened it closed it. */
  readonly released: () => void;
  /** Called after each change of the document, whoever made it. */
  readonly changed: () => void;
}

/**
 * A document that merges: it is changed at once, here, and replicas that hold the same changes are equal. Changes are saved
 * in the background, at the end of the turn; {@link flush} waits for that. Reads answer plain values of their own.
 *
 * Everything throws `DOCUMENT_CLOSED` once it is closed, and `DOCUMENT_BROKEN` while it is loaded again after a fault.
 */
export class Document<T extends object = Record<string, unknown>> implements AsyncDisposable {
  readonly id: string;
  readonly #parts: DocumentParts;
  readonly #writing: Writing;
  readonly #strategies: Strategies;
  readonly #schema: StandardSchemaV1<unknown, T> | undefined;
  readonly #patches: Channel<PatchEvent>;
  readonly #changes = new Channel<Plain<T>>(() => [this.value()]);
  readonly #verdicts = new Channel<Verdict>();
  #replica: Replica;
  #drafts: Drafts;
  #isWatched = false;
  #users = 0;
  #isClosed = false;
  #reloading: Promise<void> | undefined;
  #value: Plain<T> | undefined;
  #verdict: Verdict | undefined;

  /** @internal Opened by `Documents`. */
  constructor(parts: DocumentParts, replica: Replica, storedBytes: number, options: DocumentOptions<T>) {
    this.id = parts.id;
    this.#parts = parts;
    this.#replica = replica;
    this.#drafts = new Drafts(replica);
    this.#strategies = new Strategies(options.strategies ?? {});
    this.#schema = options.schema;
    this.#writing = new Writing(parts.storage, parts.id, storedBytes);
    this.#patches = new Channel<PatchEvent>(() => {
      this.#watch();
      return [];
    });
  }

  /**
   * Changes the document: `change` gets it as a plain object and writes what it likes, all of it one change, or none when it
   * throws. Objects, lists, strings, numbers, dates and bytes go in as they are; `text()` and `counter()` make what many edit
   * at a time. Answers whether anything changed. `DOCUMENT_OPERATION_INVALID` and `DOCUMENT_FULL` take the whole change back.
   */
  change(change: (draft: T) => void, options: ChangeOptions = {}): boolean {
    const replica = this.#use();
    try {
      const answer: unknown = this.#drafts.run((root) => change(root as T));
      if (answer instanceof Promise) throw invalid("a change cannot wait: fetch what it needs before");
      if (!replica.commit(Math.floor(this.#parts.clock.wallMs() / 1000), options.message)) return false;
    } catch (error) {
      replica.rollback();
      this.#drafts.forget();
      throw error;
    }
    this.#changed("local");
    return true;
  }

  /** Puts a value at a path, as one change. */
  set(path: Path, value: unknown, options?: ChangeOptions): boolean {
    const key = path.at(-1);
    if (key === undefined) throw invalid("the document itself cannot be replaced");
    return this.change((draft) => {
      let at = draft as Record<string | number, unknown>;
      for (const step of path.slice(0, -1)) at = objectAt(at, step);
      at[key] = value;
    }, options);
  }

  /** Removes what is at a path, as one change. */
  delete(path: Path, options?: ChangeOptions): boolean {
    const key = path.at(-1);
    if (key === undefined) throw invalid("the document itself cannot be removed");
    return this.change((draft) => {
      let at = draft as Record<string | number, unknown>;
      for (const step of path.slice(0, -1)) at = objectAt(at, step);
      if (Array.isArray(at)) at.splice(Number(key), 1);
      else delete at[key];
    }, options);
  }

  /** Everything in the document, conflicts as their strategies say. The same object until it changes: do not write to it. */
  value(): Plain<T> {
    this.#value ??= this.#read() as Plain<T>;
    return this.#value;
  }

  /** What is at a path; `undefined` when nothing is. Costs as much as what is there, whatever the size of the document. */
  get(path: Path): unknown {
    this.#use();
    if (!this.#strategies.isEmpty) return within(this.value(), path);
    const key = path.at(-1);
    if (key === undefined) return this.value();
    const parent = this.#drafts.node(path.slice(0, -1));
    if (parent === undefined) return undefined;
    const found = this.#replica.find(parent.handle, key);
    if (found.kind === "nothing") return undefined;
    return found.kind === "scalar" ? found.value : new AnswerReader(this.#replica.value(found.handle)).value();
  }

  /** The document as it was. `DOCUMENT_HEADS_UNKNOWN` when these heads are not of it. */
  at(heads: Heads): Plain<T> {
    return new AnswerReader(this.#use().value(0, heads)).value() as Plain<T>;
  }

  /** All values that stand at a path, with who set them; the last is the one all replicas choose. One is no conflict. */
  conflicts(path: Path): readonly Conflict[] {
    const replica = this.#use();
    const node = this.#drafts.node(path.slice(0, -1));
    const key = path.at(-1);
    if (node === undefined || key === undefined) return [];
    return new AnswerReader(replica.conflicts(node.handle, key)).conflicts();
  }

  /** The changes no other change follows: they name this state. */
  get heads(): Heads {
    return this.#use().heads();
  }

  /** The changes since heads, each after those it follows; without heads all. */
  history(since: Heads = []): readonly DocumentChange[] {
    return new AnswerReader(this.#use().history(since)).changes();
  }

  /** What leads from one state to another, forwards or backwards. */
  diff(before: Heads, after: Heads): readonly Patch[] {
    return new AnswerReader(this.#use().diff(before, after)).patches();
  }

  /** What each change did, from when it is subscribed to. Somebody who listens makes changes somewhat dearer. */
  get patches$(): Stream<PatchEvent> {
    return this.#patches.stream;
  }

  /** The value now, and after each change. */
  get value$(): Stream<Plain<T>> {
    return this.#changes.stream;
  }

  /** Whether it looks as its schema wants, from when something came from elsewhere. */
  get verdict$(): Stream<Verdict> {
    return this.#verdicts.stream;
  }

  /** What the schema said last; `undefined` before it was asked. */
  get verdict(): Verdict | undefined {
    return this.#verdict;
  }

  /** Asks the schema about the document as it is. Without a schema everything is right. */
  async check(): Promise<Verdict> {
    const heads = this.heads;
    const answer = await this.#schema?.["~standard"].validate(this.value());
    const issues = (answer?.issues ?? []).map(({ message, path }) => ({
      message,
      ...(path === undefined
        ? {}
        : { path: path.map((key) => (typeof key === "object" ? key.key : key) as string | number) }),
    }));
    this.#verdict = { ok: issues.length === 0, issues, heads };
    this.#verdicts.next(this.#verdict);
    return this.#verdict;
  }

  /** Brings the changes of bytes here: of {@link save}, {@link saveAfter}, or of another implementation of the format. */
  merge(bytes: Uint8Array): void {
    this.#foreign((replica) => replica.load(bytes));
  }

  /** The whole document, in automerge's format. */
  save(): Uint8Array {
    const replica = this.#use();
    this.#collect();
    return replica.save();
  }

  /** The changes since heads, for {@link merge} elsewhere. */
  saveAfter(heads: Heads): Uint8Array {
    return this.#use().saveAfter(heads);
  }

  /** Resolves when everything that was changed is stored; rejects when that failed, and tries again at the next call. */
  async flush(): Promise<void> {
    if (!this.#replica.isBroken) this.#collect();
    await this.#writing.settled();
  }

  /** Resolves when the document can be used: at once, but for the time after `DOCUMENT_BROKEN`. */
  async ready(): Promise<void> {
    if (this.#isClosed) throw closed(this.id);
    if (this.#replica.isBroken) await this.#reload();
  }

  get size(): DocumentSize {
    const [operations = 0, changes = 0, actors = 0] = this.#use().statistics();
    return { operations, changes, actors, storedBytes: this.#writing.storedBytes };
  }

  /** Lets go of it: who opened it closes it. It is unloaded some time after the last one did. */
  async close(): Promise<void> {
    if (this.#isClosed || this.#users === 0) return;
    this.#users--;
    if (this.#users > 0) return;
    try {
      await this.flush();
    } finally {
      if (this.#users === 0) this.#parts.released();
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** @internal One more who opened it. */
  opened(): this {
    this.#users++;
    return this;
  }

  /** @internal Whether somebody has it open. */
  get isUsed(): boolean {
    return this.#users > 0;
  }

  /** @internal A second replica of it, as bytes of heads. */
  forked(heads: Heads | undefined): Uint8Array {
    const fork = this.#use().fork(randomNonce(16), heads);
    const bytes = fork.save();
    fork.free();
    return bytes;
  }

  /** @internal Somebody to sync with. */
  peer(saved?: Uint8Array): Peer {
    return this.#use().peer(saved);
  }

  /** @internal Takes a message of a peer. */
  receive(peer: Peer, bytes: Uint8Array): void {
    this.#foreign(() => peer.receive(bytes));
  }

  /** @internal Gives its memory back; waits for what is being written. */
  async unload(): Promise<void> {
    if (this.#isClosed) return;
    try {
      await this.flush();
    } finally {
      this.#isClosed = true;
      this.#replica.free();
      for (const channel of [this.#patches, this.#changes, this.#verdicts]) channel.complete();
    }
  }

  #use(): Replica {
    if (this.#isClosed) throw closed(this.id);
    if (this.#replica.isBroken) {
      // Whoever calls again is told of what went wrong.
      this.#reload().catch(() => undefined);
      throw new PolyphonError("DOCUMENT_BROKEN", {
        message: `${this.id} is being loaded again; call again after ready().`,
      });
    }
    return this.#replica;
  }

  #read(): unknown {
    const replica = this.#use();
    if (this.#strategies.isEmpty) return new AnswerReader(replica.value(0)).value();
    const conflicts: Path[] = [];
    const value = new AnswerReader(replica.value(0), (path) => conflicts.push(path)).value();
    return this.#strategies.settle(this.#drafts, value, conflicts);
  }

  /** Takes bytes of others. What was changed here before is collected first: a fault would take it along. */
  #foreign(take: (replica: Replica) => void): void {
    const replica = this.#use();
    this.#collect();
    try {
      take(replica);
    } catch (error) {
      if (replica.isBroken) this.#reload().catch(() => undefined);
      throw error;
    }
    this.#drafts.forget();
    this.#changed("remote");
    if (this.#schema !== undefined) this.check().catch(() => undefined);
  }

  #changed(origin: PatchEvent["origin"]): void {
    this.#value = undefined;
    this.#writing.soon(() => {
      if (!this.#isClosed && !this.#replica.isBroken) this.#collect();
    });
    this.#tell(origin);
    if (this.#changes.isObserved) this.#changes.next(this.value());
    this.#parts.changed();
  }

  /** Tells those who listen what happened. */
  #tell(origin: PatchEvent["origin"]): void {
    if (!this.#isWatched) return;
    if (!this.#patches.isObserved) {
      this.#isWatched = false;
      this.#replica.watch(false);
      return;
    }
    const patches = new AnswerReader(this.#replica.patches()).patches();
    if (patches.length > 0) this.#patches.next({ origin, patches });
  }

  #watch(): void {
    if (this.#isWatched) return;
    this.#use().watch(true);
    this.#isWatched = true;
  }

  /** Hands what was changed to whoever writes it. */
  #collect(): void {
    const bytes = this.#replica.saveIncremental();
    if (bytes.length > 0) this.#writing.append(bytes);
    if (this.#writing.wantsSnapshot) this.#writing.replace(this.#replica.save());
  }

  #reload(): Promise<void> {
    this.#reloading ??= this.#loadAgain().finally(() => {
      this.#reloading = undefined;
    });
    return this.#reloading;
  }

  async #loadAgain(): Promise<void> {
    await this.#writing.settled();
    const stored = await this.#parts.storage.load(this.id);
    if (this.#isClosed) return;
    const { module, limits } = this.#parts;
    this.#replica = Replica.load(module, whole(stored), randomNonce(16), limits);
    this.#drafts = new Drafts(this.#replica);
    this.#value = undefined;
    if (this.#isWatched) this.#replica.watch(true);
    if (this.#changes.isObserved) this.#changes.next(this.value());
  }
}

/** Snapshot and what was appended, one behind the other. */
export function whole(
  stored: { readonly snapshot: Uint8Array; readonly appended: readonly Uint8Array[] } | undefined,
): Uint8Array {
  if (stored === undefined) return new Uint8Array();
  const parts = [stored.snapshot, ...stored.appended];
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function objectAt(at: Record<string | number, unknown>, key: string | number): Record<string | number, unknown> {
  const next = at[key];
  if (typeof next !== "object" || next === null) throw invalid(`there is no object at ${key}`);
  return next as Record<string | number, unknown>;
}

function within(value: unknown, path: Path): unknown {
  let at = value;
  for (const key of path) {
    if (typeof at !== "object" || at === null) return undefined;
    at = Object.hasOwn(at, key) ? (at as Record<string | number, unknown>)[key] : undefined;
  }
  return at;
}

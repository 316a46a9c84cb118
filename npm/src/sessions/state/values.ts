import type { Revision, ValueEntry } from "../../runtime/mirror/values.ts";
import type { Scope } from "../../wasm/codec.generated.ts";
import { byCodePoint } from "../../wasm/text-order.ts";
import { invalid, retryConflicts } from "./errors.ts";
import { TypedKey } from "./key.ts";
import type { TemporaryOptions, ValueRevision, ValueSchema, ValueView, WriteOptions } from "./options.ts";
import type { StatePort, StateUser, ValueName } from "./port.ts";

/** How long a temporary value lasts when nothing else is said. */
const TTL_MS = 300_000;

/** Values of one scope of a session. Reads are answered from memory, of what is durable. */
export class Values {
  readonly #port: StatePort;
  readonly #user: StateUser;
  readonly #scope: Scope;
  readonly #owner: string;

  /** Made by {@link SessionState}. */
  constructor(port: StatePort, user: StateUser, scope: Scope, owner: string) {
    this.#port = port;
    this.#user = user;
    this.#scope = scope;
    this.#owner = owner;
  }

  /** The value of a name, frozen; `undefined` when it is not there. */
  get<T = unknown>(name: string): Promise<T | undefined> {
    const last = this.#last(name);
    if (last === undefined) return this.#isKnown ? NOTHING : this.#later(() => this.get<T>(name));
    return last.isRead ? Promise.resolve(last.value as T) : (this.#port.read(last) as Promise<T | undefined>);
  }

  /** The value of a name with its version. */
  async entry<T = unknown>(name: string): Promise<ValueView<T> | undefined> {
    await this.#port.session();
    const last = this.#last(name);
    return last === undefined ? undefined : this.#view<T>(name, last);
  }

  /** Every value whose name begins with `prefix`, by name. */
  async list(prefix = ""): Promise<readonly ValueView[]> {
    await this.#port.session();
    const entries = [...(this.#port.values()?.entries() ?? [])].filter(
      ({ scope, owner, name }) => scope === this.#scope && owner === this.#owner && name.startsWith(prefix),
    );
    const found = entries.map(({ name }) => ({ name, last: this.#last(name) }));
    found.sort((a, b) => byCodePoint(a.name, b.name));
    return Promise.all(found.flatMap(({ name, last }) => (last === undefined ? [] : [this.#view(name, last)])));
  }

  /**
   * Writes a JSON value; answers its version once it is durable. `undefined` deletes. `VALUE_CONFLICT`, `VALUE_LIMIT`,
   * `VALUE_INVALID`, `PAYLOAD_INVALID`; `LEASE_FENCED` when the attempt or the lock counts no more, `SESSION_ENDED` after the end.
   */
  set(name: string, value: unknown, options: TemporaryOptions = {}): Promise<number> {
    const { expectedVersion, fence, why = "", ttlMs, actor } = options;
    if (ttlMs !== undefined && this.#scope !== "temporary") return Promise.reject(invalid("only temporary values end"));
    const key = this.#key(name);
    const lasts = this.#scope === "temporary" && value !== undefined ? (ttlMs ?? TTL_MS) : null;
    return this.#port.change(
      {
        why,
        checks: expectedVersion === undefined ? [] : [[key, expectedVersion]],
        writes: [{ ...key, value, ttlMs: lasts }],
        held: fence === undefined ? [] : [fence],
        release: [],
        acquire: [],
      },
      { ...this.#user, actor },
    );
  }

  /** Deletes a value; answers whether it was there. Rejects as {@link Values.set} does. */
  async delete(name: string, options: WriteOptions = {}): Promise<boolean> {
    return (await this.set(name, undefined, options)) !== 0;
  }

  /**
   * Writes what `change` makes of a value, again and again while others write it in between, at most 100 times. Answers the
   * value that was written.
   */
  async update<T>(
    name: string,
    change: (value: T | undefined) => T | Promise<T>,
    options: Omit<TemporaryOptions, "expectedVersion"> = {},
  ): Promise<T> {
    return retryConflicts(async () => {
      const now = await this.entry<T>(name);
      const next = await change(now?.value);
      await this.set(name, next, { ...options, expectedVersion: now?.version ?? 0 });
      return next;
    });
  }

  /** A name whose values fit a schema; what does not is refused with `VALUE_INVALID` before it is written. */
  key<T>(name: string, schema: ValueSchema<T>): TypedKey<T> {
    return new TypedKey(this, name, schema);
  }

  /**
   * Who wrote a value when, why, and what: the last 32 writes, the oldest first. Values that are gone are remembered, the
   * last 1,000 of a session.
   */
  async history(name: string): Promise<readonly ValueRevision[]> {
    const known = await this.#port.history(this.#key(name));
    const revisions = known === undefined ? [] : [...known.past, known.last];
    return Promise.all(
      revisions.map(async (revision) => {
        const { version, atMs: timeMs, by, why, payload } = revision;
        const value = payload === null ? undefined : await this.#port.read(revision);
        return { version, timeMs, by, why, deleted: payload === null, value };
      }),
    );
  }

  /** Writes what a value was at a version of its history, a new version of its own. Rejects as {@link Values.set} does. */
  async restore(name: string, version: number, options: TemporaryOptions = {}): Promise<number> {
    const key = this.#key(name);
    const known = await this.#port.history(key);
    const revision = known && [...known.past, known.last].find((past) => past.version === version);
    if (revision === undefined) throw invalid(`no version ${version} of ${JSON.stringify(name)} is kept`);
    const { expectedVersion, fence, why = `restores version ${version}`, ttlMs = TTL_MS, actor } = options;
    if (revision.payload === null) return this.set(name, undefined, { ...options, why });
    return this.#port.rewrite(
      key,
      { revision, ttlMs: this.#scope === "temporary" ? ttlMs : null },
      {
        why,
        checks: expectedVersion === undefined ? [] : [[key, expectedVersion]],
        held: fence === undefined ? [] : [fence],
        release: [],
        acquire: [],
      },
      { ...this.#user, actor },
    );
  }

  get #isKnown(): boolean {
    return this.#port.values() !== undefined;
  }

  async #later<T>(read: () => Promise<T>): Promise<T> {
    await this.#port.session();
    return read();
  }

  /** What is there now. */
  #last(name: string): Revision | undefined {
    const found: ValueEntry | undefined = this.#port.values()?.find(this.#scope, this.#owner, name);
    if (found === undefined) return undefined;
    const { last } = found;
    if (last.payload === null) return undefined;
    return last.expiresMs !== null && last.expiresMs <= this.#port.nowMs() ? undefined : last;
  }

  async #view<T>(name: string, last: Revision): Promise<ValueView<T>> {
    const { version, expiresMs } = last;
    return { name, value: (await this.#port.read(last)) as T, version, expiresMs };
  }

  #key(name: string): ValueName {
    return { scope: this.#scope, owner: this.#owner, name };
  }
}

const NOTHING: Promise<undefined> = Promise.resolve(undefined);

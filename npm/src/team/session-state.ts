import { PolyphonError } from "../errors/error.ts";
import type { LockMirror } from "../runtime/mirror/locks.ts";
import type { Revision, SessionValues, ValueEntry } from "../runtime/mirror/values.ts";
import { type DraftRow, decodeInline } from "../runtime/payloads.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { HeldSession, StateSession } from "../sessions/session.ts";
import type { DraftChange, StatePort, StateUser, ValueName } from "../sessions/state/port.ts";
import type { LockWish, StateChange } from "../wasm/codec.generated.ts";

/** Longest text of a value that stays in memory beside its bytes. */
const KEPT_BYTES = 4_096;

/** What the state of a session needs besides the runtime. */
export interface StateDoor {
  readonly runtime: Runtime;
  /** The session with everything that led to its state. */
  whole(handle: number, held: HeldSession | undefined): Promise<HeldSession>;
  /** What waits for the disk is bounded. */
  entering<T>(bytes: number, submit: () => Promise<T>): Promise<T>;
}

/** The state of one session behind its faces. */
export class SessionStatePort implements StatePort {
  readonly #door: StateDoor;
  readonly #session: StateSession;

  constructor(door: StateDoor, session: StateSession) {
    this.#door = door;
    this.#session = session;
  }

  get locks(): LockMirror {
    return this.#door.runtime.mirror.locks;
  }

  session(): Promise<number> {
    return this.#session.accepted;
  }

  values(): SessionValues | null | undefined {
    const { handle, held } = this.#session;
    if (handle === undefined) return undefined;
    return (this.#door.runtime.mirror.sessions.get(handle) ?? held?.entry)?.values ?? null;
  }

  async history({ scope, owner, name }: ValueName): Promise<ValueEntry | undefined> {
    const handle = await this.session();
    const { entry } = await this.#door.whole(handle, this.#session.held);
    return entry.values?.find(scope, owner, name);
  }

  async read(revision: Revision): Promise<unknown> {
    if (revision.isRead) return revision.value;
    const { payload } = revision;
    const value = payload?.type === "Inline" ? decodeInline(payload) : await this.#door.runtime.decode(payload);
    freeze(value);
    if (value !== undefined && (payload?.type === "Inline" || (payload?.bytes ?? 0) <= KEPT_BYTES)) {
      revision.value = value;
      revision.isRead = true;
    }
    return value;
  }

  async change({ writes, ...change }: DraftChange, user: StateUser): Promise<number> {
    const { payloads } = this.#door.runtime;
    const rows: DraftRow[] = [];
    const encoded = writes.map(({ value, ttlMs, scope, owner, name }) => ({
      key: { scope, owner, name },
      payload: payloads.encode(value, rows),
      ttlMs,
    }));
    return this.#submit({ ...change, writes: encoded }, rows, user);
  }

  async rewrite(
    key: ValueName,
    { revision, ttlMs }: { readonly revision: Revision; readonly ttlMs: number | null },
    change: Omit<StateChange, "writes">,
    user: StateUser,
  ): Promise<number> {
    const { payload } = revision;
    // Its row belongs to the session, as those of all its values do; bytes an archive kept stand in for a row that is gone.
    if ((await this.read(revision)) === undefined) throw gone(revision.version);
    return this.#submit({ ...change, writes: [{ key, payload, ttlMs }] }, [], user);
  }

  async acquire(wish: LockWish, waitMs: number | null, force: boolean, user: StateUser): Promise<number> {
    const session = await this.session();
    return this.#door.runtime.submit({ type: "AcquireLock", session, attempt: user.attempt, wish, waitMs, force });
  }

  async extend(fence: number, lengthMs: number): Promise<void> {
    const session = await this.session();
    await this.#door.runtime.submit({ type: "ExtendLock", session, fence, lengthMs });
  }

  async release(lock: number): Promise<void> {
    const session = await this.session();
    await this.#door.runtime.submit({ type: "ReleaseLock", session, lock });
  }

  nextOwner(): string {
    return `owner ${this.#door.runtime.payloads.nextKey()}`;
  }

  nowMs(): number {
    return this.#door.runtime.nowMs();
  }

  async #submit(change: StateChange, rows: readonly DraftRow[], user: StateUser): Promise<number> {
    const session = this.#session.handle ?? (await this.session());
    let bytes = 0;
    for (const { payload } of change.writes) bytes += payload?.type === "Inline" ? payload.bytes.length : 0;
    for (const row of rows) bytes += row.bytes.length;
    return this.#door.entering(bytes, () =>
      this.#door.runtime.submit(
        { type: "ChangeState", session, attempt: user.attempt, change },
        { actor: user.actor, rows, owner: session },
      ),
    );
  }
}

/** Everybody who reads a value has the same one. */
function freeze(value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  Object.freeze(value);
  for (const inner of Object.values(value)) freeze(inner);
}

function gone(version: number): PolyphonError {
  const message = `what version ${version} said is not kept any more.`;
  return new PolyphonError("VALUE_INVALID", { message, details: { rule: "the version is not kept any more" } });
}

import type { LockMirror } from "../../runtime/mirror/locks.ts";
import type { Revision, SessionValues, ValueEntry } from "../../runtime/mirror/values.ts";
import type { LockWish, Scope, StateChange } from "../../wasm/codec.generated.ts";

/** Who uses the state of a session: its owner, or one attempt of an agent. */
export interface StateUser {
  /** Fence of the attempt; `null` for the owner of the team. */
  readonly attempt: number | null;
  /** Name of the agent; empty for the owner of the team. */
  readonly agent: string;
  /** Who asks, as an authenticated door says. */
  readonly actor?: string | undefined;
}

/** What names a value. */
export interface ValueName {
  readonly scope: Scope;
  readonly owner: string;
  readonly name: string;
}

/** A change before its values are encoded. */
export interface DraftChange extends Omit<StateChange, "writes"> {
  readonly writes: readonly (ValueName & { readonly value: unknown; readonly ttlMs: number | null })[];
}

/** What the faces of a session's state need of their team. */
export interface StatePort {
  readonly locks: LockMirror;
  /** The session's handle; rejects when there is no such session. */
  session(): Promise<number>;
  /** Values as persisted; `undefined` before the session is durable, `null` when there are none. */
  values(): SessionValues | null | undefined;
  /** A value with everything that is remembered of it. */
  history(name: ValueName): Promise<ValueEntry | undefined>;
  /** Reads a write back; `undefined` when it is not kept any more. */
  read(revision: Revision): Promise<unknown>;
  change(change: DraftChange, user: StateUser): Promise<number>;
  /** Writes what was written before. */
  rewrite(
    name: ValueName,
    was: { readonly revision: Revision; readonly ttlMs: number | null },
    change: Omit<StateChange, "writes">,
    user: StateUser,
  ): Promise<number>;
  acquire(wish: LockWish, waitMs: number | null, force: boolean, user: StateUser): Promise<number>;
  extend(fence: number, lengthMs: number): Promise<void>;
  release(lock: number): Promise<void>;
  /** An owner nobody else is. */
  nextOwner(): string;
  /** By the kernel's clock. */
  nowMs(): number;
}

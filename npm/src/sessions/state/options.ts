/** A Standard Schema (standardschema.dev): zod, valibot, arktype and others make them. */
export interface ValueSchema<T = unknown> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaResult<T> | Promise<SchemaResult<T>>;
  };
}

/** What a schema says of a value. */
export type SchemaResult<T> =
  | { readonly value: T; readonly issues?: undefined }
  | { readonly issues: readonly { readonly message: string }[] };

/** How a value is written or deleted. */
export interface WriteOptions {
  /** The version it must have; 0: it must not be there. `VALUE_CONFLICT` otherwise. Default: whatever it has. */
  readonly expectedVersion?: number;
  /** Fence of a lock of the session that must be held; `LEASE_FENCED` when it is held no more. */
  readonly fence?: number;
  /** Why, for the history; at most 256 bytes. */
  readonly why?: string;
  /** Who asks, as an authenticated door says; for the history. An agent is named by itself. */
  readonly actor?: string;
}

/** How a temporary value is written. */
export interface TemporaryOptions extends WriteOptions {
  /** How long it lasts, in milliseconds. Default 300,000. Other values have none. */
  readonly ttlMs?: number;
}

/** A value as it is now. */
export interface ValueView<T = unknown> {
  readonly name: string;
  /** Frozen: to change it, write another. */
  readonly value: T;
  /** Sequence of the write; a later one is greater. */
  readonly version: number;
  /** When it is gone by itself, in milliseconds since the epoch; `null`: never. */
  readonly expiresMs: number | null;
}

/** One write of a value. */
export interface ValueRevision<T = unknown> {
  readonly version: number;
  /** In milliseconds since the epoch. */
  readonly timeMs: number;
  /** Name of the agent, or of who else wrote it; empty for the owner of the team, and when its time was over. */
  readonly by: string;
  readonly why: string;
  readonly deleted: boolean;
  /** `undefined` when it was deleted, or is not kept any more. */
  readonly value: T | undefined;
}

/** How a lock is taken. */
export interface LockOptions {
  /** Others may hold it too who ask for it so. Default false. */
  readonly shared?: boolean;
  /** How long it is held unless it is extended, in milliseconds. Default 30,000. */
  readonly leaseMs?: number;
  /** How long to wait for it, in milliseconds; 0: not at all. `LOCK_HELD` when that is over. Default: as long as it takes. */
  readonly waitMs?: number;
  /** Calls the wait off. */
  readonly signal?: AbortSignal;
  /**
   * Who holds it, for finding circles of those who wait for each other, and for whoever looks at locks. One owner that wants
   * what it has already would wait for itself: `LOCK_DEADLOCK`. Default: nobody else. What an agent holds is its attempt's.
   */
  readonly owner?: string;
  /** Takes it from whoever has it, before everybody who waits; agents cannot. Default false. */
  readonly force?: boolean;
}

/** A lock as anybody sees it. */
export interface LockView {
  readonly name: string;
  readonly shared: boolean;
  readonly owner: string;
  /** `null`: it is waited for. */
  readonly fence: number | null;
  /** When the hold, or the wait, is over, in milliseconds since the epoch; `null`: never. */
  readonly untilMs: number | null;
}

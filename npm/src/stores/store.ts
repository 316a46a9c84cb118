/**
 * Where a partition's journal lives. A frame is opaque to a store except for its fixed header
 * (see `frame-header.ts`): the kernel wrote it, the store keeps it byte for byte.
 */
export interface Store {
  /** Name for health output and errors, for example `sqlite:team.db`. */
  readonly name: string;
  readonly guarantees: StoreGuarantees;

  /** Opens, repairs a torn tail, takes ownership. Refuses damage in the middle with `STORE_CORRUPT`. */
  open(): Promise<StoreOpened>;

  /**
   * Appends one frame and its payloads in one commit. Resolves when both are durable.
   * A frame that is not the next one in sequence, or of an older epoch, is refused (`STORE_FENCED`, `STORE_GAP`).
   */
  append(frame: Uint8Array, payloads: readonly PayloadRow[]): Promise<void>;

  /** Frames in order, beginning with the one that holds `fromSeq`. */
  read(fromSeq: number, options?: { readonly signal?: AbortSignal }): AsyncIterable<Uint8Array>;

  /** The bytes of one payload, or `undefined` when it was erased. */
  payload(key: string): Promise<Uint8Array | undefined>;

  /** Erases payloads without touching the journal. */
  erasePayloads(keys: readonly string[]): Promise<void>;

  putSnapshot(snapshot: Snapshot): Promise<void>;
  latestSnapshot(): Promise<Snapshot | undefined>;

  /**
   * Drops frames wholly below `beforeSeq`, and payloads nothing kept refers to.
   * Never passes the latest snapshot. Answers the first sequence that is still kept.
   */
  compact(beforeSeq: number): Promise<{ readonly firstSeq: number }>;

  health(): Promise<StoreHealth>;

  /** Finishes the running append, releases ownership. Safe to call twice. */
  close(): Promise<void>;
}

/** What a store gives; shown in health, never more than the engine gives. */
export interface StoreGuarantees {
  /** What acknowledged data survives. */
  readonly durability: "none" | "process-crash" | "power-loss";
  readonly ordering: "total";
  /** Whether another process may read the store while this one owns it. */
  readonly concurrentReaders: boolean;
}

export interface StoreOpened {
  /** Highest sequence on disk; 0 when the journal is empty. */
  readonly lastSeq: number;
  /** First sequence still kept; 1 when nothing was compacted. */
  readonly firstSeq: number;
  /** Epoch granted to this owner, above every earlier one. */
  readonly epoch: number;
  /** What was cut from a torn tail, if anything. */
  readonly repaired?: { readonly cutFromSeq: number; readonly bytes: number };
}

/** One payload, stored beside the frame that refers to it. */
export interface PayloadRow {
  /** Unique within the partition; the kernel's events name it. */
  readonly key: string;
  /** Sequence of the entity that owns the payload: retention removes them together. */
  readonly owner: number;
  readonly bytes: Uint8Array;
}

export interface Snapshot {
  readonly seq: number;
  /** Hash of the state at `seq`, lower-case hexadecimal. */
  readonly stateHash: string;
  readonly bytes: Uint8Array;
}

export interface StoreHealth {
  readonly ok: boolean;
  readonly lastSeq: number;
  readonly firstSeq: number;
  readonly snapshotSeq: number;
  readonly journalBytes: number;
  readonly payloadBytes: number;
  readonly snapshotBytes: number;
}

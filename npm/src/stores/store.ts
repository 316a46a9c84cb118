/**
 * Where a partition's journal lives. A frame is opaque to a store except for its fixed header
 * (see `frame-header.ts`): the kernel wrote it, the store keeps it byte for byte.
 */
export interface Store extends StoreReader {
  readonly guarantees: StoreGuarantees;

  /**
   * Opens, repairs a torn tail, takes ownership. Refuses damage in the middle with `STORE_CORRUPT`, a second owner with
   * `STORE_LOCKED`. May be called again after `close()`.
   */
  open(): Promise<StoreOpened>;

  /**
   * Gives up the epoch and reads everything again from what is durable, keeping ownership throughout. The only way on
   * after a failed append: until then all but `payload`, `archive`, `archives` and `health` answers `STORE_HALTED`.
   */
  reopen(): Promise<StoreOpened>;

  /**
   * Appends one frame and its payloads in one commit. Resolves when both are durable.
   * A frame that is not the next one in sequence, or not of the granted epoch, is refused (`STORE_GAP`, `STORE_FENCED`).
   * Any rejection halts the store. After `STORE_GAP`, `STORE_FENCED`, `STORE_FRAME_INVALID` and `STORE_PAYLOAD_CONFLICT`
   * nothing was written; after every other code the frame may or may not be found when the store is reopened.
   */
  append(frame: Uint8Array, payloads: readonly PayloadRow[], options?: AppendOptions): Promise<void>;

  /** Erases payloads without touching the journal. Unknown keys are ignored. */
  erasePayloads(keys: readonly string[]): Promise<void>;

  /**
   * Keeps a verified snapshot; the last two are kept. Runs beside appends. One above the last sequence or below the last
   * snapshot is refused (`STORE_SNAPSHOT_INVALID`); one at the same sequence takes its place.
   */
  putSnapshot(snapshot: Snapshot, options?: WaitOptions): Promise<void>;

  /** Keeps what remains of an entity. Once its last event is dropped, so are the payloads it owned. */
  putArchive(archive: Archive): Promise<void>;

  /** Forgets archives, and any payloads of their owners that are left. Unknown ids are ignored. */
  dropArchives(ids: readonly string[]): Promise<void>;

  /**
   * Drops frames wholly below `beforeSeq`, the payloads of archived owners whose last event was dropped, and those that
   * `closed` owners have there.
   * Never passes the older of the two kept snapshots, so one damaged snapshot costs nothing; with fewer than two, drops nothing.
   * Runs beside appends, in small steps; an abort leaves it at a step. Answers the first sequence that is still kept.
   */
  compact(beforeSeq: number, options?: CompactOptions): Promise<{ readonly firstSeq: number }>;

  /** Finishes the running append, releases ownership. Safe to call twice. */
  close(): Promise<void>;
}

/** What may be asked of a journal without owning it. */
export interface StoreReader {
  /** Name for health output and errors, for example `sqlite:team.db`. */
  readonly name: string;

  /**
   * Frames in order, beginning with the one that holds `fromSeq`, up to what is durable when the end is reached. Each is
   * checked; at a damaged one the iteration throws `STORE_CORRUPT` with its sequence. Below what is kept: `STORE_COMPACTED`.
   */
  read(fromSeq: number, options?: WaitOptions): AsyncIterable<Uint8Array>;

  /** The bytes of one payload, or `undefined` when it was erased or never there. */
  payload(key: string): Promise<Uint8Array | undefined>;

  /** The newest snapshot that is intact: a damaged one is passed over for the one before. */
  latestSnapshot(): Promise<Snapshot | undefined>;

  archive(id: string): Promise<Archive | undefined>;

  /** All archives without their bytes, oldest first. */
  archives(): Promise<readonly ArchiveEntry[]>;

  /** Checks the whole journal: checksums, chain, sequence, epochs, snapshots. Damage is an answer here, not an error. */
  verify(options?: VerifyOptions): Promise<VerifyReport>;

  health(): Promise<StoreHealth>;

  close(): Promise<void>;
}

export interface WaitOptions {
  /** Ends the wait with the signal's reason. */
  readonly signal?: AbortSignal;
}

export interface CompactOptions extends WaitOptions {
  /** Entities that ended below `beforeSeq` and are not archived. */
  readonly closed?: readonly number[];
}

export interface AppendOptions {
  /**
   * Gives the frame's buffer away, which spares a copy: the store may detach it. Default `false`. Ignored for a view on a
   * larger buffer. Without it the store copies before `append` returns, so the caller may reuse the memory at once.
   */
  readonly transfer?: boolean;
  /**
   * Keys of payloads that nothing refers to any more: they are gone with this commit. Unknown keys are ignored. Unlike
   * {@link Store.erasePayloads} this only gives their room back; their bytes may lie in it until something else does.
   */
  readonly drop?: readonly string[];
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
  /** Identity of the journal, made with it: 32 hexadecimal digits. Projections beside it carry the same. */
  readonly journalId: string;
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
  /** Unique within the partition; the kernel's events name it. The same key with other bytes is refused. */
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

export interface ArchiveEntry {
  /** TypeID of the closed entity. */
  readonly id: string;
  /** Its sequence: the `owner` of its payloads. */
  readonly owner: number;
  /** Sequence of its last event; above any that will be, while it goes on and only its beginning is archived. */
  readonly lastSeq: number;
  /** When it closed, or began if it goes on; milliseconds since the epoch. */
  readonly closedMs: number;
}

export interface Archive extends ArchiveEntry {
  /** Whatever shall stay readable of it, uncompressed. */
  readonly bytes: Uint8Array;
}

export interface VerifyOptions extends WaitOptions {
  /** Called after each part of a few MiB. */
  readonly onProgress?: (progress: VerifyProgress) => void;
}

export interface VerifyProgress {
  /** Sequence up to which everything is intact. */
  readonly seq: number;
  readonly lastSeq: number;
  readonly frames: number;
  readonly bytes: number;
}

export interface VerifyReport {
  readonly ok: boolean;
  readonly firstSeq: number;
  /** Sequence up to which everything is intact. */
  readonly lastSeq: number;
  readonly frames: number;
  readonly events: number;
  readonly bytes: number;
  /** Snapshots that are intact. */
  readonly snapshots: number;
  readonly damage?: Damage;
}

export interface Damage {
  /** First sequence that is damaged or missing. */
  readonly seq: number;
  readonly reason: DamageReason;
  readonly message: string;
}

export type DamageReason = "header" | "checksum" | "chain" | "gap" | "epoch" | "unreadable" | "snapshot";

export interface StoreHealth {
  readonly ok: boolean;
  /** Why `ok` is false, or what went wrong without being fatal. */
  readonly problem?: string;
  readonly lastSeq: number;
  readonly firstSeq: number;
  /** Sequence of the latest snapshot; 0 when there is none. */
  readonly snapshotSeq: number;
  readonly journalBytes: number;
  readonly payloadBytes: number;
  readonly snapshotBytes: number;
  readonly archiveBytes: number;
  /** What all of it takes in the engine, free space included; equal to the sum above where the engine cannot tell. */
  readonly storedBytes: number;
}

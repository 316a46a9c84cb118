import type { Snapshot } from "../../stores/store.ts";
import type { Farewell, Retention } from "../history/archiver.ts";

/** What the thread is given at its start. Later messages are sequences up to which the journal is durable. */
export interface FollowerTask {
  readonly file: string;
  readonly module: WebAssembly.Module;
  /** Events between two snapshots. */
  readonly snapshotEvents: number;
  readonly retention: Retention;
}

/** What may be dropped behind a snapshot, and what must be kept of it first. */
export interface Compaction extends Farewell {
  readonly beforeSeq: number;
}

/** What the thread says. */
export type FollowerReport =
  | { readonly type: "folded"; readonly seq: number }
  | { readonly type: "snapshot"; readonly snapshot: Snapshot; readonly compaction: Compaction | undefined }
  | { readonly type: "failed"; readonly message: string };

import type { Snapshot } from "../../stores/store.ts";
import type { Farewell, Retention } from "../history/archiver.ts";

/** What the thread is given at its start. */
export interface FollowerTask {
  readonly file: string;
  readonly module: WebAssembly.Module;
  /** Events between two snapshots. */
  readonly snapshotEvents: number;
  readonly retention: Retention;
}

/** What the thread hears: up to where the journal is durable, or that it shall finish and end. */
export type FollowerOrder =
  | {
      readonly type: "fold";
      readonly seq: number;
      /** Somebody waits for it. */
      readonly awaited: boolean;
    }
  | { readonly type: "leave" /** Events since the last snapshot that are worth one more. */; readonly worth: number };

/** What may be dropped behind a snapshot, and what must be kept of it first. */
export interface Compaction extends Farewell {
  readonly beforeSeq: number;
}

/** What the thread says. */
export type FollowerReport =
  | { readonly type: "folded"; readonly seq: number }
  | { readonly type: "snapshot"; readonly snapshot: Snapshot; readonly compaction: Compaction | undefined }
  | { readonly type: "failed"; readonly message: string };

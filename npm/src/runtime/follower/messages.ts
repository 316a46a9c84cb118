import type { Snapshot } from "../../stores/store.ts";

/** What the thread is given at its start. Later messages are sequences up to which the journal is durable. */
export interface FollowerTask {
  readonly file: string;
  readonly module: WebAssembly.Module;
  readonly journalId: string;
  readonly lastSeq: number;
  /** Events between two snapshots. */
  readonly snapshotEvents: number;
}

/** What the thread says. */
export type FollowerReport =
  | { readonly type: "folded"; readonly seq: number }
  | { readonly type: "snapshot"; readonly snapshot: Snapshot }
  | { readonly type: "failed"; readonly message: string };

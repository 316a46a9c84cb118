import { Worker } from "node:worker_threads";
import { PolyphonError } from "../../errors/error.ts";
import type { Store } from "../../stores/store.ts";
import { threadEntry } from "../../thread-entry.ts";
import type { Following } from "../following.ts";
import type { Compaction, FollowerReport, FollowerTask } from "./messages.ts";

/** How a journal is followed. */
export interface FollowOptions {
  /** Events the follower may lag before it is woken. Default 1,000. */
  readonly wakeEvents?: number;
  /** Hears of a follower that stopped: the owner goes on without snapshots. */
  readonly troubled: (error: Error) => void;
}

const WAKE_EVENTS = 1_000;

/** Starts the thread that folds, compares and makes snapshots; archives and compacts behind them. */
export function follow(task: FollowerTask, lastSeq: number, store: Store, options: FollowOptions): Following {
  const { wakeEvents = WAKE_EVENTS, troubled } = options;
  const worker = new Worker(threadEntry(import.meta.url), { workerData: task, execArgv: [] });
  let told = lastSeq;
  let closing = false;
  let folded = 0;
  const waits = new Set<{ readonly seq: number; readonly resolve: () => void }>();
  let keeping: Promise<void> = Promise.resolve();
  const stopped = (message: string, cause?: unknown): void => {
    if (!closing) troubled(new PolyphonError("STORE_FOLLOWER", { message, cause }));
  };
  worker.on("error", (error) => stopped(error.message, error));
  worker.on("message", (report: FollowerReport) => {
    if (report.type === "failed") stopped(report.message);
    if (report.type === "folded") {
      folded = report.seq;
      for (const wait of [...waits]) if (folded >= wait.seq) wait.resolve();
    }
    if (report.type !== "snapshot" || closing) return;
    const { snapshot, compaction } = report;
    keeping = keeping
      .then(() => store.putSnapshot(snapshot))
      .then(() => (compaction === undefined ? undefined : compact(store, compaction)))
      .catch((error: unknown) => stopped("a snapshot could not be kept.", error));
  });
  // A listener for messages is a reason to stay, so this comes behind it: whoever only follows keeps no process alive.
  worker.unref();
  return {
    advance(seq) {
      if (seq - told < wakeEvents) return;
      told = seq;
      worker.postMessage(seq);
    },
    async caughtUp(seq) {
      worker.postMessage(seq);
      if (folded < seq) {
        worker.ref();
        await new Promise<void>((resolve) => waits.add({ seq, resolve }));
        worker.unref();
      }
      await keeping;
    },
    async close() {
      closing = true;
      await keeping;
      await worker.terminate();
    },
  };
}

/** Nothing goes before what shall stay of it is kept. */
async function compact(store: Store, { archives, beforeSeq, closed, drop }: Compaction): Promise<void> {
  for (const archive of archives) await store.putArchive(archive);
  await store.compact(beforeSeq, { closed });
  if (drop.length > 0) await store.dropArchives(drop);
}

import { Worker } from "node:worker_threads";
import { PolyphonError } from "../../errors/error.ts";
import type { Store } from "../../stores/store.ts";
import { threadEntry } from "../../thread-entry.ts";
import { type Clock, systemClock } from "../clock.ts";
import type { Following } from "../following.ts";
import type { Compaction, FollowerOrder, FollowerReport, FollowerTask } from "./messages.ts";

/** How a journal is followed. */
export interface FollowOptions {
  /** Events behind the newest snapshot that are worth starting a follower. Default a fifth of `snapshotEvents`. */
  readonly startEvents?: number;
  /** Events the follower may lag before it is woken. Default 1,000. */
  readonly wakeEvents?: number;
  /** How long the follower stays when it has nothing to fold, in milliseconds. Default 1,000. */
  readonly lingerMs?: number;
  /** Default: the machine's. */
  readonly clock?: Clock;
  /** Hears of a follower that stopped: the owner goes on without it until there is as much to fold again. */
  readonly troubled: (error: Error) => void;
}

const WAKE_EVENTS = 1_000;
const LINGER_MS = 1_000;

/**
 * Follows a journal from `snapshotSeq`, its newest snapshot. Once there is enough to fold, a thread with a kernel of its own
 * folds, compares and makes snapshots, for as long as more comes; then it ends, and its memory goes with it.
 */
export function follow(task: FollowerTask, snapshotSeq: number, store: Store, options: FollowOptions): Following {
  return new ThreadFollowing(task, snapshotSeq, store, options);
}

class ThreadFollowing implements Following {
  readonly #task: FollowerTask;
  readonly #store: Store;
  readonly #options: Required<FollowOptions>;
  /** The thread while there is one, and up to where it was told and has folded. */
  #run: Run | undefined;
  /** Up to where the next run has nothing to do: the newest snapshot, or where the last run failed. */
  #doneSeq: number;
  #durableSeq: number;
  #keeping: Promise<void> = Promise.resolve();
  #closing = false;
  readonly #waits = new Set<Wait>();

  constructor(task: FollowerTask, snapshotSeq: number, store: Store, options: FollowOptions) {
    this.#task = task;
    this.#store = store;
    this.#options = {
      startEvents: Math.ceil(task.snapshotEvents / 5),
      wakeEvents: WAKE_EVENTS,
      lingerMs: LINGER_MS,
      clock: systemClock(),
      ...options,
    };
    this.#doneSeq = snapshotSeq;
    this.#durableSeq = snapshotSeq;
  }

  advance(seq: number): void {
    this.#durableSeq = Math.max(this.#durableSeq, seq);
    const { startEvents, wakeEvents } = this.#options;
    if (this.#run === undefined) {
      if (seq - this.#doneSeq >= startEvents) this.#fold(seq);
    } else if (seq - this.#run.toldSeq >= wakeEvents) this.#fold(seq);
  }

  async caughtUp(seq: number): Promise<void> {
    if ((this.#run?.foldedSeq ?? this.#doneSeq) < seq) {
      const folded = new Promise<void>((resolve, reject) => this.#waits.add({ seq, resolve, reject }));
      this.#fold(seq);
      this.#run?.worker.ref();
      await folded;
      this.#run?.worker.unref();
    }
    await this.#keeping;
  }

  async close(): Promise<void> {
    this.#closing = true;
    await this.#keeping;
    this.#run?.stay?.();
    await this.#run?.worker.terminate();
  }

  #fold(seq: number): void {
    this.#run ??= this.#start();
    const run = this.#run;
    // Whoever was asked to leave hears nothing any more: the next one begins where that one ended.
    if (run.isLeaving) return;
    run.stay?.();
    run.stay = undefined;
    run.toldSeq = seq;
    order(run, { type: "fold", seq, awaited: this.#waits.size > 0 });
  }

  #start(): Run {
    const worker = new Worker(threadEntry(import.meta.url), { workerData: this.#task, execArgv: [] });
    const run: Run = { worker, toldSeq: 0, foldedSeq: 0, isLeaving: false, stay: undefined };
    worker.on("error", (error) => this.#failed(error.message, error));
    worker.on("exit", () => this.#ended());
    worker.on("message", (report: FollowerReport) => this.#heard(run, report));
    // A listener for messages is a reason to stay, so this comes behind it: whoever only follows keeps no process alive,
    // unless somebody waits for it.
    if (this.#waits.size === 0) worker.unref();
    return run;
  }

  #heard(run: Run, report: FollowerReport): void {
    if (report.type === "failed") {
      this.#failed(report.message);
      void run.worker.terminate();
    } else if (report.type === "folded") {
      run.foldedSeq = report.seq;
      for (const wait of this.#waits) {
        if (report.seq < wait.seq) continue;
        this.#waits.delete(wait);
        wait.resolve();
      }
      if (report.seq >= run.toldSeq && !this.#closing) this.#rest(run);
    } else if (!this.#closing) {
      const { snapshot, compaction } = report;
      this.#doneSeq = snapshot.seq;
      this.#keeping = this.#keeping
        .then(() => this.#store.putSnapshot(snapshot))
        .then(() => (compaction === undefined ? undefined : compact(this.#store, compaction)))
        .catch((error: unknown) => this.#trouble("a snapshot could not be kept.", error));
    }
  }

  /** Everything that was told is folded: unless more comes soon, the thread leaves. */
  #rest(run: Run): void {
    const { clock, lingerMs, startEvents } = this.#options;
    run.stay?.();
    const leave = (): void => {
      run.stay = undefined;
      run.isLeaving = true;
      order(run, { type: "leave", worth: startEvents });
    };
    run.stay = clock.after(lingerMs, leave, { background: true });
  }

  #failed(message: string, cause?: unknown): void {
    // Trying the same at once would fail again.
    this.#doneSeq = this.#durableSeq;
    this.#trouble(message, cause);
    for (const { reject } of this.#waits) reject(new PolyphonError("STORE_FOLLOWER", { message, cause }));
    this.#waits.clear();
  }

  #ended(): void {
    this.#run?.stay?.();
    this.#run = undefined;
    if (this.#closing) return;
    const asked = Math.max(0, ...[...this.#waits].map(({ seq }) => seq));
    if (asked > 0) this.#fold(asked);
    else this.advance(this.#durableSeq);
  }

  #trouble(message: string, cause?: unknown): void {
    if (!this.#closing) this.#options.troubled(new PolyphonError("STORE_FOLLOWER", { message, cause }));
  }
}

/** One thread from its start to its end. */
interface Run {
  readonly worker: Worker;
  toldSeq: number;
  foldedSeq: number;
  isLeaving: boolean;
  /** Calls off that it leaves soon. */
  stay: (() => void) | undefined;
}

interface Wait {
  readonly seq: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

function order(run: Run, message: FollowerOrder): void {
  run.worker.postMessage(message);
}

/** Nothing goes before what shall stay of it is kept. */
async function compact(store: Store, { archives, beforeSeq, closed, drop }: Compaction): Promise<void> {
  for (const archive of archives) await store.putArchive(archive);
  await store.compact(beforeSeq, { closed });
  if (drop.length > 0) await store.dropArchives(drop);
}

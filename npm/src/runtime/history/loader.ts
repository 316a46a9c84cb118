import type { StoreReader } from "../../stores/store.ts";
import type { Event } from "../../wasm/codec.generated.ts";
import type { SessionEntry } from "../mirror/entries.ts";
import type { Mirror } from "../mirror/mirror.ts";
import { loadSessions, type Wanted } from "./history.ts";
import type { SessionFold } from "./session-fold.ts";

type Later = (readonly [seq: number, timeMs: number, event: Event])[];

interface Batch {
  readonly wanted: Wanted[];
  readonly fold: Promise<SessionFold>;
}

/** Fetches what the mirror does not hold of a session, beside a journal that goes on. */
export class HistoryLoader {
  readonly #reader: StoreReader;
  readonly #mirror: Mirror;
  readonly #running = new Set<Later>();
  #next: Batch | undefined;

  constructor(reader: StoreReader, mirror: Mirror) {
    this.#reader = reader;
    this.#mirror = mirror;
  }

  /**
   * Folds a session again, and completes it in the mirror when it is there. Calls of one turn share one pass over the
   * journal. The answer has no such session when it is not kept.
   */
  load(wanted: Wanted): Promise<SessionFold> {
    if (this.#next === undefined) {
      const all: Wanted[] = [];
      this.#next = { wanted: all, fold: Promise.resolve().then(() => this.#run(all)) };
    }
    this.#next.wanted.push(wanted);
    return this.#next.fold;
  }

  /** The mirror has folded an event. */
  happened(seq: number, timeMs: number, event: Event): void {
    if (this.#running.size === 0) return;
    for (const later of this.#running) later.push([seq, timeMs, event]);
  }

  async #run(wanted: readonly Wanted[]): Promise<SessionFold> {
    this.#next = undefined;
    const later: Later = [];
    this.#running.add(later);
    try {
      const fold = await loadSessions(this.#reader, wanted, this.#mirror.seq);
      for (const [seq, timeMs, event] of later) fold.apply(seq, timeMs, event);
      for (const { handle } of wanted) {
        if (!fold.hasFailed(handle)) this.#complete(handle, fold.session(handle));
      }
      return fold;
    } finally {
      this.#running.delete(later);
    }
  }

  #complete(handle: number, whole: SessionEntry | undefined): void {
    const known = this.#mirror.sessions.get(handle);
    if (known?.partial !== true) return;
    if (whole === undefined) {
      // Its beginning is not kept: there is no more to know.
      known.partial = false;
      return;
    }
    // What running attempts report is volatile: the journal knows less of it.
    for (const task of whole.tasks) {
      const live = known.tasks[task.index];
      if (task.status === "running" && live !== undefined) {
        task.progressPpm = live.progressPpm;
        task.usage = live.usage;
      }
    }
    this.#mirror.adopt(whole);
  }
}

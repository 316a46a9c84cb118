import type { Snapshot, StoreReader } from "../../stores/store.ts";
import type { Event } from "../../wasm/codec.generated.ts";
import { Kernel } from "../../wasm/kernel.ts";
import { visitEvents } from "../frame.ts";
import type { SessionEntry } from "../mirror/entries.ts";
import { Mirror } from "../mirror/mirror.ts";
import { restoreMirror } from "../mirror/restore.ts";

/** Hears of every event that was folded. */
export type FoldListener = (seq: number, timeMs: number, event: Event, session: SessionEntry | undefined) => void;

/**
 * Folds a journal beside its owner, with a kernel of its own. Every state hash the owner wrote is compared on the way, so
 * that replay = state is checked in production; snapshots are made here, where they stall nobody.
 */
export class Follower {
  readonly kernel: Kernel;
  readonly mirror: Mirror;
  readonly #reader: StoreReader;

  private constructor(reader: StoreReader, kernel: Kernel, mirror: Mirror) {
    this.#reader = reader;
    this.kernel = kernel;
    this.mirror = mirror;
  }

  /** Begins at the newest snapshot. */
  static async open(reader: StoreReader, module: WebAssembly.Module): Promise<Follower> {
    const snapshot = await reader.latestSnapshot();
    if (snapshot === undefined)
      return new Follower(reader, new Kernel(module, { partition: 0, epoch: 0 }), new Mirror());
    const kernel = new Kernel(module, { partition: 0, epoch: 0, snapshot: snapshot.bytes });
    return new Follower(reader, kernel, restoreMirror(snapshot.bytes));
  }

  /** Sequence up to which the journal was folded. */
  get seq(): number {
    return this.mirror.seq;
  }

  /** Folds what is durable behind {@link Follower.seq}, at most about `limit` events. `STORE_CORRUPT` when it does not fit. */
  async advance(limit: number, folded: FoldListener): Promise<void> {
    const end = this.seq + limit;
    for await (const frame of this.#reader.read(this.seq + 1)) {
      this.kernel.replay(frame);
      visitEvents(frame, (seq, timeMs, event) => {
        if (seq <= this.mirror.seq) return;
        folded(seq, timeMs, event, this.mirror.apply(seq, timeMs, event));
      });
      if (this.seq >= end) return;
    }
  }

  /** The state as of {@link Follower.seq}. */
  snapshot(): Snapshot {
    return { seq: this.seq, stateHash: this.kernel.stateHash(), bytes: this.kernel.snapshot() };
  }
}

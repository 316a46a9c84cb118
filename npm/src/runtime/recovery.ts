import type { Store, StoreOpened } from "../stores/store.ts";
import { Kernel } from "../wasm/kernel.ts";
import { requestIds, visitEvents } from "./frame.ts";
import { Mirror } from "./mirror/mirror.ts";
import { restoreMirror } from "./mirror/restore.ts";

/** What a journal adds up to. */
export interface Recovered {
  readonly kernel: Kernel;
  readonly mirror: Mirror;
  /** Frames that were folded behind the snapshot. */
  readonly frames: number;
  /** Sequence of the snapshot, 0 without one. */
  readonly snapshotSeq: number;
}

/** Folds a journal into a fresh kernel and mirror: the newest snapshot, then every frame behind it. */
export async function recover(store: Store, opened: StoreOpened, module: WebAssembly.Module): Promise<Recovered> {
  const snapshot = await store.latestSnapshot();
  const start = { partition: 0, epoch: opened.epoch };
  const kernel = new Kernel(module, snapshot === undefined ? start : { ...start, snapshot: snapshot.bytes });
  const mirror = snapshot === undefined ? new Mirror() : restoreMirror(snapshot.bytes);
  const snapshotSeq = mirror.seq;
  let frames = 0;
  if (opened.lastSeq > mirror.seq) {
    for await (const frame of store.read(mirror.seq + 1)) {
      kernel.replay(frame);
      const last = visitEvents(frame, (seq, timeMs, event) => {
        if (seq > mirror.seq) mirror.apply(seq, timeMs, event);
      });
      mirror.seq = Math.max(mirror.seq, last);
      frames++;
    }
  }
  return { kernel, mirror, frames, snapshotSeq };
}

/** Ids of the requests that frames behind `afterSeq` hold: what became of those whose append ended in doubt. */
export async function findRequests(store: Store, afterSeq: number, lastSeq: number): Promise<Set<number>> {
  const found = new Set<number>();
  if (lastSeq <= afterSeq) return found;
  for await (const frame of store.read(afterSeq + 1)) for (const id of requestIds(frame)) found.add(id);
  return found;
}

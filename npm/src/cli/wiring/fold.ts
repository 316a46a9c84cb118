import { PolyphonError } from "../../errors/error.ts";
import { type EventVisitor, visitEvents } from "../../runtime/frame.ts";
import { Mirror } from "../../runtime/mirror/mirror.ts";
import { restoreMirror } from "../../runtime/mirror/restore.ts";
import { parseFrameHeader } from "../../stores/frame-header.ts";
import type { StoreReader } from "../../stores/store.ts";
import type { Event } from "../../wasm/codec.generated.ts";
import { Kernel } from "../../wasm/kernel.ts";

/** A journal folded by somebody who does not own it. */
export interface Folded {
  readonly mirror: Mirror;
  readonly kernel: Kernel;
  /** Hash of the state, or `null` inside a commit: a state exists only where one ends. */
  readonly stateHash: string | null;
}

export interface FoldOptions {
  readonly signal?: AbortSignal;
  /** Begins at the first event where all are still kept, to see whether they fold. */
  readonly whole?: boolean;
  /** Hears of every event. */
  readonly folded?: (seq: number, event: Event) => void;
  /** Called after each frame with the sequence that was reached, and the kernel at it. */
  readonly progress?: (seq: number, kernel: Kernel) => void | Promise<void>;
}

/** Folds a journal up to and with event `until`: the latest snapshot before, then every event behind it. */
export async function foldJournal(
  reader: StoreReader,
  module: WebAssembly.Module,
  until: number = Number.MAX_SAFE_INTEGER,
  options: FoldOptions = {},
): Promise<Folded> {
  const { firstSeq, lastSeq } = await reader.health();
  const start = { partition: 0, epoch: 0 };
  const snapshot = firstSeq > 1 || options.whole !== true ? await reader.latestSnapshot() : undefined;
  const usable = snapshot !== undefined && snapshot.seq <= until ? snapshot : undefined;
  const kernel = new Kernel(module, usable === undefined ? start : { ...start, snapshot: usable.bytes });
  const mirror = usable === undefined ? new Mirror() : restoreMirror(usable.bytes);
  const { folded, progress, signal } = options;
  if (lastSeq > mirror.seq) {
    for await (const frame of reader.read(mirror.seq + 1, signal === undefined ? {} : { signal })) {
      let end = 0;
      visit(frame, (seq, timeMs, event) => {
        end = seq;
        if (seq <= mirror.seq || seq > until) return;
        mirror.apply(seq, timeMs, event);
        folded?.(seq, event);
      });
      if (end > until) break;
      kernel.replay(frame);
      await progress?.(end, kernel);
      if (end === until) break;
    }
  }
  return { mirror, kernel, stateHash: kernel.lastSeq === mirror.seq ? kernel.stateHash() : null };
}

/** A frame can be whole and still say what this version cannot read. */
function visit(frame: Uint8Array, visitor: EventVisitor): void {
  try {
    visitEvents(frame, visitor);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    const seq = parseFrameHeader(frame).firstSeq;
    throw new PolyphonError("STORE_CORRUPT", {
      message: `The events from ${seq} on cannot be read: ${cause.message}. Another version may have written them.`,
      details: { seq },
      cause,
    });
  }
}

// Reads a journal from the outside: folds it with a fresh kernel, which checks every hash on the way, and counts.

import { visitEvents } from "../../npm/dist/runtime/frame.js";
import { parseFrameHeader } from "../../npm/dist/stores/frame-header.js";
import { openReader } from "../../npm/dist/stores/sqlite/sqlite-reader.js";
import { Kernel } from "../../npm/dist/wasm/kernel.js";
import { loadKernel } from "../../npm/dist/wasm/node.js";

/** Flag of a frame that closes with the hash of the state. */
const STATE_HASH = 1;

/** What the journal says of each session, by the name it was given. */
export interface Ledger {
  /** Sessions by name: one each, unless a call was doubled. */
  readonly sessions: ReadonlyMap<string, number>;
  /** Completions of tasks, by `session name/task key`. */
  readonly completions: ReadonlyMap<string, number>;
  /** Fences whose end was accepted, each of which must be there once. */
  readonly endedFences: readonly number[];
  readonly ended: ReadonlySet<string>;
  readonly events: number;
  readonly hashes: number;
}

export async function readLedger(file: string): Promise<Ledger> {
  const reader = await openReader(file);
  const kernel = new Kernel(loadKernel(), { partition: 0, epoch: 0 });
  const names = new Map<number, string>();
  const tasks = new Map<number, string>();
  const sessions = new Map<string, number>();
  const completions = new Map<string, number>();
  const ended = new Set<string>();
  const endedFences: number[] = [];
  let events = 0;
  let hashes = 0;
  for await (const frame of reader.read(1)) {
    kernel.replay(frame);
    if ((parseFrameHeader(frame).flags & STATE_HASH) !== 0) hashes++;
    visitEvents(frame, (seq, _timeMs, event) => {
      events++;
      if (event.type === "SessionOpened") {
        names.set(seq, event.plan.name);
        count(sessions, event.plan.name);
      }
      if (event.type === "TaskAdded") tasks.set(seq, `${names.get(event.session)}/${event.spec.key}`);
      if (event.type === "TaskCompleted") count(completions, tasks.get(event.task) ?? "?");
      if (event.type === "TaskCompleted" || event.type === "TaskAttemptFailed") endedFences.push(event.fence);
      if (event.type === "SessionEnded" && event.status === "completed") ended.add(names.get(event.session) ?? "?");
    });
  }
  await reader.close();
  return { sessions, completions, ended, endedFences, events, hashes };
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

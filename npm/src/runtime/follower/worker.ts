/** Entry of the thread that follows a journal. Loaded by `thread.ts`, never imported. */
import { setPriority } from "node:os";
import { parentPort, workerData } from "node:worker_threads";
import { openReader } from "../../stores/sqlite/sqlite-reader.ts";
import { systemClock } from "../clock.ts";
import { Follower } from "./follower.ts";
import type { FollowerOrder, FollowerReport, FollowerTask } from "./messages.ts";

/** Events folded between two looks at what was asked meanwhile; less than a millisecond, for who commits may wait for it. */
const PART_EVENTS = 250;
/** Bytes of frames read at once, about as many as have those events: it reads in the caller's thread, this one. */
const PART_BYTES = 32_768;
/**
 * How far it may be behind before it follows as fast as it can. Below, it rests after each part for a multiple of the time
 * the part took: two processors often share one core, and then whoever folds slows down whoever commits.
 */
const LAG_EVENTS = 250_000;
const REST = 3;

const { file, module, snapshotEvents, retention } = workerData as FollowerTask;
const port = parentPort;
// Following is never urgent: whoever commits or answers goes first. On Linux a thread has a priority of its own; elsewhere
// it is the process's, which is left alone.
if (process.platform === "linux") setPriority(0, 10);

const reader = await openReader(file, { thread: "caller", partBytes: PART_BYTES });
const follower = await Follower.open(reader, module, retention);
let wanted = 0;
let worth: number | undefined;
let working = false;
let awaited = false;
/** Ends the rest it takes. */
let wake: (() => void) | undefined;
const clock = systemClock();

port?.on("message", (order: FollowerOrder) => {
  if (order.type === "fold") {
    wanted = Math.max(wanted, order.seq);
    awaited = order.awaited;
    if (isUrgent()) wake?.();
  } else worth = order.worth;
  if (!working) void work();
});

async function work(): Promise<void> {
  working = true;
  try {
    while (follower.seq < wanted) {
      const before = follower.seq;
      const beganMs = clock.monoMs();
      await follower.advance(PART_EVENTS);
      if (follower.seq === before) break;
      if (follower.sinceSnapshot >= snapshotEvents) await keep();
      report({ type: "folded", seq: follower.seq });
      if (!isUrgent()) await rest((clock.monoMs() - beganMs) * REST);
    }
    if (worth !== undefined) await leave(worth);
  } catch (error) {
    report({ type: "failed", message: error instanceof Error ? error.message : String(error) });
    wanted = 0;
  }
  working = false;
}

function isUrgent(): boolean {
  return awaited || wanted - follower.seq > LAG_EVENTS;
}

async function rest(forMs: number): Promise<void> {
  await new Promise<void>((resolve) => {
    const cancel = clock.after(forMs, resolve);
    wake = () => {
      cancel();
      resolve();
    };
  });
  wake = undefined;
}

/** Nothing holds the thread any more, and with it goes the memory of its kernel. */
async function leave(least: number): Promise<void> {
  if (follower.sinceSnapshot >= least) await keep();
  await reader.close();
  port?.close();
}

async function keep(): Promise<void> {
  const snapshot = follower.snapshot();
  const compaction = await follower.compaction();
  const moved = [snapshot, ...(compaction?.archives ?? [])].map(({ bytes }) => bytes.buffer as ArrayBuffer);
  report({ type: "snapshot", snapshot, compaction }, moved);
}

function report(message: FollowerReport, transfer: readonly ArrayBuffer[] = []): void {
  port?.postMessage(message, transfer);
}

/** Entry of the thread that follows a journal. Loaded by `thread.ts`, never imported. */
import { setPriority } from "node:os";
import { parentPort, workerData } from "node:worker_threads";
import { openReader } from "../../stores/sqlite/sqlite-reader.ts";
import { openViews } from "../../stores/views/views.ts";
import { Follower } from "./follower.ts";
import type { FollowerReport, FollowerTask } from "./messages.ts";
import { RowGatherer } from "./rows.ts";

/** Events folded between two writes of the views. */
const PART_EVENTS = 2_000;
/** Events the views keep; what is further behind is not written to be dropped at once. */
const KEPT_EVENTS = 100_000;

const { file, module, journalId, lastSeq, snapshotEvents } = workerData as FollowerTask;
const port = parentPort;
// Following is never urgent: whoever commits or answers goes first. On Linux a thread has a priority of its own; elsewhere
// it is the process's, which is left alone.
if (process.platform === "linux") setPriority(0, 10);

const reader = await openReader(file, { thread: "caller" });
const follower = await Follower.open(reader, module);
const views = await openViews(file, { journalId, lastSeq }, { thread: "caller" });
const gatherer = new RowGatherer(follower.mirror, (kind, handle, createdMs) =>
  follower.kernel.id(kind, handle, createdMs),
);
// What the views missed before the snapshot they cannot be told any more; they begin where the follower does.
let watermark = Math.max(await views.watermark(), 0);
let snapshotSeq = follower.seq;
let wanted = 0;
let working = false;

port?.on("message", (seq: number) => {
  wanted = Math.max(wanted, seq);
  if (!working) void work();
});

async function work(): Promise<void> {
  working = true;
  try {
    while (follower.seq < wanted) {
      const before = follower.seq;
      await follower.advance(PART_EVENTS, (seq, timeMs, event, session) => {
        if (seq > watermark) gatherer.folded(seq, timeMs, event, session, seq > wanted - KEPT_EVENTS);
      });
      if (follower.seq === before) break;
      if (follower.seq > watermark) {
        await views.applyRows(follower.seq, await gatherer.take());
        watermark = follower.seq;
      }
      if (follower.seq - snapshotSeq >= snapshotEvents) {
        const snapshot = follower.snapshot();
        snapshotSeq = snapshot.seq;
        report({ type: "snapshot", snapshot }, [snapshot.bytes.buffer as ArrayBuffer]);
      }
      report({ type: "folded", seq: follower.seq });
    }
  } catch (error) {
    report({ type: "failed", message: error instanceof Error ? error.message : String(error) });
    wanted = 0;
  }
  working = false;
}

function report(message: FollowerReport, transfer: readonly ArrayBuffer[] = []): void {
  port?.postMessage(message, transfer);
}

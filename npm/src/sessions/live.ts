import type { SessionEntry, TaskEntry } from "../runtime/mirror/entries.ts";
import { readSessionProgress, readSessionWaits, type WaitReason } from "../wasm/codec.generated.ts";
import type { Kernel } from "../wasm/kernel.ts";
import { Reader } from "../wasm/msgpack.ts";

/** What only the kernel can say of a session that goes on. */
export interface LiveFacts {
  /** Time left, in milliseconds; `null` while nothing is known. */
  readonly etaMs: number | null;
  /** Why its tasks do not run, in plan order. */
  readonly waits: readonly WaitReason[];
}

/** Looks at a session; see {@link Loop.read} for when this may be told. */
export function lookAtSession(kernel: Kernel, session: number): LiveFacts {
  const waits = kernel.view({ type: "Waits", session });
  return { etaMs: lookAtEta(kernel, session), waits: readSessionWaits(new Reader(waits)).reasons };
}

/** Time left of a session by the kernel's estimate, in milliseconds; `null` while nothing is known. */
export function lookAtEta(kernel: Kernel, session: number): number | null {
  const bytes = kernel.view({ type: "Progress", session });
  return bytes.length === 0 ? null : readSessionProgress(new Reader(bytes)).etaMs;
}

/** Why a task does not run, as a person reads it; `null` when it runs, has ended, or nothing is known. */
export function waitText(task: TaskEntry, reason: WaitReason | undefined): string | null {
  switch (reason) {
    case "draft":
      return "its plan is still being handed in";
    case "phase":
      return "its phase is not open yet";
    case "dependencies":
      return dependencies(task);
    case "backoff":
      return "waits for the time before its next try to pass";
    case "human":
      return "waits for a person to decide";
    case "paused":
      return "its session is paused";
    case "alert":
      return "an alert holds back what has not run yet";
    case "class_full":
      return "as many tasks of its class run as may";
    case "resources":
      return "what runs leaves too little of what it needs";
    case "agents_busy":
      return "every agent that could take it is at work";
    case "no_agent":
      return "no agent could take it";
    case "exceeds_totals":
      return "it needs more than there is";
    case "ending":
      return "is being taken back";
    default:
      return null;
  }
}

/** Names of tasks that are told of one that waits for many. */
const NAMED = 5;

function dependencies({ session, after }: TaskEntry): string {
  const open = openOf(session, after);
  if (open.length === 0) return "waits for the tasks before it";
  const more = open.length > NAMED ? ` and ${open.length - NAMED} more` : "";
  return `waits for ${open.slice(0, NAMED).join(", ")}${more}`;
}

function openOf(session: SessionEntry, indexes: readonly number[]): readonly string[] {
  const tasks = indexes.map((index) => session.tasks[index]);
  return tasks.flatMap((task) => (task === undefined || task.status === "completed" ? [] : [task.key]));
}

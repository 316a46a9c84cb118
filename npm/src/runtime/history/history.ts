import { PolyphonError } from "../../errors/error.ts";
import type { StoreReader, WaitOptions } from "../../stores/store.ts";
import type { AgentMirror } from "../mirror/agents.ts";
import type { SessionEntry } from "../mirror/entries.ts";
import type { Mirror } from "../mirror/mirror.ts";
import { decodeRecord, type SessionRecord } from "./record.ts";
import { SessionFold } from "./session-fold.ts";

/** A session to look for, by the sequence it began with and its id. */
export interface Wanted {
  readonly handle: number;
  readonly id: string;
}

/**
 * Sessions as they were at `untilSeq`, or at their end: those whose events are kept from the journal, in one pass over it,
 * the others from their archives. What is no session, or is not kept any more, is missing in the answer.
 */
export async function loadSessions(
  reader: StoreReader,
  wanted: readonly Wanted[],
  untilSeq: number,
  options: WaitOptions = {},
): Promise<SessionFold> {
  for (let triesLeft = 2; ; triesLeft--) {
    try {
      return await load(reader, wanted, untilSeq, options);
    } catch (error) {
      // Compaction went by in between: what it dropped is archived now.
      const passed = error instanceof PolyphonError && error.code === "STORE_COMPACTED";
      if (!passed || triesLeft === 0) throw error;
    }
  }
}

async function load(
  reader: StoreReader,
  wanted: readonly Wanted[],
  untilSeq: number,
  options: WaitOptions,
): Promise<SessionFold> {
  const { firstSeq } = await reader.health();
  const fold = new SessionFold();
  for (const { handle, id } of wanted) {
    if (handle >= firstSeq) {
      if (handle <= untilSeq) fold.want(handle);
      continue;
    }
    try {
      const archive = await reader.archive(id);
      if (archive !== undefined && archive.owner === handle) fold.resume(decodeRecord(archive.bytes));
    } catch (error) {
      // One damaged archive is the loss of one session, not of those that are read with it.
      if (!(error instanceof PolyphonError) || error.code === "STORE_COMPACTED") throw error;
      fold.fail(handle, error);
    }
  }
  await fold.read(reader, untilSeq, options);
  return fold;
}

/** What is kept of a session for good, as the fold has it; names come from `agents` where the fold does not know them. */
export function recordOf(fold: SessionFold, entry: SessionEntry, agents: AgentMirror): SessionRecord {
  const names = new Map<number, string>();
  for (const { agent } of entry.tasks.flatMap((task) => task.attempts)) {
    const name = fold.agentName(agent) ?? agents.get(agent)?.spec.key;
    if (name !== undefined) names.set(agent, name);
  }
  return { entry, seq: fold.mirror.seq, teamAlerts: teamAlertsOf(fold.mirror, entry), agents: names };
}

function teamAlertsOf(mirror: Mirror, { openedMs, endedMs }: SessionEntry): SessionRecord["teamAlerts"] {
  return mirror.alerts
    .ofTeam()
    .filter(({ raisedMs }) => raisedMs >= openedMs && (endedMs === null || raisedMs <= endedMs));
}

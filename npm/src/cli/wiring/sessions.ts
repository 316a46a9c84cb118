import { PolyphonError } from "../../errors/error.ts";
import { toHex } from "../../hex.ts";
import { visitEvents } from "../../runtime/frame.ts";
import { loadSessions, recordOf } from "../../runtime/history/history.ts";
import { decodeRecord, type SessionRecord } from "../../runtime/history/record.ts";
import type { SessionEntry } from "../../runtime/mirror/entries.ts";
import { Mirror } from "../../runtime/mirror/mirror.ts";
import { decodePayload, PayloadReading } from "../../runtime/payloads.ts";
import { lookAtSession } from "../../sessions/live.ts";
import { percentageOf, projectSession } from "../../sessions/project.ts";
import type { SessionView } from "../../sessions/view.ts";
import type { StoreReader } from "../../stores/store.ts";
import type { SessionSummary } from "../ports.ts";
import type { Folded } from "./fold.ts";

/**
 * The sessions of a journal that are kept, newest first: those in memory, those only its events tell of, the archived.
 * `limit` of them cost no more than the events since the oldest of them was opened.
 */
export async function listSessions(
  fold: Folded,
  store: StoreReader,
  limit: number = Number.POSITIVE_INFINITY,
): Promise<readonly SessionSummary[]> {
  const found = new Map<number, SessionSummary>();
  const add = (entry: SessionEntry): void => {
    if (!found.has(entry.handle)) found.set(entry.handle, summaryOf(entry, fold));
  };
  for (const entry of fold.mirror.sessions.values()) add(entry);
  const { seq } = fold.mirror;
  // So many in memory are at least as new; one that is not in memory and counts was opened after the oldest of them.
  const floor = [...found.keys()].sort((a, b) => b - a)[limit - 1] ?? 0;
  const firstSeq = Math.max((await store.health()).firstSeq, floor);
  if (firstSeq <= seq) {
    const past = new Mirror();
    past.onForget = add;
    for await (const frame of store.read(firstSeq)) {
      visitEvents(frame, (at, timeMs, event) => {
        if (at <= seq) past.apply(at, timeMs, event);
      });
      if (past.seq >= seq) break;
    }
  }
  for (const { id, owner } of await store.archives()) {
    if (found.has(owner) || owner < floor) continue;
    const entry = await archived(id, store);
    if (entry !== undefined) add(entry);
  }
  const newest = [...found.entries()].sort(([a], [b]) => b - a).slice(0, limit);
  return newest.map(([, summary]) => summary);
}

/** A damaged archive hides its session from the list, not the others; `verify` names it. */
async function archived(id: string, store: StoreReader): Promise<SessionEntry | undefined> {
  try {
    const archive = await store.archive(id);
    return archive === undefined ? undefined : decodeRecord(archive.bytes).entry;
  } catch (error) {
    if (error instanceof PolyphonError && error.code === "STORE_CORRUPT") return undefined;
    throw error;
  }
}

/** One session, wherever it is kept. `SESSION_UNKNOWN` when it is not. */
export async function showSession(id: string, fold: Folded, store: StoreReader): Promise<SessionView> {
  const { kernel, mirror } = fold;
  const handle = kernel.seqOf("session", id);
  const known = handle === undefined ? undefined : mirror.sessions.get(handle);
  if (handle === undefined || handle < 1) throw unknown(id);
  if (known !== undefined && !known.partial) return await viewOf(known, fold, store);
  const past = await loadSessions(store, [{ handle, id }], mirror.seq);
  const entry = past.session(handle) ?? known;
  if (entry === undefined || kernel.id("session", handle, entry.openedMs) !== id) throw unknown(id);
  return await viewOf(entry, fold, store, recordOf(past, entry, mirror.agents));
}

/** The sessions in memory, newest first. */
export async function viewAll(fold: Folded, store: StoreReader): Promise<readonly SessionView[]> {
  const { kernel, mirror } = fold;
  const entries = [...mirror.sessions.values()].reverse();
  const wanted = entries
    .filter((entry) => entry.partial)
    .map(({ handle, openedMs }) => ({ handle, id: kernel.id("session", handle, openedMs) }));
  if (wanted.length > 0) {
    const past = await loadSessions(store, wanted, mirror.seq);
    for (const { handle } of wanted) {
      const whole = past.session(handle);
      if (whole !== undefined) mirror.adopt(whole);
    }
  }
  return await Promise.all(
    entries.map(({ handle }) => viewOf(mirror.sessions.get(handle) as SessionEntry, fold, store)),
  );
}

async function viewOf(
  entry: SessionEntry,
  fold: Folded,
  store: StoreReader,
  record?: SessionRecord,
): Promise<SessionView> {
  const { mirror, kernel } = fold;
  const source = {
    load: (key: string) => store.payload(key),
    hash: (bytes: Uint8Array) => kernel.payloadHash("", bytes),
  };
  const reading = new PayloadReading((payload) => decodePayload(payload, source));
  const parts: Parameters<typeof projectSession>[1] = {
    mirror,
    teamAlerts: record?.teamAlerts ?? mirror.alerts.ofTeam(),
    agentName: (agent) => record?.agents.get(agent) ?? mirror.agents.get(agent)?.spec.key,
    id: (kind, handle, createdMs) => kernel.id(kind, handle, createdMs),
    decode: reading.decode,
  };
  const live = entry.endedMs === null ? lookAtSession(kernel, entry.handle) : undefined;
  const view = await projectSession(entry, parts, live);
  // Compaction took payloads of one that has ended: its archive has what remains of them.
  if (!reading.isMissing || record !== undefined || entry.endedMs === null) return view;
  const past = await loadSessions(store, [{ handle: entry.handle, id: view.id }], mirror.seq);
  const archived = past.session(entry.handle);
  if (archived === undefined) return view;
  return await viewOf(archived, fold, store, recordOf(past, archived, mirror.agents));
}

function summaryOf(entry: SessionEntry, { kernel }: Folded): SessionSummary {
  const { handle, name, status, openedMs, endedMs, configHash, tasks, counts } = entry;
  return {
    id: kernel.id("session", handle, openedMs),
    name,
    status: status === "cancelling" ? "running" : status,
    started: openedMs,
    ended: endedMs,
    percentage: percentageOf(entry),
    tasks: tasks.length,
    completed: counts.completed,
    configHash: configHash === null ? "" : toHex(configHash),
  };
}

function unknown(id: string): PolyphonError {
  return new PolyphonError("SESSION_UNKNOWN", {
    message: `There is no session ${id} in this journal.`,
    details: { session: id },
  });
}

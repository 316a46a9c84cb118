import type { Archive, StoreReader } from "../../stores/store.ts";
import type { Payload } from "../../wasm/codec.generated.ts";
import { type Landmarks, visitLandmarks } from "../frame.ts";
import type { AgentMirror } from "../mirror/agents.ts";
import type { PayloadSource } from "../payloads.ts";
import { embedder } from "./embed.ts";
import { loadSessions, recordOf, type Wanted } from "./history.ts";
import { encodeRecord } from "./record.ts";

/** How much of the past is kept, beside what two snapshots need. */
export interface Retention {
  /** Events behind the newest snapshot. */
  readonly events: number;
  /** Ended sessions that stay readable, the newest; those whose events are kept count. */
  readonly sessions: number;
  /** How long after its end a session whose events are gone stays readable at most, in milliseconds. */
  readonly ageMs: number;
}

export interface ArchiverParts {
  readonly reader: StoreReader;
  readonly retention: Retention;
  readonly agents: AgentMirror;
  readonly payloads: PayloadSource;
  /** TypeID of a session. */
  id(handle: number, openedMs: number): string;
}

/** What must be done before compaction, so that it takes nothing away that shall stay. */
export interface Farewell {
  readonly archives: readonly Archive[];
  /** Sessions that ended and are not kept: their payloads go with their events. */
  readonly closed: readonly number[];
  /** Archives that are kept no longer. */
  readonly drop: readonly string[];
}

/** `lastSeq` of the archive of a session that has not ended: no payload of it may go. */
const GOING_ON = Number.MAX_SAFE_INTEGER;

interface Kept {
  readonly id: string;
  readonly owner: number;
  readonly closedMs: number;
  /** Sequence up to which its record tells. */
  readonly toldSeq: number;
  readonly isOpen: boolean;
}

/**
 * Keeps sessions readable whose events compaction drops: it follows where sessions begin and end, which costs next to
 * nothing, and folds one again only when its events are about to go.
 */
export class Archiver implements Landmarks {
  readonly #parts: ArchiverParts;
  readonly #open: Set<number>;
  /** Sessions that ended and whose end is still in the journal, in the order in which they did. */
  #ended: { readonly handle: number; readonly seq: number }[] = [];
  /** Where following began: what ended before is looked up when it is needed. */
  #sinceSeq: number | undefined;
  #kept: Map<number, Kept> | undefined;

  /** `open` are the sessions that had not ended at `sinceSeq`. */
  constructor(parts: ArchiverParts, open: Iterable<number>, sinceSeq: number) {
    this.#parts = parts;
    this.#open = new Set(open);
    this.#sinceSeq = sinceSeq;
  }

  opened(session: number): void {
    this.#open.add(session);
  }

  ended(session: number, seq: number): void {
    this.#open.delete(session);
    this.#ended.push({ handle: session, seq });
  }

  agent: Landmarks["agent"] = (seq, timeMs, event) => this.#parts.agents.apply(seq, timeMs, event);

  /** Everything below `cut` is about to be dropped; the journal was followed up to `seq`, at `nowMs`. */
  async prepare(cut: number, seq: number, nowMs: number): Promise<Farewell> {
    await this.#lookBack(seq);
    const kept = await this.#keptNow();
    const { sessions: limit, ageMs } = this.#parts.retention;
    const dropped = this.#ended.findIndex((entry) => entry.seq >= cut);
    const count = dropped === -1 ? this.#ended.length : dropped;
    const room = Math.max(limit - (this.#ended.length - count), 0);
    const leaving = this.#ended.slice(0, count);
    const closed = leaving.slice(0, Math.max(count - room, 0)).map(({ handle }) => handle);
    const saved = leaving.slice(closed.length);
    // Those that ended later, but whose beginning goes now: as many of the newest as are kept at all.
    const split = this.#ended.slice(count).slice(limit === 0 ? Number.MAX_SAFE_INTEGER : -limit);
    const wanted = [...saved, ...split.filter(({ handle }) => handle < cut)]
      .map(({ handle }) => handle)
      .filter((handle) => kept.get(handle)?.isOpen !== false);
    const going = [...this.#open].filter((handle) => handle < cut && (kept.get(handle)?.toldSeq ?? 0) < cut);
    const ends = new Map(this.#ended.map((entry) => [entry.handle, entry.seq]));
    const archives = await this.#write([...wanted, ...going], seq, kept, ends);
    this.#ended = this.#ended.slice(count);
    return { archives, closed, drop: this.#retire(kept, closed, room, nowMs - ageMs) };
  }

  async #write(
    handles: readonly number[],
    seq: number,
    kept: Map<number, Kept>,
    ends: ReadonlyMap<number, number>,
  ): Promise<readonly Archive[]> {
    if (handles.length === 0) return [];
    const { reader, agents, payloads } = this.#parts;
    const wanted = handles.map((handle): Wanted => ({ handle, id: kept.get(handle)?.id ?? "" }));
    const fold = await loadSessions(reader, wanted, seq);
    const archives: Archive[] = [];
    for (const handle of handles) {
      // What its archive lost nobody can tell any more; whatever is kept stays as it is.
      const entry = fold.hasFailed(handle) ? undefined : fold.session(handle);
      if (entry === undefined) continue;
      const record = recordOf(fold, entry, agents);
      const embed = entry.endedMs === null ? keep : await embedder(entry, payloads);
      const id = this.#parts.id(handle, entry.openedMs);
      const isOpen = entry.endedMs === null;
      const closedMs = entry.endedMs ?? entry.openedMs;
      kept.set(handle, { id, owner: handle, closedMs, toldSeq: record.seq, isOpen });
      const lastSeq = isOpen ? GOING_ON : (ends.get(handle) ?? record.seq);
      archives.push({ id, owner: handle, lastSeq, closedMs, bytes: encodeRecord(record, embed) });
    }
    return archives;
  }

  /** Takes out of `kept` what is kept no longer, and answers its ids. */
  #retire(kept: Map<number, Kept>, closed: readonly number[], room: number, oldestMs: number): readonly string[] {
    const gone = closed.map((handle) => kept.get(handle)).filter((entry) => entry !== undefined);
    const whole = [...kept.values()].filter((entry) => !entry.isOpen).sort((a, b) => a.closedMs - b.closedMs);
    gone.push(...whole.slice(0, Math.max(whole.length - room, 0)));
    gone.push(...whole.filter(({ closedMs }) => closedMs < oldestMs));
    for (const { owner } of gone) kept.delete(owner);
    return [...new Set(gone.map(({ id }) => id))];
  }

  /** What ended before following began, once. */
  async #lookBack(seq: number): Promise<void> {
    const since = this.#sinceSeq;
    if (since === undefined) return;
    const { reader } = this.#parts;
    const { firstSeq } = await reader.health();
    const before: { readonly handle: number; readonly seq: number }[] = [];
    const listen = {
      opened: ignore,
      agent: ignore,
      ended: (handle: number, at: number) => before.push({ handle, seq: at }),
    };
    if (firstSeq <= Math.min(since, seq)) {
      for await (const frame of reader.read(firstSeq)) {
        if (visitLandmarks(frame, listen) >= since) break;
      }
    }
    this.#ended = [...before.filter((entry) => entry.seq <= since), ...this.#ended];
    this.#sinceSeq = undefined;
  }

  async #keptNow(): Promise<Map<number, Kept>> {
    if (this.#kept !== undefined) return this.#kept;
    this.#kept = new Map();
    for (const { id, owner, closedMs, lastSeq } of await this.#parts.reader.archives()) {
      // How far the record of an open session tells is not known here: it is told anew.
      this.#kept.set(owner, { id, owner, closedMs, toldSeq: 0, isOpen: lastSeq === GOING_ON });
    }
    return this.#kept;
  }
}

function keep(payload: Payload | null): Payload | null {
  return payload;
}

function ignore(): void {}

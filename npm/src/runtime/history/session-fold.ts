import type { StoreReader, WaitOptions } from "../../stores/store.ts";
import type { Event } from "../../wasm/codec.generated.ts";
import { visitEvents } from "../frame.ts";
import type { SessionEntry } from "../mirror/entries.ts";
import { Mirror } from "../mirror/mirror.ts";
import type { SessionRecord } from "./record.ts";

/** Stands for every session that is not folded: no event has this sequence. */
const NOT_WANTED = 0;

/** Folds chosen sessions out of a journal, and nothing else of it. */
export class SessionFold {
  readonly mirror: Mirror = new Mirror();
  /** Sequence up to which each session was folded already. */
  readonly #from = new Map<number, number>();
  readonly #going = new Set<number>();
  readonly #agents = new Map<number, string>();
  readonly #failures = new Map<number, Error>();

  /** Takes in the session that begins at `handle`. */
  want(handle: number): void {
    this.#from.set(handle, handle - 1);
    this.#going.add(handle);
  }

  /** Takes in a session that was folded so far before. */
  resume(record: SessionRecord): void {
    const { entry, seq, teamAlerts, agents } = record;
    for (const [agent, name] of agents) this.#agents.set(agent, name);
    this.mirror.adopt(entry);
    for (const escalation of entry.escalations) this.mirror.escalations.restore(escalation);
    for (const alert of [...entry.alerts, ...teamAlerts]) this.mirror.alerts.restore(alert);
    this.#from.set(entry.handle, seq);
    this.mirror.seq = Math.max(this.mirror.seq, seq);
    if (entry.endedMs === null) this.#going.add(entry.handle);
  }

  /** Sequence of the first event that matters. */
  get fromSeq(): number {
    return Math.min(...[...this.#going].map((handle) => (this.#from.get(handle) as number) + 1));
  }

  /** Whether every session has ended, or turned out not to be one. */
  get isDone(): boolean {
    return this.#going.size === 0;
  }

  apply(seq: number, timeMs: number, event: Event): void {
    const handle = this.#sessionOf(seq, event);
    if (handle === null) {
      this.mirror.apply(seq, timeMs, event);
      return;
    }
    const from = this.#from.get(handle);
    if (from === undefined || seq <= from || !this.#going.has(handle)) return;
    // Who leaves memory with this event does not leave here.
    this.mirror.apply(seq, timeMs, "evict" in event ? { ...event, evict: [] } : event);
    if (event.type === "SessionEnded") this.#going.delete(handle);
    if (seq === handle && event.type !== "SessionOpened") this.#drop(handle);
  }

  /** Reads on until every session has ended, or to `untilSeq`. */
  async read(reader: StoreReader, untilSeq: number, options: WaitOptions = {}): Promise<void> {
    if (this.isDone || this.fromSeq > untilSeq) return;
    for await (const frame of reader.read(this.fromSeq, options)) {
      visitEvents(frame, (seq, timeMs, event) => {
        if (seq <= untilSeq) this.apply(seq, timeMs, event);
      });
      // A number that is the start of no session is known for what it is as soon as its event was seen.
      for (const handle of this.#going) {
        if (handle <= this.mirror.seq && this.session(handle) === undefined) this.#drop(handle);
      }
      if (this.isDone || this.mirror.seq >= untilSeq) return;
    }
  }

  /** Name of an agent, as far as the folded events tell. */
  agentName(handle: number): string | undefined {
    return this.mirror.agents.get(handle)?.spec.key ?? this.#agents.get(handle);
  }

  /** What is kept of a session cannot be read: whoever asks for it hears of it. */
  fail(handle: number, error: Error): void {
    this.#failures.set(handle, error);
  }

  hasFailed(handle: number): boolean {
    return this.#failures.has(handle);
  }

  /** A session as far as it was folded. Throws what kept it from being read. */
  session(handle: number): SessionEntry | undefined {
    const failure = this.#failures.get(handle);
    if (failure !== undefined) throw failure;
    return this.mirror.sessions.get(handle);
  }

  #drop(handle: number): void {
    this.#going.delete(handle);
    this.#from.delete(handle);
  }

  /** The session an event is about; `null` when it is about the team. */
  #sessionOf(seq: number, event: Event): number | null {
    this.mirror.seq = seq;
    if (event.type === "SessionOpened") return seq;
    const { session, task } = event as { readonly session?: number | null; readonly task?: number };
    if (session !== undefined) return session;
    return task === undefined ? null : (this.mirror.tasks.get(task)?.session.handle ?? NOT_WANTED);
  }
}

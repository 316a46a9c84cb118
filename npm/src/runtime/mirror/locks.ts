import type { Event, LockEnd, LockWish } from "../../wasm/codec.generated.ts";

/** Outcomes nobody has asked for yet that are kept. */
const MISSED = 10_000;

/** A lock that is held or waited for. */
export interface LockEntry {
  readonly handle: number;
  readonly session: number;
  readonly wish: LockWish;
  readonly isHeld: boolean;
  /** Since when. */
  readonly sinceMs: number;
  /** When the hold or the wait is over. */
  untilMs: number | null;
}

/** What became of a wait or a hold. */
export type LockOutcome =
  | { readonly type: "granted"; readonly fence: number }
  | { readonly type: "ended"; readonly cause: LockEnd | "session_ended" }
  | { readonly type: "closed"; readonly error: Error };

type Hear = (outcome: LockOutcome) => void;

/** Locks as persisted events tell of them, and who wants to hear of their ends. */
export class LockMirror {
  readonly #entries = new Map<number, LockEntry>();
  readonly #hearers = new Map<number, Hear>();
  readonly #missed = new Map<number, LockOutcome>();

  get(handle: number): LockEntry | undefined {
    return this.#entries.get(handle);
  }

  /** Holds and waits of a session, the oldest first. */
  of(session: number): readonly LockEntry[] {
    return [...this.#entries.values()].filter((entry) => entry.session === session);
  }

  /** Tells once what becomes of a hold or a wait. Answers a function that calls it off. */
  watch(handle: number, hear: Hear): () => void {
    const missed = this.#missed.get(handle);
    if (missed !== undefined) {
      this.#missed.delete(handle);
      hear(missed);
      return () => undefined;
    }
    this.#hearers.set(handle, hear);
    return () => this.#hearers.delete(handle);
  }

  restore(entry: LockEntry): void {
    this.#entries.set(entry.handle, entry);
  }

  /** Nothing is heard of any lock from here on. */
  close(error: Error): void {
    for (const handle of [...this.#hearers.keys()]) this.#tell(handle, { type: "closed", error });
  }

  apply(seq: number, timeMs: number, event: Event): void {
    switch (event.type) {
      case "LockQueued": {
        const { session, wish, untilMs } = event;
        this.restore({ handle: seq, session, wish, isHeld: false, sinceMs: timeMs, untilMs });
        return;
      }
      case "LockGranted": {
        const { session, wish, request } = event;
        const untilMs = timeMs + wish.lengthMs;
        this.restore({ handle: seq, session, wish, isHeld: true, sinceMs: timeMs, untilMs });
        if (request !== null) this.#end(request, { type: "granted", fence: seq });
        return;
      }
      case "LockExtended": {
        const entry = this.#entries.get(event.fence);
        if (entry !== undefined) entry.untilMs = timeMs + event.lengthMs;
        return;
      }
      case "LockEnded":
        this.#end(event.lock, { type: "ended", cause: event.cause });
        return;
      case "SessionEnded":
        if (this.#entries.size === 0) return;
        for (const { handle } of this.of(event.session)) this.#end(handle, { type: "ended", cause: "session_ended" });
        return;
      case "NodeStarted":
        for (const entry of [...this.#entries.values()]) {
          if (entry.isHeld) entry.untilMs = timeMs + entry.wish.lengthMs;
          else this.#end(entry.handle, { type: "ended", cause: "holder_ended" });
        }
        return;
      default:
        return;
    }
  }

  #end(handle: number, outcome: LockOutcome): void {
    if (this.#entries.delete(handle)) this.#tell(handle, outcome);
  }

  #tell(handle: number, outcome: LockOutcome): void {
    const hear = this.#hearers.get(handle);
    if (hear !== undefined) {
      this.#hearers.delete(handle);
      hear(outcome);
      return;
    }
    this.#missed.set(handle, outcome);
    if (this.#missed.size <= MISSED) return;
    const [oldest] = this.#missed.keys();
    if (oldest !== undefined) this.#missed.delete(oldest);
  }
}

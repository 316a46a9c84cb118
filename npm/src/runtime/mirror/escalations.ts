import type { Decision, EscalationReport, Event } from "../../wasm/codec.generated.ts";

/** A question to a human as the mirror holds it. */
export interface EscalationEntry {
  readonly handle: number;
  readonly raisedMs: number;
  readonly session: number;
  readonly task: number;
  readonly report: EscalationReport;
  /** Kernel time at which somebody decides in the human's place; `null`: never. */
  readonly deadlineMs: number | null;
  resolvedMs: number | null;
  /** `null` while it is open, and when the task ended otherwise. */
  decision: Decision | null;
  actor: string;
  note: string;
}

/** Escalations as persisted events tell of them. */
export class EscalationMirror {
  readonly #entries = new Map<number, EscalationEntry>();

  get(handle: number): EscalationEntry | undefined {
    return this.#entries.get(handle);
  }

  values(): IterableIterator<EscalationEntry> {
    return this.#entries.values();
  }

  /** Enters an escalation as a snapshot holds it. */
  restore(entry: EscalationEntry): void {
    this.#entries.set(entry.handle, entry);
  }

  forget(entries: readonly EscalationEntry[]): void {
    for (const { handle } of entries) this.#entries.delete(handle);
  }

  /** Folds an event; answers the escalation it raised. */
  apply(seq: number, timeMs: number, event: Event): EscalationEntry | undefined {
    switch (event.type) {
      case "EscalationRaised": {
        const { session, task, report, deadlineMs } = event;
        const open = { resolvedMs: null, decision: null, actor: "", note: "" };
        const entry = { handle: seq, raisedMs: timeMs, session, task, report, deadlineMs, ...open };
        this.#entries.set(seq, entry);
        return entry;
      }
      case "EscalationResolved":
        this.#settle(event.escalation, timeMs, event.decision, event.actor, event.note);
        this.#evict(event.evict);
        return undefined;
      case "EscalationWithdrawn":
        this.#settle(event.escalation, timeMs, null, "", "the task ended otherwise");
        this.#evict(event.evict);
        return undefined;
      default:
        return undefined;
    }
  }

  #settle(handle: number, timeMs: number, decision: Decision | null, actor: string, note: string): void {
    const entry = this.#entries.get(handle);
    if (entry !== undefined) Object.assign(entry, { resolvedMs: timeMs, decision, actor, note });
  }

  #evict(handles: readonly number[]): void {
    for (const handle of handles) this.#entries.delete(handle);
  }
}

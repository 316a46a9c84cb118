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

  /** Those of one session, in the order in which they were raised. */
  of(session: number): readonly EscalationEntry[] {
    return [...this.#entries.values()].filter((entry) => entry.session === session);
  }

  /** Enters an escalation as a snapshot holds it. */
  restore(entry: EscalationEntry): void {
    this.#entries.set(entry.handle, entry);
  }

  apply(seq: number, timeMs: number, event: Event): void {
    switch (event.type) {
      case "EscalationRaised": {
        const { session, task, report, deadlineMs } = event;
        const open = { resolvedMs: null, decision: null, actor: "", note: "" };
        this.#entries.set(seq, { handle: seq, raisedMs: timeMs, session, task, report, deadlineMs, ...open });
        return;
      }
      case "EscalationResolved":
        this.#settle(event.escalation, timeMs, event.decision, event.actor, event.note);
        this.#forget(event.evict);
        return;
      case "EscalationWithdrawn":
        this.#settle(event.escalation, timeMs, null, "", "the task ended otherwise");
        this.#forget(event.evict);
        return;
      default:
        return;
    }
  }

  #settle(handle: number, timeMs: number, decision: Decision | null, actor: string, note: string): void {
    const entry = this.#entries.get(handle);
    if (entry !== undefined) Object.assign(entry, { resolvedMs: timeMs, decision, actor, note });
  }

  #forget(handles: readonly number[]): void {
    for (const handle of handles) this.#entries.delete(handle);
  }
}

import type { AlertAction, Event, Severity } from "../../wasm/codec.generated.ts";

/** An alert as the mirror holds it. */
export interface AlertEntry {
  readonly handle: number;
  readonly rule: string;
  readonly severity: Severity;
  readonly action: AlertAction;
  readonly session: number | null;
  readonly raisedMs: number;
  readonly details: string;
  clearedMs: number | null;
  /** Whether it keeps new tasks of its session from starting. */
  holds: boolean;
}

/** Cleared alerts that are kept to be looked at. */
const CLEARED = 1_000;

/** Alerts as persisted events tell of them. */
export class AlertMirror {
  readonly #entries = new Map<number, AlertEntry>();

  get(handle: number): AlertEntry | undefined {
    return this.#entries.get(handle);
  }

  /** Those about the whole team, in the order in which they were raised. */
  ofTeam(): readonly AlertEntry[] {
    return [...this.#entries.values()].filter((entry) => entry.session === null);
  }

  /** Enters an alert as a snapshot holds it. */
  restore(entry: AlertEntry): void {
    this.#entries.set(entry.handle, entry);
  }

  forget(entries: readonly AlertEntry[]): void {
    for (const { handle } of entries) this.#entries.delete(handle);
  }

  /** Folds an event; answers the alert it raised. */
  apply(seq: number, timeMs: number, event: Event): AlertEntry | undefined {
    if (event.type === "AlertRaised") {
      const { rule, severity, action, session, details } = event;
      const holds = action === "pause_new_tasks" && session !== null;
      const entry = { handle: seq, rule, severity, action, session, details, raisedMs: timeMs, clearedMs: null, holds };
      this.#entries.set(seq, entry);
      this.#forgetCleared();
      return entry;
    }
    if (event.type === "AlertCleared") {
      const entry = this.#entries.get(event.alert);
      if (entry !== undefined) Object.assign(entry, { clearedMs: timeMs, holds: false });
    } else if (event.type === "SessionResumed") {
      for (const entry of this.#entries.values()) if (entry.session === event.session) entry.holds = false;
    }
    return undefined;
  }

  #forgetCleared(): void {
    for (const [handle, { clearedMs }] of this.#entries) {
      if (this.#entries.size <= CLEARED) return;
      if (clearedMs !== null) this.#entries.delete(handle);
    }
  }
}

import type { Event } from "../../wasm/codec.generated.ts";
import { AgentMirror } from "./agents.ts";
import { AlertMirror } from "./alerts.ts";
import type { SessionEntry, TaskEntry } from "./entries.ts";
import { EscalationMirror } from "./escalations.ts";
import { applySession } from "./sessions.ts";
import { applyTask } from "./tasks.ts";

/**
 * What reads are answered from: a fold over persisted events, kept beside the kernel and never ahead of the disk.
 * It holds what the kernel holds; sessions that ended leave it when they leave the kernel.
 */
export class Mirror {
  readonly sessions: Map<number, SessionEntry> = new Map();
  readonly tasks: Map<number, TaskEntry> = new Map();
  readonly agents: AgentMirror = new AgentMirror();
  readonly escalations: EscalationMirror = new EscalationMirror();
  readonly alerts: AlertMirror = new AlertMirror();
  /** Sessions that have not ended. */
  live = 0;
  /** Sequence of the last event that was folded. */
  seq = 0;

  /** Folds one event. Answers the session it belongs to, if any. */
  apply(seq: number, timeMs: number, event: Event): SessionEntry | undefined {
    this.seq = seq;
    this.escalations.apply(seq, timeMs, event);
    this.alerts.apply(seq, timeMs, event);
    return (
      applyTask(this, seq, timeMs, event) ??
      applySession(this, seq, timeMs, event) ??
      this.agents.apply(seq, timeMs, event) ??
      this.#alerted(event)
    );
  }

  /** The session an alert is about. */
  #alerted(event: Event): SessionEntry | undefined {
    const about = event.type === "AlertRaised" || event.type === "AlertCleared" ? event.session : null;
    return about === null ? undefined : this.sessions.get(about);
  }
}

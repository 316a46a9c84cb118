import { HandleMap } from "../../handle-map.ts";
import type { Event } from "../../wasm/codec.generated.ts";
import { AgentMirror } from "./agents.ts";
import { AlertMirror } from "./alerts.ts";
import type { SessionEntry, TaskEntry } from "./entries.ts";
import { EscalationMirror } from "./escalations.ts";
import { LockMirror } from "./locks.ts";
import { applySession } from "./sessions.ts";
import { applyTask } from "./tasks.ts";

/**
 * What reads are answered from: a fold over persisted events, kept beside the kernel and never ahead of the disk.
 * It holds what the kernel holds; sessions that ended leave it when they leave the kernel.
 */
export class Mirror {
  readonly sessions: HandleMap<SessionEntry> = new HandleMap();
  readonly tasks: HandleMap<TaskEntry> = new HandleMap();
  readonly agents: AgentMirror = new AgentMirror();
  readonly escalations: EscalationMirror = new EscalationMirror();
  readonly alerts: AlertMirror = new AlertMirror();
  readonly locks: LockMirror = new LockMirror();
  /** Sessions that have not ended. */
  live = 0;
  /** Sequence of the last event that was folded. */
  seq = 0;

  /** Hears of each session that leaves memory. */
  onForget: ((session: SessionEntry) => void) | undefined;

  /** Enters a session that was folded elsewhere, up to the same event. */
  adopt(session: SessionEntry): void {
    this.sessions.set(session.handle, session);
    for (const task of session.tasks) this.tasks.set(task.handle, task);
    for (const entry of session.escalations) if (this.escalations.get(entry.handle)) this.escalations.restore(entry);
    for (const entry of session.alerts) if (this.alerts.get(entry.handle)) this.alerts.restore(entry);
  }

  /** Takes a session out of memory, as the kernel does. */
  forget(handle: number): void {
    const session = this.sessions.get(handle);
    if (session === undefined) return;
    this.sessions.delete(handle);
    for (const task of session.tasks) this.tasks.delete(task.handle);
    if (session.escalations.length > 0) this.escalations.forget(session.escalations);
    if (session.alerts.length > 0) this.alerts.forget(session.alerts);
    this.onForget?.(session);
  }

  /** Folds one event. Answers the session it belongs to, if any. */
  apply(seq: number, timeMs: number, event: Event): SessionEntry | undefined {
    this.seq = seq;
    this.#keepWithSession(seq, timeMs, event);
    this.locks.apply(seq, timeMs, event);
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

  /** Escalations and alerts stand in lists of their own, and with the session they are about. */
  #keepWithSession(seq: number, timeMs: number, event: Event): void {
    const escalation = this.escalations.apply(seq, timeMs, event);
    if (escalation !== undefined) {
      const session = this.sessions.get(escalation.session);
      if (session !== undefined) session.escalations = [...session.escalations, escalation];
    }
    const alert = this.alerts.apply(seq, timeMs, event);
    if (alert !== undefined && alert.session !== null) {
      const session = this.sessions.get(alert.session);
      if (session !== undefined) session.alerts = [...session.alerts, alert];
    }
  }
}

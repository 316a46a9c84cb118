import {
  readAgent,
  readAgentState,
  readAlert,
  readEscalation,
  readHold,
  readLease,
  readLockWait,
  readNode,
  readPlan,
  readPool,
  readRemembered,
  readSession,
  readTask,
  readUnservedDemand,
  readValue,
} from "../../wasm/codec.generated.ts";
import { Reader } from "../../wasm/msgpack.ts";
import { pauseOf } from "./agents.ts";
import { AttemptEntry, SessionEntry, TaskEntry } from "./entries.ts";
import { Mirror } from "./mirror.ts";
import { SessionValues } from "./values.ts";

/**
 * A mirror of the state in a snapshot the kernel wrote: a header, then every table as its length and its records
 * (`core/kernel/src/journal/snapshot.rs`). The kernel has checked the bytes.
 */
export function restoreMirror(snapshot: Uint8Array): Mirror {
  const mirror = new Mirror();
  const reader = new Reader(snapshot);
  reader.str();
  reader.uint();
  reader.uint();
  mirror.seq = reader.uint();
  reader.uint();
  reader.bin();
  reader.bin();
  records(reader, () => readNode(reader));
  records(reader, () => readRemembered(reader));
  const leases = new Map(records(reader, () => readLease(reader)));
  for (const [handle, agent] of records(reader, () => readAgent(reader))) {
    const { spec, status, health, load, completed, failed, registeredMs, wakeMs } = agent;
    const pausedUntilMs = pauseOf(status, wakeMs);
    mirror.agents.restore({ handle, spec, status, health, load, completed, failed, registeredMs, pausedUntilMs });
  }
  for (const [handle, session] of records(reader, () => readSession(reader))) {
    if (session.endedMs === null) mirror.live++;
    const entry = new SessionEntry(handle, session.openedMs, session);
    entry.status = session.status;
    entry.reason = session.reason === "" ? null : session.reason;
    entry.endedMs = session.endedMs;
    if (session.context.length > 0) entry.context = new Map(session.context);
    entry.facts = session.facts;
    entry.partial = true;
    mirror.sessions.set(handle, entry);
  }
  const held = new Set<number>();
  for (const [handle, plan] of records(reader, () => readPlan(reader))) {
    const session = mirror.sessions.get(handle);
    if (session === undefined) continue;
    const { phases, counts, committed, expected, alerted } = plan;
    if (alerted) held.add(handle);
    session.phases = phases.map(({ spec, status }) => ({ ...spec, status }));
    Object.assign(session.counts, counts, { total: 0 });
    Object.assign(session, { committed, expected });
  }
  const tasks = records(reader, () => readTask(reader));
  for (const [handle, task] of tasks) {
    const session = mirror.sessions.get(task.session);
    if (session === undefined) continue;
    const { course } = task;
    const fence = course?.fence ?? null;
    const started = leases.get(fence ?? 0)?.grantedMs ?? course?.startedMs ?? task.readyMs;
    const entry = new TaskEntry(handle, session, task.index, task.spec);
    entry.status = task.status;
    if (course !== null) {
      const { error, report } = course;
      entry.reason = error === null ? null : `${error.errorType}: ${error.message}`;
      entry.progressPpm = course.progressPpm;
      entry.startedMs = course.startedMs;
      entry.endedMs = course.endedMs;
      entry.resources = (course.demand ?? task.spec.demand).resources;
      entry.timeoutMs = course.timeoutMs ?? task.spec.timeoutMs;
      entry.verdicts = course.verdicts;
      if (report !== null) {
        const { metrics, artifacts, output, usage } = report;
        Object.assign(entry, { metrics, artifacts, output, usage });
      }
    }
    if (course !== null && course.attempts > 0) {
      const last = new AttemptEntry(course.attempts, fence ?? 0, course.agent ?? 0, started);
      last.error = course.error;
      if (fence === null) {
        last.endedMs = course.endedMs ?? started;
        last.outcome = task.status === "completed" ? "completed" : "failed";
      }
      entry.attempts = [last];
    }
    session.tasks[task.index] = entry;
    if (task.spec.parent !== null) {
      session.parents ??= new Set();
      session.parents.add(task.spec.parent);
    }
    session.counts.total++;
    mirror.tasks.set(handle, entry);
  }
  for (const [handle, { spec }] of records(reader, () => readPool(reader))) mirror.agents.restorePool(handle, spec.key);
  records(reader, () => readUnservedDemand(reader));
  for (const [handle, { payload, savedMs }] of records(reader, () => readAgentState(reader))) {
    mirror.agents.restoreState(handle, { payload, savedMs });
  }
  records(reader, () => reader.str());
  for (const [handle, escalation] of records(reader, () => readEscalation(reader))) {
    const { session, task, report, raisedMs, deadlineMs, closedMs: resolvedMs, decision, actor, note } = escalation;
    const entry = { handle, session, task, report, raisedMs, deadlineMs, resolvedMs, decision, actor, note };
    mirror.escalations.restore(entry);
    const about = mirror.sessions.get(session);
    if (about !== undefined) about.escalations = [...about.escalations, entry];
  }
  for (const [handle, alert] of records(reader, () => readAlert(reader))) {
    const { rule, severity, action, session, details, raisedMs, clearedMs } = alert;
    const holds = action === "pause_new_tasks" && clearedMs === null && session !== null && held.has(session);
    const entry = { handle, rule, severity, action, session, details, raisedMs, clearedMs, holds };
    mirror.alerts.restore(entry);
    const about = session === null ? undefined : mirror.sessions.get(session);
    if (about !== undefined) about.alerts = [...about.alerts, entry];
  }
  for (const [version, { session, key, payload, expiresMs }] of records(reader, () => readValue(reader))) {
    const about = mirror.sessions.get(session);
    if (about === undefined) continue;
    about.values ??= new SessionValues();
    // Who wrote it, when and why is read back with the session when somebody asks.
    const revision = { version, atMs: about.openedMs, payload, expiresMs, by: "", why: "" };
    about.values.restore({ ...key, revisions: [revision] });
  }
  for (const [handle, { session, wish, deadlineMs }] of records(reader, () => readHold(reader))) {
    const sinceMs = deadlineMs - wish.lengthMs;
    mirror.locks.restore({ handle, session, wish, isHeld: true, sinceMs, untilMs: deadlineMs });
  }
  for (const [handle, { session, wish, untilMs }] of records(reader, () => readLockWait(reader))) {
    mirror.locks.restore({ handle, session, wish, isHeld: false, sinceMs: 0, untilMs });
  }
  return mirror;
}

function records<T>(reader: Reader, read: () => T): readonly (readonly [number, T])[] {
  const entries: (readonly [number, T])[] = [];
  for (let left = reader.array(); left > 0; left--) entries.push([reader.uint(), read()]);
  return entries;
}

import {
  readAgent,
  readAlert,
  readEscalation,
  readLease,
  readNode,
  readPlan,
  readPool,
  readRemembered,
  readSession,
  readTask,
  readUnservedDemand,
} from "../../wasm/codec.generated.ts";
import { Reader } from "../../wasm/msgpack.ts";
import type { AttemptEntry, TaskEntry } from "./entries.ts";
import { Mirror } from "./mirror.ts";

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
    const { spec, status, health, load, completed, failed, registeredMs } = agent;
    mirror.agents.restore({ handle, spec, status, health, load, completed, failed, registeredMs });
  }
  for (const [handle, session] of records(reader, () => readSession(reader))) {
    if (session.endedMs === null) mirror.live++;
    mirror.sessions.set(handle, {
      handle,
      openedMs: session.openedMs,
      name: session.name,
      configHash: session.configHash,
      expected: 0,
      input: session.input,
      status: session.status,
      committed: false,
      reason: session.reason === "" ? null : session.reason,
      endedMs: session.endedMs,
      phases: [],
      tasks: [],
      parents: new Set(),
      counts: { total: 0, completed: 0, failed: 0, skipped: 0, cancelled: 0 },
      context: new Map(session.context),
      facts: [...session.facts],
      partial: true,
      escalations: [],
      alerts: [],
    });
  }
  const held = new Set<number>();
  for (const [handle, plan] of records(reader, () => readPlan(reader))) {
    const session = mirror.sessions.get(handle);
    if (session === undefined) continue;
    const { phases, counts, committed, expected, alerted } = plan;
    if (alerted) held.add(handle);
    for (const { spec, status } of phases) session.phases.push({ ...spec, status });
    Object.assign(session.counts, counts, { total: 0 });
    mirror.sessions.set(handle, Object.assign(session, { committed, expected }));
  }
  const tasks = records(reader, () => readTask(reader));
  for (const [handle, task] of tasks) {
    const session = mirror.sessions.get(task.session);
    if (session === undefined) continue;
    const started = leases.get(task.fence ?? 0)?.grantedMs ?? task.startedMs ?? task.readyMs;
    const entry: TaskEntry = {
      handle,
      session,
      index: task.index,
      addedMs: session.openedMs,
      spec: task.spec,
      status: task.status,
      reason: task.error === null ? null : `${task.error.errorType}: ${task.error.message}`,
      attempts: [],
      progressPpm: task.progressPpm,
      startedMs: task.startedMs,
      endedMs: task.endedMs,
      resources: task.demand.resources,
      timeoutMs: task.timeoutMs,
      metrics: task.report?.metrics ?? [],
      verdicts: task.verdicts,
      artifacts: task.report?.artifacts ?? [],
      output: task.report?.output ?? null,
      usage: task.report?.usage ?? null,
    };
    if (task.attempts > 0) {
      const last: AttemptEntry = {
        number: task.attempts,
        fence: task.fence ?? 0,
        agent: task.agent ?? 0,
        startedMs: started,
        endedMs: task.fence === null ? (task.endedMs ?? started) : null,
        outcome: task.fence !== null ? "running" : task.status === "completed" ? "completed" : "failed",
        error: task.error,
        recovery: null,
      };
      entry.attempts = [last];
    }
    session.tasks[task.index] = entry;
    if (task.spec.parent !== null) session.parents.add(task.spec.parent);
    session.counts.total++;
    mirror.tasks.set(handle, entry);
  }
  for (const [handle, { spec }] of records(reader, () => readPool(reader))) mirror.agents.restorePool(handle, spec.key);
  records(reader, () => readUnservedDemand(reader));
  for (const [handle, escalation] of records(reader, () => readEscalation(reader))) {
    const { session, task, report, raisedMs, deadlineMs, closedMs: resolvedMs, decision, actor, note } = escalation;
    const entry = { handle, session, task, report, raisedMs, deadlineMs, resolvedMs, decision, actor, note };
    mirror.escalations.restore(entry);
    mirror.sessions.get(session)?.escalations.push(entry);
  }
  for (const [handle, alert] of records(reader, () => readAlert(reader))) {
    const { rule, severity, action, session, details, raisedMs, clearedMs } = alert;
    const holds = action === "pause_new_tasks" && clearedMs === null && session !== null && held.has(session);
    const entry = { handle, rule, severity, action, session, details, raisedMs, clearedMs, holds };
    mirror.alerts.restore(entry);
    if (session !== null) mirror.sessions.get(session)?.alerts.push(entry);
  }
  return mirror;
}

function records<T>(reader: Reader, read: () => T): readonly (readonly [number, T])[] {
  const entries: (readonly [number, T])[] = [];
  for (let left = reader.array(); left > 0; left--) entries.push([reader.uint(), read()]);
  return entries;
}

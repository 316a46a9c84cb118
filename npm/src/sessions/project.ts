import { toHex } from "../hex.ts";
import type { AlertEntry } from "../runtime/mirror/alerts.ts";
import type { AttemptEntry, SessionEntry, TaskEntry } from "../runtime/mirror/entries.ts";
import type { EscalationEntry } from "../runtime/mirror/escalations.ts";
import type { Mirror } from "../runtime/mirror/mirror.ts";
import type { Payload, Resources } from "../wasm/codec.generated.ts";
import { type LiveFacts, waitText } from "./live.ts";
import type {
  AlertView,
  AttemptView,
  CriterionView,
  EscalationView,
  ReservationView,
  SessionStatus,
  SessionView,
  TaskStatus,
  TaskView,
} from "./view.ts";

/** What a projection needs besides the mirror. */
export interface ProjectionParts {
  readonly mirror: Pick<Mirror, "tasks" | "seq">;
  /** Alerts about the whole team, in the order in which they were raised. */
  readonly teamAlerts: readonly AlertEntry[];
  /** Name of an agent; `undefined` when it is not known any more. */
  agentName(handle: number): string | undefined;
  id(kind: "session" | "task" | "escalation", handle: number, createdMs: number): string;
  decode(payload: Payload | null): Promise<unknown>;
}

/** The read model of a session, as of the last persisted event; `live` is what the kernel says of one that goes on. */
export async function projectSession(
  session: SessionEntry,
  parts: ProjectionParts,
  live?: LiveFacts,
): Promise<SessionView> {
  const asOfSeq = parts.mirror.seq;
  const drafts = session.tasks.map((task) => projectTask(task, parts, live));
  const shape = {
    id: parts.id("session", session.handle, session.openedMs),
    name: session.name,
    status: publicStatus(session),
    started: session.openedMs,
    ended: session.endedMs,
    percentage: percentageOf(session),
    etaMs: session.endedMs === null ? (live?.etaMs ?? null) : 0,
    configHash: session.configHash === null ? "" : toHex(session.configHash),
    phases: session.phases.map(({ name, mode, status, tasks }) => ({
      name,
      mode,
      status,
      tasks: tasks.map((index) => keyOf(session, index)),
    })),
    escalations: session.escalations.map((entry) => projectEscalation(entry, parts, session)),
    alerts: alertsOf(session, parts).map((entry) => projectAlert(entry, session)),
    facts: session.facts.map(({ kind, text, source }) => ({ kind, text, source })),
    asOfSeq,
  };
  const tasks = await Promise.all(
    drafts.map(async ({ payload, ...task }) => ({ ...task, output: (await parts.decode(payload)) ?? null })),
  );
  return { ...shape, tasks };
}

/** An escalation as people see it: keys in place of handles. */
export function projectEscalation(
  entry: EscalationEntry,
  { mirror, id, agentName }: Pick<ProjectionParts, "id" | "mirror" | "agentName">,
  session?: SessionEntry,
): EscalationView {
  const { handle, raisedMs, task, report, resolvedMs, decision } = entry;
  const find = (of: number): TaskEntry | undefined =>
    mirror.tasks.get(of) ?? session?.tasks.find((known) => known.handle === of);
  const key = (of: number): string => find(of)?.key ?? `task#${of}`;
  return {
    id: id("escalation", handle, raisedMs),
    task: key(task),
    issueType: report.issueType,
    severity: report.severity,
    message: report.reason === "" ? report.message : `${report.message} (${report.reason})`,
    raised: raisedMs,
    resolved: resolvedMs,
    decision,
    recommendedActions: report.recommendedActions,
    blockingTasks: report.blockingTasks.map(key),
    agent: report.agent === null ? null : (agentName(report.agent) ?? null),
    attempts: report.attempts,
    recoveries: report.recoveries.map(({ attempt, level, action, errorType }) => ({
      attempt,
      level,
      action,
      errorType,
    })),
    systemState: {
      ...report.systemState,
      reserved: projectReservation(report.systemState.reserved),
      totals: report.systemState.totals === null ? null : projectReservation(report.systemState.totals),
    },
  };
}

function projectReservation({ memoryMb, cpuMilli, diskMb }: Resources): ReservationView {
  return { memoryMb, cpuCores: cpuMilli / 1_000, diskMb };
}

/** Those about the session, and those about the whole team that were raised while it went on. */
function alertsOf({ alerts, openedMs, endedMs }: SessionEntry, { teamAlerts }: ProjectionParts): readonly AlertEntry[] {
  const meanwhile = teamAlerts.filter(
    ({ raisedMs }) => raisedMs >= openedMs && (endedMs === null || raisedMs <= endedMs),
  );
  return [...alerts, ...meanwhile].sort((a, b) => a.handle - b.handle);
}

/** What became of an alert after the session's end is not part of it. */
function projectAlert(
  { rule, severity, action, raisedMs, clearedMs, holds, details }: AlertEntry,
  { endedMs }: SessionEntry,
): AlertView {
  const cleared = clearedMs !== null && endedMs !== null && clearedMs > endedMs ? null : clearedMs;
  return { rule, severity, action, raised: raisedMs, cleared, holds: holds && endedMs === null, details };
}

/** Share of the work that is done, 0 to 100: each task counts one, a running one as far as it is. */
export function percentageOf({ tasks, counts, status }: SessionEntry): number {
  if (status === "completed") return 100;
  const leaves = tasks.filter((task) => !isGroup(task));
  if (leaves.length === 0) return counts.total === 0 ? 100 : 0;
  const done = leaves.reduce((sum, task) => sum + (isEnded(task.status) ? 1_000_000 : task.progressPpm), 0);
  return Math.floor(done / leaves.length / 100) / 100;
}

function projectTask(
  task: TaskEntry,
  parts: ProjectionParts,
  live: LiveFacts | undefined,
): Omit<TaskView, "output"> & { readonly payload: Payload | null } {
  const { session, attempts, resources, usage } = task;
  const last = attempts.at(-1);
  return {
    id: task.key,
    taskId: parts.id("task", task.handle, session.openedMs),
    name: task.name,
    parent: task.parent === null ? null : keyOf(session, task.parent),
    after: task.after.map((index) => keyOf(session, index)),
    status: liveStatus(task),
    reason: reasonOf(task, live),
    attempts: attempts.length === 0 ? 0 : (last as AttemptEntry).number,
    history: attempts.map((attempt) => projectAttempt(attempt, parts)),
    agent: last === undefined ? null : agentName(parts, last.agent),
    started: startOf(task),
    ended: task.endedMs,
    percentage: isGroup(task) ? groupPercentage(task) : task.progressPpm / 10_000,
    criteria: criteriaOf(task),
    resources: {
      memoryMb: resources.memoryMb,
      cpuCores: resources.cpuMilli / 1000,
      diskMb: resources.diskMb,
      timeoutMs: task.timeoutMs,
      memoryPeakBytes: usage?.memoryPeakBytes ?? null,
      cpuMs: usage?.cpuMs ?? null,
      diskBytes: usage?.diskBytes ?? null,
    },
    artifacts: task.artifacts.map(({ name, path, bytes, sha256 }) => ({ name, path, bytes, sha256: toHex(sha256) })),
    payload: task.output,
  };
}

/** Why it does not run, and what went wrong with it before. */
function reasonOf(task: TaskEntry, live: LiveFacts | undefined): string | null {
  const { status, reason, index } = task;
  const isWaiting = status === "pending" || status === "ready" || status === "waiting";
  const wait = isWaiting ? waitText(task, live?.waits[index]) : null;
  return wait === null || reason === null ? (wait ?? reason) : `${wait} (${reason})`;
}

function projectAttempt(attempt: AttemptEntry, parts: ProjectionParts): AttemptView {
  const { number, fence, agent, startedMs, endedMs, outcome, error, recovery } = attempt;
  return {
    number,
    fence,
    agent: agentName(parts, agent),
    started: startedMs,
    ended: endedMs,
    outcome,
    error: error === null ? null : { type: error.errorType, message: error.message },
    recovery,
  };
}

function criteriaOf({ criteria, verdicts }: TaskEntry): readonly CriterionView[] {
  return criteria.map(({ name, boundMicro }) => {
    const verdict = verdicts.find((known) => known.name === name);
    const measured = verdict?.measuredMicro ?? null;
    return {
      name,
      bound: name.startsWith("max_") || name.endsWith("_max") ? "max" : "min",
      target: boundMicro / 1_000_000,
      measured: measured === null ? null : measured / 1_000_000,
      met: verdict === undefined ? null : verdict.met,
    };
  });
}

/** What the journal leaves to be told from its events: whether a task could run, and whether its parts have begun. */
function liveStatus(task: TaskEntry): TaskStatus {
  if (task.status !== "pending") return task.status;
  if (isGroup(task)) return partsOf(task).some((part) => part.status !== "pending") ? "running" : "pending";
  const { session } = task;
  const isDone = (index: number): boolean => session.tasks[index]?.status === "completed";
  const phase = session.phases.find(({ tasks }) => tasks.includes(task.index));
  const isOpen = phase === undefined || phase.status === "open";
  return session.committed && isOpen && task.parent === null && task.after.every(isDone) ? "ready" : "pending";
}

function startOf(task: TaskEntry): number | null {
  if (!isGroup(task)) return task.startedMs;
  const starts = partsOf(task)
    .map((part) => part.startedMs)
    .filter((start) => start !== null);
  return starts.length === 0 ? null : Math.min(...starts);
}

function groupPercentage(task: TaskEntry): number {
  const parts = partsOf(task);
  const done = parts.reduce((sum, part) => sum + (isEnded(part.status) ? 1_000_000 : part.progressPpm), 0);
  return Math.floor(done / parts.length / 100) / 100;
}

function partsOf(task: TaskEntry): readonly TaskEntry[] {
  return task.session.tasks.filter((part) => part.parent === task.index);
}

function isGroup(task: TaskEntry): boolean {
  return task.session.parents?.has(task.index) === true;
}

function isEnded(status: TaskStatus): boolean {
  return status === "completed" || status === "failed" || status === "skipped" || status === "cancelled";
}

function keyOf(session: SessionEntry, index: number): string {
  return session.tasks[index]?.key ?? `#${index}`;
}

function agentName(parts: ProjectionParts, handle: number): string {
  return parts.agentName(handle) ?? `agent#${handle}`;
}

/** Being cancelled is running to whoever looks from outside: it has not ended. */
function publicStatus({ status }: SessionEntry): SessionStatus {
  return status === "cancelling" ? "running" : status;
}

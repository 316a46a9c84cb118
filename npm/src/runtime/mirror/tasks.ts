import type { AttemptOutcome, Event, Report, TaskStatus, Verdict } from "../../wasm/codec.generated.ts";
import { AttemptEntry, type SessionEntry, TaskEntry } from "./entries.ts";
import type { Mirror } from "./mirror.ts";

/** Folds an event about tasks; answers the session of the task. */
export function applyTask(mirror: Mirror, seq: number, timeMs: number, event: Event): SessionEntry | undefined {
  switch (event.type) {
    case "TaskAdded":
      return add(mirror, seq, event);
    case "PlanCommitted": {
      const session = mirror.sessions.get(event.session);
      if (session !== undefined) commit(session);
      return session;
    }
    case "TaskGranted": {
      const task = mirror.tasks.get(event.task);
      if (task === undefined) return undefined;
      const { agent, attempt, resources, timeoutMs } = event;
      task.status = "running";
      task.reason = null;
      task.progressPpm = 0;
      task.startedMs ??= timeMs;
      task.resources = resources;
      task.timeoutMs = timeoutMs;
      task.attempts = task.attempts.concat(new AttemptEntry(attempt, seq, agent, timeMs));
      mirror.agents.load(agent, 1);
      return task.session;
    }
    case "TaskProgressed": {
      const task = mirror.tasks.get(event.task);
      if (task !== undefined) task.progressPpm = event.ppm;
      return task?.session;
    }
    case "TaskExtended":
      return mirror.tasks.get(event.task)?.session;
    case "TaskCompleted": {
      const task = mirror.tasks.get(event.task);
      if (task === undefined) return undefined;
      const agent = mirror.agents.load(event.agent, -1);
      if (agent !== undefined) agent.completed++;
      endAttempt(task, timeMs, "completed");
      take(task, event.report, event.verdicts);
      end(task, "completed", timeMs, null);
      return task.session;
    }
    case "TaskAttemptFailed": {
      const task = mirror.tasks.get(event.task);
      if (task === undefined) return undefined;
      const agent = mirror.agents.load(event.agent, -1);
      // What was lost or cancelled says nothing about the agent.
      const fell = event.outcome === "failed" || event.outcome === "timeout";
      if (agent !== undefined && fell) agent.failed++;
      const attempt = endAttempt(task, timeMs, event.outcome);
      if (attempt !== undefined) attempt.error = event.error;
      take(task, event.report, event.verdicts);
      follow(task, event, timeMs, attempt);
      return task.session;
    }
    case "TaskWoken": {
      const task = mirror.tasks.get(event.task);
      if (task !== undefined) task.status = "ready";
      return task?.session;
    }
    case "TaskSkipped": {
      const task = mirror.tasks.get(event.task);
      if (task !== undefined) end(task, "skipped", timeMs, event.reason);
      return task?.session;
    }
    case "TaskExpired": {
      const task = mirror.tasks.get(event.task);
      if (task !== undefined) end(task, event.status, timeMs, event.reason);
      return task?.session;
    }
    case "EscalationRaised": {
      const task = mirror.tasks.get(event.task);
      if (task === undefined) return undefined;
      task.status = "waiting";
      task.reason = `${event.report.issueType}: ${event.report.reason}`;
      return task.session;
    }
    case "EscalationResolved": {
      const task = mirror.tasks.get(event.task);
      if (task === undefined) return undefined;
      const reason = event.actor === "" ? event.note : `${event.decision} by ${event.actor}`;
      if (event.decision === "retry") {
        task.status = "ready";
        task.reason = reason;
      } else end(task, event.decision === "approve" ? "completed" : "failed", timeMs, reason);
      return task.session;
    }
    case "TaskCancelled": {
      const task = mirror.tasks.get(event.task);
      if (task !== undefined) end(task, "cancelled", timeMs, null);
      return task?.session;
    }
    case "GroupEnded": {
      const task = mirror.tasks.get(event.task);
      if (task === undefined) return undefined;
      take(task, event.report, event.verdicts);
      end(task, event.completed ? "completed" : "failed", timeMs, event.error?.message ?? null);
      return task.session;
    }
    case "TaskStopRequested": {
      const task = mirror.tasks.get(event.task);
      if (task !== undefined) task.reason = `asked to stop: ${event.reason}`;
      return task?.session;
    }
    case "PhaseOpened":
      return phase(mirror, event.session, event.phase, "open");
    case "PhaseEnded":
      return phase(mirror, event.session, event.phase, event.passed ? "passed" : "failed");
    default:
      return undefined;
  }
}

function add(
  mirror: Mirror,
  seq: number,
  { session: handle, spec }: Extract<Event, { type: "TaskAdded" }>,
): SessionEntry | undefined {
  const session = mirror.sessions.get(handle);
  if (session === undefined) return undefined;
  const task = new TaskEntry(seq, session, session.tasks.length, spec);
  // A list that is pushed to has room for seventeen, and most sessions have one task; no literal, as for entries.
  if (session.tasks.length === 0) session.tasks = Array.of(task);
  else session.tasks.push(task);
  if (spec.parent !== null) {
    session.parents ??= new Set();
    session.parents.add(spec.parent);
  }
  session.counts.total++;
  mirror.tasks.set(seq, task);
  if (session.status !== "planning" && session.tasks.length === session.expected) commit(session);
  return session;
}

/** The plan is whole. Which of its tasks are ready is not followed here: a task is pending until something happens to it. */
function commit(session: SessionEntry): void {
  session.committed = true;
  if (session.status === "planning") session.status = "running";
  const first = session.phases[0];
  if (first !== undefined) first.status = "open";
}

function endAttempt(task: TaskEntry, timeMs: number, outcome: AttemptOutcome | "completed"): AttemptEntry | undefined {
  const attempt = task.attempts.at(-1);
  if (attempt === undefined) return undefined;
  attempt.endedMs = timeMs;
  attempt.outcome = outcome;
  return attempt;
}

function take(task: TaskEntry, report: Report, verdicts: readonly Verdict[]): void {
  task.metrics = report.metrics;
  task.verdicts = verdicts;
  task.artifacts = report.artifacts;
  task.output = report.output;
  task.usage = report.usage;
}

function follow(
  task: TaskEntry,
  { next, error }: Extract<Event, { type: "TaskAttemptFailed" }>,
  timeMs: number,
  attempt: AttemptEntry | undefined,
): void {
  switch (next.type) {
    case "Retry":
      task.status = next.atMs > timeMs ? "waiting" : "ready";
      task.reason = `${error.errorType}: ${next.action}`;
      if (attempt !== undefined) attempt.recovery = { level: next.level, action: next.action };
      return;
    case "Requeue":
      task.status = "ready";
      task.reason = "the attempt was lost";
      return;
    case "Return":
      task.status = "ready";
      task.reason = `not taken on: ${error.message}`;
      return;
    case "Escalate":
      task.status = "waiting";
      task.reason = `${error.errorType}: a human decides`;
      if (attempt !== undefined) attempt.recovery = { level: 3, action: "escalate" };
      return;
    case "Fail":
      end(task, "failed", timeMs, `${error.errorType}: ${error.message}`);
      return;
    case "Cancel":
      end(task, "cancelled", timeMs, null);
  }
}

function end(task: TaskEntry, status: TaskStatus, timeMs: number, reason: string | null): void {
  task.status = status;
  task.reason = reason;
  task.endedMs = timeMs;
  if (status === "completed") task.progressPpm = 1_000_000;
  const { counts } = task.session;
  if (status === "completed") counts.completed++;
  else if (status === "failed") counts.failed++;
  else if (status === "skipped") counts.skipped++;
  else counts.cancelled++;
}

function phase(
  mirror: Mirror,
  handle: number,
  index: number,
  status: SessionEntry["phases"][number]["status"],
): SessionEntry | undefined {
  const session = mirror.sessions.get(handle);
  const entry = session?.phases[index];
  if (session === undefined || entry === undefined) return session;
  entry.status = status;
  if (status === "failed") {
    for (const later of session.phases.slice(index + 1)) if (later.status === "pending") later.status = "skipped";
  }
  return session;
}

import type { AttemptView, CriterionView, SessionView, TaskView } from "../../sessions/view.ts";

/** 2025-07-10 10:00:00 UTC. */
export const START: number = Date.UTC(2025, 6, 10, 10);

/** A task that is done unless told otherwise. */
export function aTask(id: string, over: Partial<TaskView> = {}): TaskView {
  return {
    id,
    taskId: `task_${id.toLowerCase().padEnd(26, "0")}`,
    name: `Task ${id}`,
    parent: null,
    after: [],
    status: "completed",
    reason: null,
    attempts: over.history?.length ?? 1,
    history: [],
    agent: "agent_001",
    started: START,
    ended: START + 1_000,
    percentage: 100,
    criteria: [],
    resources: {
      memoryMb: 512,
      cpuCores: 1,
      diskMb: 100,
      timeoutMs: 600_000,
      memoryPeakBytes: 180 * 1_048_576,
      cpuMs: 900,
      diskBytes: 2_400_000,
    },
    artifacts: [],
    output: null,
    ...over,
  };
}

/** A try from `from` to `to` milliseconds after {@link START}. */
export function aTry(number: number, from: number, to: number | null, over: Partial<AttemptView> = {}): AttemptView {
  return {
    number,
    fence: 100 + number,
    agent: "agent_001",
    started: START + from,
    ended: to === null ? null : START + to,
    outcome: to === null ? "running" : "completed",
    error: null,
    recovery: null,
    ...over,
  };
}

export function aCriterion(
  name: string,
  target: number,
  measured: number | null,
  bound: "min" | "max" = "min",
): CriterionView {
  const met = measured === null ? null : bound === "min" ? measured >= target : measured <= target;
  return { name, bound, target, measured, met };
}

export function aSession(tasks: readonly TaskView[], over: Partial<SessionView> = {}): SessionView {
  return {
    id: "session_01k0000000000000000000000",
    name: "cashcow_test_orchestrator",
    status: "completed",
    started: START,
    ended: START + 1_000,
    percentage: 100,
    etaMs: null,
    configHash: "5f2d".padEnd(64, "0"),
    phases: [],
    tasks,
    escalations: [],
    alerts: [],
    facts: [],
    asOfSeq: 42,
    ...over,
  };
}

/** A name that tries to break out of every format there is. */
export const HOSTILE: string = `</title><script>alert(1)</script>"'\`&|\\ [x](javascript:alert(1)) ![i](http://evil/x.png)\n# h\u0000\u001b[31m\u202eevil\ud800<img src=x onerror=alert(1)>`;

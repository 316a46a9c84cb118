import type { TaskView } from "../sessions/view.ts";
import type { ReportRecovery } from "./types.ts";

/** Every try that did not succeed, in order of time, with what followed. */
export function recoveriesOf(tasks: readonly TaskView[]): readonly ReportRecovery[] {
  const found: ReportRecovery[] = [];
  for (const task of tasks) {
    task.history.forEach((attempt, index) => {
      const bad = attempt.outcome === "failed" || attempt.outcome === "timeout" || attempt.outcome === "lost";
      if (!bad && attempt.recovery === null) return;
      found.push({
        task: task.id,
        attempt: attempt.number,
        agent: attempt.agent,
        at: attempt.ended ?? attempt.started,
        outcome: attempt.outcome,
        error: attempt.error,
        level: attempt.recovery?.level ?? null,
        action: attempt.recovery?.action ?? null,
        next: task.history[index + 1]?.outcome ?? null,
      });
    });
  }
  return found.sort((a, b) => a.at - b.at || a.attempt - b.attempt);
}

import { PolyphonError } from "../../errors/error.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { EscalationView, ReservationView, SessionView, SystemStateView } from "../../sessions/view.ts";

/** What is posted: the fields a receiver of escalation reports knows, times as ISO 8601. */
export interface EscalationPost {
  readonly escalation_id: string;
  readonly timestamp: string;
  readonly task_id: string;
  readonly issue_type: string;
  readonly severity: string;
  readonly context: Readonly<Record<string, unknown>>;
  readonly system_state: Readonly<Record<string, unknown>>;
  readonly recommended_actions: readonly string[];
  readonly blocking_tasks: readonly string[];
}

/** Waits before the second and the third try. */
const RETRY_DELAYS_MS = [1_000, 5_000];
const TIMEOUT_MS = 10_000;

/** The report of an escalation: what was tried, and the team at the moment a human was asked. */
export function escalationPost(item: EscalationView, session: SessionView | undefined): EscalationPost {
  const task = session?.tasks.find((candidate) => candidate.id === item.task);
  return {
    escalation_id: item.id,
    timestamp: new Date(item.raised).toISOString(),
    task_id: item.task,
    issue_type: item.issueType,
    severity: item.severity,
    context: {
      message: item.message,
      session_id: session?.id ?? null,
      task_name: task?.name ?? null,
      agent_id: item.agent,
      attempts: (task?.history ?? []).map(({ number, agent, outcome, error, recovery }) => ({
        attempt: number,
        agent_id: agent,
        result: outcome,
        error_type: error?.type ?? null,
        error_message: error?.message ?? null,
        action: recovery?.action ?? null,
        level: recovery?.level ?? null,
      })),
    },
    system_state: systemState(item.systemState),
    recommended_actions: item.recommendedActions,
    blocking_tasks: item.blockingTasks,
  };
}

function systemState({
  tasks,
  running,
  ready,
  escalations,
  agents,
  ...rest
}: SystemStateView): Record<string, unknown> {
  const resources = (amount: ReservationView | null): unknown =>
    amount && { memory_mb: amount.memoryMb, cpu_cores: amount.cpuCores, disk_mb: amount.diskMb };
  return {
    tasks,
    running_attempts: running,
    ready_tasks: ready,
    open_escalations: escalations,
    agents,
    agents_available: rest.agentsAvailable,
    reserved: resources(rest.reserved),
    totals: resources(rest.totals),
  };
}

/**
 * Posts a report as JSON; resolves when the receiver took it. A receiver that is busy or away is tried three times in
 * all, each for at most 10 seconds; one that refuses is not asked again. Throws `CLI_NOTIFY_FAILED`.
 */
export async function postEscalation(url: string, report: EscalationPost, clock: Clock): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    const failure = await post(url, report, clock);
    if (failure === undefined) return;
    const delay = RETRY_DELAYS_MS[attempt];
    if (!failure.again || delay === undefined) {
      const message = `The webhook did not take escalation ${report.escalation_id}: ${failure.reason}.`;
      throw new PolyphonError("CLI_NOTIFY_FAILED", { message, details: { escalation: report.escalation_id } });
    }
    await new Promise<void>((resolve) => clock.after(delay, resolve));
  }
}

async function post(
  url: string,
  report: EscalationPost,
  clock: Clock,
): Promise<{ readonly reason: string; readonly again: boolean } | undefined> {
  const timeout = new AbortController();
  const stop = clock.after(TIMEOUT_MS, () => timeout.abort());
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", "idempotency-key": report.escalation_id },
      body: JSON.stringify(report),
      signal: timeout.signal,
    });
    await response.body?.cancel();
    if (response.ok) return undefined;
    const again = response.status >= 500 || response.status === 408 || response.status === 429;
    return { reason: `it answered ${response.status}`, again };
  } catch (error) {
    if (timeout.signal.aborted) return { reason: `it gave no answer in ${TIMEOUT_MS / 1_000} s`, again: true };
    // The cause says what happened; the message of a failed fetch never does. Neither repeats the address, which may hold a secret.
    const { cause } = error as Error;
    const code = (cause as NodeJS.ErrnoException | undefined)?.code;
    return { reason: code ?? (error instanceof Error ? error.name : "it cannot be reached"), again: true };
  } finally {
    stop();
  }
}

import type { LoadedConfig } from "../../../config/index.ts";
import type { AgentHost, Attempt, AttemptResult, AttemptSink } from "../../../hosts/host.ts";
import type { Clock } from "../../../runtime/clock.ts";
import { draws } from "./random.ts";

const MB = 1_048_576;
/** A try takes between these shares of the time it has. */
const LEAST_SHARE = 0.02;
const MOST_SHARE = 0.3;
const STEPS = 4;

/** Agents that do nothing but let simulated time pass, and measure what meets every criterion. */
export function simulatedHost(config: LoadedConfig, seed: number, clock: Clock): AgentHost {
  const criteria = new Map(config.plan.tasks.map((task) => [task.key, criteriaOf(config, task.key)]));
  return {
    kind: "function",
    async run(attempt, sink, signal) {
      const random = draws(seed, `${attempt.key}#${attempt.number}`);
      const durationMs = Math.round(attempt.timeoutMs * (LEAST_SHARE + (MOST_SHARE - LEAST_SHARE) * random()));
      const usage = usageOf(attempt, durationMs, random);
      const whole = await pass(durationMs, clock, signal, sink);
      if (!whole)
        return { ...nothing(durationMs), usage, error: { type: "cancelled", message: "The try was called off." } };
      const metrics = metricsOf(criteria.get(attempt.key) ?? {}, durationMs / 1_000, usage.memoryPeakBytes / MB);
      return { ...nothing(durationMs), ok: true, metrics, usage, output: { simulated: true, seed } };
    },
    close: async () => undefined,
  };
}

/** A subtask that sets none has those of its parent. */
function criteriaOf(config: LoadedConfig, key: string): Readonly<Record<string, number>> {
  const task = config.plan.tasks.find((candidate) => candidate.key === key);
  if (task?.criteria !== undefined || task?.parent === undefined) return task?.criteria ?? {};
  return criteriaOf(config, task.parent);
}

/** Lets time pass with a report at each quarter. `false` when it was cut short. */
async function pass(ms: number, clock: Clock, signal: AbortSignal, sink: AttemptSink): Promise<boolean> {
  for (let step = 1; step <= STEPS; step += 1) {
    if (signal.aborted) return false;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        stop();
        signal.removeEventListener("abort", done);
        resolve();
      };
      const stop = clock.after(ms / STEPS, done);
      signal.addEventListener("abort", done, { once: true });
    });
    if (step < STEPS && !signal.aborted) sink.progress({ percentage: (100 * step) / STEPS });
  }
  return !signal.aborted;
}

/** A value for each criterion that meets it: the bound itself where the simulation has nothing better. */
function metricsOf(
  criteria: Readonly<Record<string, number>>,
  seconds: number,
  memory: number,
): Record<string, number> {
  const metrics: Record<string, number> = {};
  for (const [name, bound] of Object.entries(criteria)) {
    const metric = name.replace(/^(?:min|max|required)_/, "").replace(/_(?:min|max)$/, "");
    const upper = name.startsWith("max_") || name.endsWith("_max");
    const natural = metric === "execution_time" ? seconds : metric === "memory" ? memory : bound;
    metrics[metric] = upper ? Math.min(bound, natural) : Math.max(bound, natural);
  }
  return metrics;
}

function usageOf(
  { resources }: Attempt,
  durationMs: number,
  random: () => number,
): { readonly memoryPeakBytes: number; readonly cpuMs: number; readonly diskBytes: number } {
  return {
    memoryPeakBytes: Math.round(resources.memoryMb * MB * (0.3 + 0.6 * random())),
    cpuMs: Math.round(durationMs * resources.cpuCores * (0.4 + 0.5 * random())),
    diskBytes: Math.round(resources.diskMb * MB * 0.5 * random()),
  };
}

function nothing(durationMs: number): Omit<AttemptResult, "usage"> {
  return { ok: false, metrics: {}, artifacts: [], durationMs };
}

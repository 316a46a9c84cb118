import type { AlertRule, RecoveryRule, RecoverySettings, Settings } from "../wasm/codec.generated.ts";
import type { OpenOptions } from "./options.ts";
import type { AlertOptions, RecoveryOptions, RecoveryRow } from "./policy.ts";

/** No bound, as the kernel writes it. */
const UNBOUNDED = 2 ** 40;
/** A threshold nothing reaches: the rule is kept, and off. */
const NEVER = 2 ** 50;
const MILLION = 1_000_000;

/**
 * The settings in force with what the options say; the very same object when they say nothing new. Numbers only change
 * their unit here: whether they are right is the kernel's to say.
 */
export function settingsWith(current: Settings, defaults: Settings, options: OpenOptions): Settings {
  const { totals, selection, ranking, scheduling, escalations, notify, alerts, agents, recovery, values } = options;
  const silenceMs =
    alerts === undefined ? undefined : (alerts.agent_unresponsive?.threshold ?? defaults.agents.unresponsiveMs);
  const next: Settings = {
    ...current,
    ageingMs: scheduling?.ageingMs ?? current.ageingMs,
    starvationMs: scheduling?.starvationMs ?? current.starvationMs,
    shutdownMs: scheduling?.shutdownMs ?? current.shutdownMs,
    selection: selection ?? current.selection,
    escalations: {
      deadlineMs: escalations?.deadlineMs === undefined ? current.escalations.deadlineMs : escalations.deadlineMs,
      default: escalations?.otherwise ?? current.escalations.default,
      notify: notify !== undefined,
    },
    alerts:
      alerts === undefined
        ? current.alerts
        : defaults.alerts.flatMap((rule) => ruleWith(rule, alertOf(alerts, rule.name)) ?? []),
    agents: {
      ...current.agents,
      ...(silenceMs === undefined ? {} : { unresponsiveMs: silenceMs }),
      ...agents,
      ranking: ranking ?? current.agents.ranking,
    },
    values: { ...current.values, ...values },
    recovery: recovery === undefined ? current.recovery : recoveryWith(defaults.recovery, recovery),
    totals:
      totals === undefined
        ? current.totals
        : {
            memoryMb: totals.memoryMb ?? UNBOUNDED,
            cpuMilli: totals.cpuCores === undefined ? UNBOUNDED : Math.round(totals.cpuCores * 1000),
            diskMb: totals.diskMb ?? UNBOUNDED,
          },
  };
  return JSON.stringify(next) === JSON.stringify(current) ? current : next;
}

function alertOf(alerts: Readonly<Record<string, AlertOptions | undefined>>, name: string): AlertOptions | undefined {
  return Object.hasOwn(alerts, name) ? alerts[name] : undefined;
}

function ruleWith(rule: AlertRule, { enabled = true, threshold: wanted }: AlertOptions = {}): AlertRule | undefined {
  if (rule.condition === "agent_silence") {
    if (!enabled) return undefined;
    return wanted === undefined ? rule : { ...rule, threshold: Math.round(wanted) };
  }
  // A rule that is off stays, so that what it raised before is cleared.
  if (!enabled) return { ...rule, threshold: NEVER, clear: NEVER };
  if (wanted === undefined) return rule;
  const threshold = Math.round(wanted * MILLION);
  return { ...rule, threshold, clear: Math.round((threshold * rule.clear) / rule.threshold) };
}

function recoveryWith(
  defaults: RecoverySettings,
  { matrix = {}, increase, widespreadTasks }: RecoveryOptions,
): RecoverySettings {
  const { memory, cpuCores, cpuCoresMax, timeout } = increase ?? {};
  const rules = new Map(defaults.rules.map((rule) => [rule.errorType, rule]));
  const other = rules.get("other") as RecoveryRule;
  for (const [errorType, row] of Object.entries(matrix)) {
    rules.set(errorType, rowWith(rules.get(errorType) ?? { ...other, errorType }, row));
  }
  return {
    ...defaults,
    rules: [...rules.values()],
    increase: {
      memoryPpm: factor(memory) ?? defaults.increase.memoryPpm,
      cpuPpm: factor(cpuCores) ?? defaults.increase.cpuPpm,
      cpuMaxMilli: cpuCoresMax === undefined ? defaults.increase.cpuMaxMilli : Math.round(cpuCoresMax * 1_000),
      timeoutPpm: factor(timeout) ?? defaults.increase.timeoutPpm,
    },
    widespreadTasks: widespreadTasks ?? defaults.widespreadTasks,
  };
}

function rowWith(rule: RecoveryRule, { agent, orchestrator, human, severity, advice }: RecoveryRow): RecoveryRule {
  return {
    errorType: rule.errorType,
    agent: agent === undefined ? rule.agent : agent,
    orchestrator: orchestrator === undefined ? rule.orchestrator : orchestrator,
    human: human ?? rule.human,
    severity: severity ?? rule.severity,
    advice: advice ?? rule.advice,
  };
}

function factor(value: number | undefined): number | undefined {
  return value === undefined ? undefined : Math.round(value * MILLION);
}

import { reportConflict } from "../merge.ts";
import { didYouMean } from "../suggest.ts";
import { parseBytes, parseDuration } from "../units.ts";
import type { Context, Path } from "./context.ts";

type Kind = "ratio" | "seconds" | "megabytes" | "number";

/** Metrics that are measured for every program. */
const METRICS: ReadonlyMap<string, Kind> = new Map([
  ["pass_rate", "ratio"],
  ["coverage", "ratio"],
  ["memory_efficiency", "ratio"],
  ["execution_time", "seconds"],
  ["memory", "megabytes"],
  ["speedup", "number"],
]);

const CRITERIA = [...METRICS.keys()].flatMap((metric) => [
  metric,
  `min_${metric}`,
  `max_${metric}`,
  `${metric}_min`,
  `${metric}_max`,
]);

/** The metric a criterion is about, and whether it is an upper bound. */
function split(name: string, metrics: ReadonlyMap<string, Kind>): { metric: string; upper: boolean } | undefined {
  if (metrics.has(name)) return { metric: name, upper: false };
  const prefixed = /^(min|max|required)_(.+)$/.exec(name);
  if (prefixed !== null && metrics.has(prefixed[2] as string))
    return { metric: prefixed[2] as string, upper: prefixed[1] === "max" };
  const suffixed = /^(.+)_(min|max)$/.exec(name);
  if (suffixed !== null && metrics.has(suffixed[1] as string))
    return { metric: suffixed[1] as string, upper: suffixed[2] === "max" };
  return undefined;
}

/** Success criteria as numbers: ratios from 0 to 1, seconds, megabytes. `declared`: metrics the task's template reports. */
export function buildCriteria(
  context: Context,
  criteria: Readonly<Record<string, number | string>>,
  path: Path,
  declared: readonly string[],
): Record<string, number> {
  const metrics = new Map([...declared.map((name): [string, Kind] => [name, "number"]), ...METRICS]);
  const bounds = new Map<string, { name: string; value: number }>();
  const result: Record<string, number> = {};
  for (const [name, written] of Object.entries(criteria)) {
    const at = [...path, name];
    const parts = split(name, metrics);
    if (parts === undefined) {
      const hint =
        didYouMean(name, [...CRITERIA, "required_coverage", ...declared]) ??
        "a metric of your own is declared in its template's `metrics`";
      context.problems.error(
        "CONFIG_UNKNOWN_KEY",
        context.place(at),
        `nothing measures the criterion "${name}"`,
        hint,
        "key",
      );
      continue;
    }
    const value = toNumber(context, written, metrics.get(parts.metric) ?? "number", name, at);
    if (value === undefined) continue;
    const identity = `${parts.metric} ${parts.upper}`;
    const twin = bounds.get(identity);
    if (twin !== undefined && twin.value !== value) {
      reportConflict(
        context.place(at),
        written,
        context.place([...path, twin.name]),
        criteria[twin.name],
        context.problems,
      );
    }
    bounds.set(identity, { name, value });
    result[name] = value;
  }
  return result;
}

function toNumber(
  context: Context,
  written: number | string,
  kind: Kind,
  name: string,
  path: Path,
): number | undefined {
  const complain = (code: "CONFIG_TYPE" | "CONFIG_RANGE", message: string, hint?: string): undefined => {
    context.problems.error(code, context.place(path), `"${name}" ${message}`, hint);
  };
  let value: number | undefined;
  if (typeof written === "number") value = written;
  else if (kind === "seconds") value = scaled(parseDuration(written), 1_000);
  else if (kind === "megabytes") value = scaled(parseBytes(written), 1_048_576);
  if (value === undefined)
    return complain("CONFIG_TYPE", `expects ${EXPECTED[kind]}, found ${JSON.stringify(written)}`);
  if (kind === "ratio" && (value < 0 || value > 1)) {
    const percent = value > 1 && value <= 100 ? `write ${Number((value / 100).toPrecision(12))}` : undefined;
    return complain("CONFIG_RANGE", `must be a ratio from 0 to 1, found ${value}`, percent);
  }
  if (kind !== "number" && value < 0) return complain("CONFIG_RANGE", `must not be negative, found ${value}`);
  return value;
}

const scaled = (value: number | undefined, unit: number): number | undefined =>
  value === undefined ? undefined : value / unit;

const EXPECTED: Readonly<Record<Kind, string>> = {
  ratio: "a number from 0 to 1",
  seconds: 'a number of seconds or a time such as "30m"',
  megabytes: 'a number of megabytes or a size such as "2GB"',
  number: "a number",
};

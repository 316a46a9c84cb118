import type { CriterionView } from "../sessions/view.ts";
import { duration, number, percent } from "./format.ts";

const RATIOS = new Set(["pass_rate", "min_pass_rate", "coverage", "required_coverage", "memory_efficiency"]);

/** A criterion's value with its unit: ratios as per cent, times as durations, memory in MB. */
export function criterionValue(name: string, value: number): string {
  if (RATIOS.has(name) && value >= 0 && value <= 1) return percent(value * 100);
  if (name.includes("execution_time")) return duration(value * 1_000);
  if (name === "memory_max" || name === "max_memory") return `${number(Math.round(value * 10) / 10)} MB`;
  if (name.includes("speedup")) return `${number(value)}×`;
  return number(value);
}

/** `≥ 95 %` or `≤ 30 min 00 s`. */
export function criterionTarget(criterion: CriterionView): string {
  return `${criterion.bound === "min" ? "≥" : "≤"} ${criterionValue(criterion.name, criterion.target)}`;
}

/** `met`, `missed` or `not measured`. */
export function criterionVerdict(criterion: CriterionView): "met" | "missed" | "not measured" {
  if (criterion.met === null) return "not measured";
  return criterion.met ? "met" : "missed";
}

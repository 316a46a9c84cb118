import { fromHex } from "../hex.ts";
import type { AttemptResult, AttemptError as HostError } from "../hosts/host.ts";
import { UNKNOWN_USAGE } from "../hosts/usage.ts";
import type { AttemptError, Report, Usage } from "../wasm/codec.generated.ts";
import { byCodePoint } from "../wasm/text-order.ts";
import type { DraftRow, Payloads } from "./payloads.ts";

const NONE: readonly never[] = [];

/** A host's error in the kernel's words; long details go beside the journal. */
export function errorOf({ type, message, details }: HostError, payloads: Payloads, rows: DraftRow[]): AttemptError {
  return { errorType: type, message, details: payloads.encode(details, rows) };
}

/** A host's result in the kernel's words. */
export function reportOf(result: AttemptResult, payloads: Payloads, rows: DraftRow[]): Report {
  const { metrics, output, artifacts, usage, exitCode } = result;
  return {
    metrics: metricsOf(metrics),
    output: payloads.encode(output, rows),
    artifacts: artifacts.length === 0 ? NONE : artifacts.map(artifactOf),
    usage: usageOf(usage),
    exitCode: exitCode ?? null,
  };
}

/** Measured values by name, in the kernel's order. */
function metricsOf(metrics: AttemptResult["metrics"]): Report["metrics"] {
  const all = Object.keys(metrics);
  const isMeasured = (name: string): boolean => Number.isFinite(metrics[name]);
  // A list that is pushed to has room for seventeen, and most reports have one.
  const names = all.every(isMeasured) ? all : all.filter(isMeasured);
  if (names.length > 1) names.sort(byCodePoint);
  return names.map((name) => [name, micro(metrics[name] as number)] as const);
}

function usageOf({ memoryPeakBytes, cpuMs, diskBytes }: AttemptResult["usage"]): Usage {
  if (memoryPeakBytes === null && cpuMs === null && diskBytes === null) return UNKNOWN_USAGE;
  return { memoryPeakBytes: whole(memoryPeakBytes), cpuMs: whole(cpuMs), diskBytes: whole(diskBytes) };
}

function artifactOf({ name, path, bytes, sha256 }: AttemptResult["artifacts"][number]): Report["artifacts"][number] {
  return { name, path, bytes, sha256: fromHex(sha256) };
}

/** A report of nothing. */
export function emptyReport(): Report {
  return { metrics: [], output: null, artifacts: [], usage: UNKNOWN_USAGE, exitCode: null };
}

/** A measured value in millionths, within what an exact number can hold. */
function micro(value: number): number {
  const most = Number.MAX_SAFE_INTEGER;
  return Math.min(Math.max(Math.round(value * 1_000_000), -most), most);
}

function whole(value: number | null): number | null {
  return value === null ? null : Math.round(value);
}

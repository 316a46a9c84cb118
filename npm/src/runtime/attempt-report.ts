import { fromHex } from "../hex.ts";
import type { AttemptResult, AttemptError as HostError } from "../hosts/host.ts";
import type { AttemptError, Report } from "../wasm/codec.generated.ts";
import { byCodePoint } from "../wasm/text-order.ts";
import type { DraftRow, Payloads } from "./payloads.ts";

/** A host's error in the kernel's words; long details go beside the journal. */
export function errorOf({ type, message, details }: HostError, payloads: Payloads, rows: DraftRow[]): AttemptError {
  return { errorType: type, message, details: payloads.encode(details, rows) };
}

/** A host's result in the kernel's words. */
export function reportOf(result: AttemptResult, payloads: Payloads, rows: DraftRow[]): Report {
  const { metrics, output, artifacts, usage, exitCode } = result;
  return {
    metrics: Object.entries(metrics)
      .filter(([, value]) => Number.isFinite(value))
      .map(([name, value]): [string, number] => [name, micro(value)])
      .sort(([a], [b]) => byCodePoint(a, b)),
    output: payloads.encode(output, rows),
    artifacts: artifacts.map(({ name, path, bytes, sha256 }) => ({ name, path, bytes, sha256: fromHex(sha256) })),
    usage: {
      memoryPeakBytes: whole(usage.memoryPeakBytes),
      cpuMs: whole(usage.cpuMs),
      diskBytes: whole(usage.diskBytes),
    },
    exitCode: exitCode ?? null,
  };
}

/** A report of nothing. */
export function emptyReport(): Report {
  const usage = { memoryPeakBytes: null, cpuMs: null, diskBytes: null };
  return { metrics: [], output: null, artifacts: [], usage, exitCode: null };
}

/** A measured value in millionths, within what an exact number can hold. */
function micro(value: number): number {
  const most = Number.MAX_SAFE_INTEGER;
  return Math.min(Math.max(Math.round(value * 1_000_000), -most), most);
}

function whole(value: number | null): number | null {
  return value === null ? null : Math.round(value);
}

import { PolyphonError } from "../../errors/error.ts";
import { OptionCheck } from "../../policies/options.ts";

/** The options of opossum. Times in milliseconds. Every field is optional. */
export interface OpossumOptions {
  /** Longest time of a call; 0 or false: unbounded. Default 10,000. */
  timeout?: number | false;
  /** How long it stays open. Default 30,000. */
  resetTimeout?: number;
  /** It opens when more than this percentage of the window's calls failed. Default 50. */
  errorThresholdPercentage?: number;
  /** Calls the window must hold before it opens. Default 0. */
  volumeThreshold?: number;
  /** Length of the window. Default 10,000. */
  rollingCountTimeout?: number;
  /** Slices of the window, at most 64. Default 10. */
  rollingCountBuckets?: number;
  /** Whether percentiles of the latency are computed. Default true. */
  rollingPercentilesEnabled?: boolean;
  /** Calls that run at once; more fail with `ESEMLOCKED`. Default: unbounded. */
  capacity?: number;
  /** True for errors that are no failures: they count as successes and reject all the same. */
  errorFilter?: (error: unknown, ...args: unknown[]) => boolean;
  /** Whether it stays closed for the first `rollingCountTimeout`. Default false. */
  allowWarmUp?: boolean;
  /** False lets every call past the breaker. Default true. */
  enabled?: boolean;
  /** Aborted when a call times out. */
  abortController?: AbortController;
  /** Whether a fresh controller follows an aborted one when it closes or is half open. Default false. */
  autoRenewAbortController?: boolean;
  /** Default: the name of the action. */
  name?: string;
  /** Default: its name. */
  group?: string;
}

/** Options with every default filled in. */
export type ResolvedOptions = OpossumOptions &
  Required<Omit<OpossumOptions, "abortController" | "name" | "group">> & { timeout: number };

/** Options of opossum this object does not have: refused rather than ignored. */
const UNSUPPORTED = [
  "cache",
  "cacheTTL",
  "cacheSize",
  "cacheGetKey",
  "cacheTransport",
  "coalesce",
  "coalesceTTL",
  "coalesceSize",
  "coalesceResetOn",
  "state",
  "status",
  "rotateBucketController",
];

export function resolveOptions(options: OpossumOptions): ResolvedOptions {
  const check = new OptionCheck(options.name ?? "CircuitBreaker");
  for (const option of UNSUPPORTED) {
    if ((options as Record<string, unknown>)[option]) check.refuse(option, "set", "absent: it is not supported");
  }
  if (options.abortController !== undefined && typeof options.abortController.abort !== "function") {
    check.refuse("abortController", options.abortController, "an AbortController");
  }
  const resolved: ResolvedOptions = {
    ...options,
    timeout: check.ms("timeout", options.timeout || (options.timeout === undefined ? 10_000 : 0)),
    resetTimeout: check.ms("resetTimeout", options.resetTimeout ?? 30_000),
    errorThresholdPercentage: check.number("errorThresholdPercentage", options.errorThresholdPercentage ?? 50, 0, 100),
    volumeThreshold: check.whole("volumeThreshold", options.volumeThreshold ?? 0, 0, 1e9),
    rollingCountTimeout: check.ms("rollingCountTimeout", options.rollingCountTimeout ?? 10_000, 1),
    rollingCountBuckets: check.whole("rollingCountBuckets", options.rollingCountBuckets ?? 10, 1, 64),
    rollingPercentilesEnabled: options.rollingPercentilesEnabled !== false,
    capacity: check.whole("capacity", options.capacity ?? Number.MAX_SAFE_INTEGER, 0, Number.MAX_SAFE_INTEGER),
    errorFilter: options.errorFilter ?? (() => false),
    allowWarmUp: options.allowWarmUp === true,
    enabled: options.enabled !== false,
    autoRenewAbortController: options.autoRenewAbortController === true,
  };
  if (resolved.autoRenewAbortController) resolved.abortController ??= new AbortController();
  return resolved;
}

/** No action to guard: a mistake of the program. */
export function noAction(): PolyphonError {
  return noFunction("The first argument of a CircuitBreaker, the action it guards,");
}

export function noFunction(what: string): PolyphonError {
  return new PolyphonError("POLICY_INVALID", { message: `${what} must be a function.` });
}

import { PolyphonError } from "../../errors/error.ts";
import { OptionCheck } from "../../policies/options.ts";
import type { CacheTransport } from "./cache.ts";
import type { BreakerStats } from "./stats.ts";
import { Status } from "./status.ts";

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
  /** Whether answers are kept, by the arguments of the call. Default false. */
  cache?: boolean;
  /** How long an answer is kept; 0: for ever. Default 0. */
  cacheTTL?: number;
  /** Answers that are kept at most. Default 16,777,215. */
  cacheSize?: number;
  /** Key of a call. Default: its arguments as JSON. */
  cacheGetKey?: (...args: never[]) => string;
  /** Where answers are kept. Default: in memory. */
  cacheTransport?: CacheTransport;
  /** Whether calls with the same key share one that is on its way, or was answered within `coalesceTTL`. Default false. */
  coalesce?: boolean;
  /** How long a call is shared; 0: for ever. Default: `timeout`. */
  coalesceTTL?: number;
  /** Calls that are shared at most. Default 16,777,215. */
  coalesceSize?: number;
  /** Ends after which a call is shared no more. Default: none. */
  coalesceResetOn?: readonly CoalesceReset[];
  /** The state of another breaker, `breaker.toJSON().state`: this one begins where that one stood. */
  state?: OpossumState;
  /**
   * The statistics of another breaker, `breaker.toJSON().status`: they count in the newest slice of a window with the defaults
   * (ten seconds, ten slices, percentiles, snapshots), whatever the options say, as there.
   */
  status?: Partial<BreakerStats>;
  /** Whether `status` tells `snapshot` at each slice while somebody listens. Default true. */
  enableSnapshots?: boolean;
  /** Default: the name of the action. */
  name?: string;
  /** Default: its name. */
  group?: string;
}

/** How a call ends. */
export type CoalesceReset = "error" | "success" | "timeout";

/** What a breaker says of its state. */
export interface OpossumState {
  readonly name?: string;
  /** Default true. */
  readonly enabled?: boolean;
  /** Default true. */
  readonly closed?: boolean;
  readonly open?: boolean;
  /** Default false. */
  readonly halfOpen?: boolean;
  readonly warmUp?: boolean;
  readonly shutdown?: boolean;
  /** When it opened last, in milliseconds since the epoch. */
  readonly lastTimerAt?: number | undefined;
}

type Open = "abortController" | "name" | "group" | "cacheTransport" | "cacheSize" | "coalesceSize" | "state" | "status";

/** Options with every default filled in. */
export type ResolvedOptions = OpossumOptions &
  Required<Omit<OpossumOptions, Open | "cacheGetKey">> & {
    timeout: number;
    cacheGetKey: (...args: readonly unknown[]) => string;
  };

/** Options of opossum this object does not have: refused rather than ignored. */
const UNSUPPORTED = ["rotateBucketController"];

export function resolveOptions(options: OpossumOptions): ResolvedOptions {
  const check = new OptionCheck(options.name ?? "CircuitBreaker");
  for (const option of UNSUPPORTED) {
    if ((options as Record<string, unknown>)[option]) check.refuse(option, "set", "absent: it is not supported");
  }
  if (options.abortController !== undefined && typeof options.abortController.abort !== "function") {
    check.refuse("abortController", options.abortController, "an AbortController");
  }
  checkAnswers(options, check);
  const timeout = check.ms("timeout", options.timeout || (options.timeout === undefined ? 10_000 : 0));
  const resolved: ResolvedOptions = {
    ...options,
    timeout,
    cache: options.cache === true,
    cacheTTL: check.ms("cacheTTL", options.cacheTTL ?? 0),
    cacheGetKey:
      (options.cacheGetKey as ResolvedOptions["cacheGetKey"] | undefined) ?? ((...args) => JSON.stringify(args)),
    coalesce: options.coalesce === true,
    coalesceTTL: check.ms("coalesceTTL", options.coalesceTTL ?? timeout),
    coalesceResetOn: (options.coalesceResetOn ?? []).filter((how) => RESETS.includes(how)),
    enableSnapshots: options.enableSnapshots !== false,
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

const RESETS: readonly string[] = ["error", "success", "timeout"];

function checkAnswers(options: OpossumOptions, check: OptionCheck): void {
  const { cacheTransport, status } = options;
  for (const size of ["cacheSize", "coalesceSize"] as const) {
    if (options[size] !== undefined) check.whole(size, options[size], 1, 2 ** 24 - 1);
  }
  const isTransport = (["get", "set", "flush"] as const).every((name) => typeof cacheTransport?.[name] === "function");
  if (cacheTransport !== undefined && !isTransport) {
    check.refuse("cacheTransport", cacheTransport, "an object with `get`, `set` and `flush`");
  }
  // Two breakers that count together would be one, and each has a window of its own.
  if (status instanceof Status) check.refuse("status", status, "statistics, as `toJSON().status` has them");
}

/** No action to guard: a mistake of the program. */
export function noAction(): PolyphonError {
  return noFunction("The first argument of a CircuitBreaker, the action it guards,");
}

export function noFunction(what: string): PolyphonError {
  return new PolyphonError("POLICY_INVALID", { message: `${what} must be a function.` });
}

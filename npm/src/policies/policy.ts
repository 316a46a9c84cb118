import type { Stream } from "../runtime/stream.ts";

/** What a policy tells the function it runs. */
export interface PolicyCall {
  /** Aborted when the answer is no longer wanted: the caller gave up, time is over, another copy answered first. */
  readonly signal: AbortSignal;
  /** Number of this attempt, from 1, counted by the innermost policy that repeats. */
  readonly attempt: number;
  /** What the call counts as in a rate limit. */
  readonly weight: number;
}

/** How one call through a policy is made. */
export interface RunOptions {
  /** Ends the wait of the caller at once and tells the function, whose own end is not waited for. */
  readonly signal?: AbortSignal | undefined;
  /** Permits of a rate limit it takes, a whole number: tokens, bytes, rows. Default 1. */
  readonly weight?: number | undefined;
}

/** What a policy guards: any function, given the signal to pass on. */
export type Work<T> = (call: PolicyCall) => T | PromiseLike<T>;

/**
 * Something that stands around calls. `F` is what it may answer in the place of the call's own result.
 * A policy of one's own implements this one method.
 */
export interface Policy<F = never> {
  /**
   * Runs `work` under this policy. Rejects with what `work` rejects with, with an error of the policy, or, when
   * `options.signal` is aborted, with its reason.
   */
  run<T>(work: Work<T>, options?: RunOptions | PolicyCall): Promise<T | F>;
  /** Never there: carries `F` to the types of compositions. */
  readonly "~fallback"?: () => F;
}

/** Totals since the policy was made. */
export interface PolicyStatistics {
  /** Calls that came. */
  readonly calls: number;
  /** Calls that were answered. */
  readonly succeeded: number;
  /** Calls that were not, refused and aborted ones among them. */
  readonly failed: number;
  /** Calls that came and have not ended. */
  readonly active: number;
}

/** A policy that can be watched. `E` is what it tells, `S` what it counts. */
export interface ObservablePolicy<E, S extends PolicyStatistics, F = never> extends Policy<F> {
  /** Name given in its options; its kind by default. Errors and events carry it. */
  readonly name: string;
  /** What it does to calls, as it does it. Nothing is made while nobody subscribes. */
  readonly events$: Stream<E>;
  /** What it counted so far. */
  readonly statistics: S;
}

/** What every policy takes. */
export interface PolicyOptions {
  /** Name in errors and events. Default: the kind of policy. */
  readonly name?: string;
}

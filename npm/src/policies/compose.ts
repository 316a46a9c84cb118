import { Call } from "./call.ts";
import { type Gate, type Gated, gatesOf } from "./gate.ts";
import type { Policy, PolicyCall, RunOptions, Work } from "./policy.ts";
import { type Repeating, repeats } from "./repeating.ts";

/** What any of `P` may answer in the place of a result. */
export type FallbackOf<P extends readonly Policy<unknown>[]> = FallbackOfOne<P[number]>;

type FallbackOfOne<P> = P extends { readonly "~fallback"?: infer Carrier } ? ResultOf<Carrier> : never;
type ResultOf<C> = C extends () => infer F ? F : never;

/**
 * Several policies as one, the outermost first: `compose(retry, breaker, timeout)` tries again what the breaker refused
 * and limits each attempt. The policies are shared, not copied: two compositions with one breaker open together.
 */
export function compose<const P extends readonly Policy<unknown>[]>(...policies: P): Policy<FallbackOf<P>> {
  return new Composition<FallbackOf<P>>(policies as readonly Policy<FallbackOf<P>>[]);
}

/** How {@link around} finds the signal of a call. */
export interface AroundOptions<A extends readonly unknown[]> {
  /** The caller's signal among the arguments of a call. Default: none. */
  readonly signalOf?: (...args: A) => AbortSignal | undefined;
  /** What a call with these arguments counts as in a rate limit. Default 1. */
  readonly weightOf?: (...args: A) => number;
}

/** A function that runs `work` under `policy` with whatever arguments it is called with. */
export function around<A extends unknown[], T, F = never>(
  policy: Policy<F>,
  work: (call: PolicyCall, ...args: A) => T | PromiseLike<T>,
  options: AroundOptions<A> = {},
): (...args: A) => Promise<T | F> {
  const { signalOf, weightOf } = options;
  return (...args) =>
    policy.run((call) => work(call, ...args), { signal: signalOf?.(...args), weight: weightOf?.(...args) });
}

class Composition<F> implements Policy<F>, Gated, Repeating {
  readonly "~repeats": boolean;
  readonly "~gates": readonly Gate[] | undefined;
  readonly #policies: readonly Policy<F>[];

  constructor(policies: readonly Policy<F>[]) {
    this.#policies = policies;
    this["~repeats"] = policies.some(repeats);
    const gates = policies.map(gatesOf);
    this["~gates"] = gates.every((each) => each !== undefined) ? gates.flat() : undefined;
  }

  run<T>(work: Work<T>, options?: RunOptions | PolicyCall): Promise<T | F> {
    const call = Call.of(options);
    const inner = async (): Promise<T | F> => await this.#from(0, work, call);
    return call === options || options?.signal === undefined ? inner() : call.race(inner);
  }

  /** Each layer hands the next one its own call; the last one runs the work itself. */
  #from<T>(index: number, work: Work<T>, call: PolicyCall): T | F | PromiseLike<T | F> {
    const policy = this.#policies[index];
    if (policy === undefined) return work(call);
    if (index === this.#policies.length - 1) return policy.run(work, call);
    return policy.run((inner) => this.#from(index + 1, work, inner), call);
  }
}

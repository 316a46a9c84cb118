import { makeKit, type PoliciesOptions } from "../../policies/kit.ts";
import { type Action, OpossumBreaker } from "./breaker.ts";
import { OpossumError } from "./errors.ts";
import type { OpossumOptions } from "./options.ts";

/** The class opossum exports. */
export interface OpossumClass {
  /** A closed breaker around `action`. Throws `POLICY_INVALID` for an option that is out of bounds or not supported. */
  new <A extends unknown[], R>(action: Action<A, R>, options?: OpossumOptions): OpossumBreaker<A, R>;
  /** Whether an error is one of the breaker, not of the action. */
  isOurError(error: unknown): boolean;
}

/**
 * The class `CircuitBreaker` of opossum, on Polyphon's rules and a clock of one's choice:
 * `const CircuitBreaker = opossum()` in the place of the import. Its breakers share one instance of the rules.
 */
export function opossum(options: PoliciesOptions = {}): OpossumClass {
  const kit = makeKit(options);
  return class CircuitBreaker<A extends unknown[], R> extends OpossumBreaker<A, R> {
    constructor(action: Action<A, R>, breakerOptions?: OpossumOptions) {
      super(kit, action, breakerOptions);
    }

    static isOurError(error: unknown): boolean {
      return error instanceof OpossumError;
    }
  };
}

import { type Clock, systemClock } from "../runtime/clock.ts";
import { Deadlines } from "../runtime/deadlines.ts";
import { loadPolicyRules, type PolicyRules } from "../wasm/policies.ts";

/** What policies are made with. Every field is optional. */
export interface PoliciesOptions {
  /** Default: the clock of the machine. */
  readonly clock?: Clock;
  /** Seed of the draws that spread waits, a whole number. Default: drawn from the platform. */
  readonly seed?: number;
}

/** What every policy needs from around it. */
export interface Kit {
  readonly clock: Clock;
  readonly rules: PolicyRules;
  /** Ends what takes too long: a timer for each call would cost more than all the rest. */
  readonly deadlines: Deadlines;
  /** A seed no policy of this kit had before. */
  nextSeed(): number;
}

export function makeKit(options: PoliciesOptions): Kit {
  const rules = loadPolicyRules();
  let seed = options.seed ?? rules.drawSeed();
  const clock = options.clock ?? systemClock();
  return { clock, rules, deadlines: new Deadlines(clock), nextSeed: () => seed++ };
}

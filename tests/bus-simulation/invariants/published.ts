import type { Invariant } from "../judge.ts";
import { rankOf, takes } from "../model/subjects.ts";
import { must } from "../violation.ts";
import { numberOf } from "../world/taps.ts";

export const PUBLISHED = "nothing is delivered that was not published";

/** Every delivery is a message of a publisher, as it was, to somebody who wanted it. */
export function published(): Invariant {
  return {
    see(seen, { messages, requests }) {
      if (seen.what !== "delivered") return;
      const { plan } = seen.to;
      const { subject, priority } = seen.as;
      const n = numberOf(seen.as) ?? -1;
      const fact = messages.get(n) ?? requests.get(n);
      must(fact !== undefined, PUBLISHED, () => `subscription ${plan.id} got ${n}, which nobody published`);
      must(fact?.subject === subject, PUBLISHED, () => `message ${n} came to ${subject}`);
      must(takes(plan.pattern, subject), PUBLISHED, () => `subscription ${plan.id} of ${plan.pattern} got ${subject}`);
      const urgency = messages.get(n)?.priority ?? priority;
      must(urgency === priority, PUBLISHED, () => `message ${n} is ${urgency} and came as ${priority}`);
      const { least } = plan;
      const isWanted = least === undefined || rankOf(priority) >= rankOf(least);
      must(isWanted, PUBLISHED, () => `subscription ${plan.id} takes ${least} and more, and got ${n}, ${priority}`);
      must(seen.to.isOpen, PUBLISHED, () => `subscription ${plan.id} is closed and got ${n}`);
    },
  };
}

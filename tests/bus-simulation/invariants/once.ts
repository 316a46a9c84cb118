import type { Invariant } from "../judge.ts";
import { must } from "../violation.ts";
import { numberOf } from "../world/taps.ts";

export const ONCE = "a message is delivered once";

/** A last value may come again when what replaced it was lost with a session. */
export function once(): Invariant {
  const got = new Map<object, Set<number>>();
  return {
    see(seen, { messages }) {
      if (seen.what !== "delivered") return;
      const n = numberOf(seen.as) ?? -1;
      const message = messages.get(n);
      if (message === undefined) return;
      const before = got.get(seen.to) ?? new Set();
      got.set(seen.to, before);
      const isAgain = before.has(n);
      before.add(n);
      if (!isAgain) return;
      const later = [...messages.values()].filter(
        ({ subject, order }) => subject === message.subject && order > message.order,
      );
      const isBack = message.retain && later.some(({ outcome }) => outcome === "TRANSPORT_LOST");
      must(isBack, ONCE, () => `subscription ${seen.to.plan.id} got message ${n} twice`);
    },
  };
}

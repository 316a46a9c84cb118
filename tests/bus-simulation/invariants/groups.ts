import type { SubscriptionFact } from "../facts.ts";
import type { Invariant } from "../judge.ts";
import { ONE_OF_GROUP } from "../model/hub.ts";
import { must } from "../violation.ts";
import { numberOf } from "../world/taps.ts";

/** Over all nodes; who of a bus it was is for the model of that bus to say. */
export function groups(): Invariant {
  const takers = new Map<string, SubscriptionFact>();
  return {
    see(seen, { messages }) {
      if (seen.what !== "delivered") return;
      const { group, id } = seen.to.plan;
      const message = messages.get(numberOf(seen.as) ?? -1);
      if (group === undefined || message === undefined || message.broadcast) return;
      const key = `${group} ${message.n}`;
      const other = takers.get(key);
      must(other === undefined || other === seen.to, ONE_OF_GROUP, () => {
        return `message ${message.n} went to ${other?.plan.id} and ${id} of group ${group}`;
      });
      takers.set(key, seen.to);
    },
  };
}
